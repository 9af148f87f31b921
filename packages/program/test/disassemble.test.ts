import {
  at,
  branch,
  buf,
  compute,
  decode,
  type DecodedProgram,
  disassemble,
  encode,
  ERRNO,
  FAILED,
  format,
  here,
  hostInitArch,
  initId,
  jump,
  label,
  link,
  load,
  notesOf,
  type Program,
  programToJson,
  raise,
  reg,
  section,
  set,
  store,
  sys,
  undo,
  words,
} from '@standpipe/program';
import { AT, CLONE, openFlags, RESOLVE, S_IFCHR, S_IFMT } from '@standpipe/syscalls';
import { expect } from 'chai';
import { describe, it } from 'mocha';

// One architecture, so that the text is the same wherever it is tested.
const arch = 'x64';
const O = openFlags(arch);

/** A program as a runtime's is: two halves, an undo, who asked for what. */
function sample(): Program {
  const [root, pid, pidfd, written, mode, code] = [reg('root'), reg('pid'), reg('pidfd'), reg('written'), reg('file mode'), reg('code')];
  const [child, missing, failed] = [label('container'), label('no etc'), label('failed')];
  const [pidfdCell, statx, path] = [buf('pidfd', 4), buf('statx', 256), buf('path below proc', 64)];
  const cloneArgs = words('clone_args', [CLONE.PIDFD | CLONE.NEWNS, pidfdCell, 0, 0, 17, 0, 0, 0, 0, 0, 0]);
  return link({
    sections: [
      {
        name: 'host',
        start: label('host'),
        fragments: [
          {
            origin: { plugin: 'rootfs', step: 'rootfs.open' },
            ops: [
              sys('openat', [AT.FDCWD, '/srv/rootfs', O.PATH | O.DIRECTORY | O.CLOEXEC, 0], {
                to: root,
                say: 'open the root',
                pointer: '/root/path',
              }),
              undo([sys('umount2', ['/srv/rootfs', 2])]),
              sys('openat2', [root, 'etc', words('open_how', [O.RDONLY, 0, RESOLVE.IN_ROOT]), 24], {
                unless: { errno: ['ENOENT', 'ENOTDIR'], goto: missing },
                say: 'open "etc"',
                pointer: '/root/path',
              }),
              sys('chdir', ['etc']),
              here(missing),
            ],
          },
          {
            origin: { plugin: 'namespaces', step: 'namespaces.clone' },
            ops: [
              sys('clone3', [cloneArgs, 88], { to: pid, say: "make the container's process", pointer: '/linux/namespaces' }),
              branch(pid, '==', 0, child),
              load(pidfdCell, 4, pidfd),
              format(path, ['self/fd/', pidfd, '/ns'], written),
              sys('write', [1, path, written]),
              compute(written, written, '-', 8),
              set(code, written),
              sys('close', [pidfd], { unless: { errno: 'any' } }),
            ],
          },
        ],
        end: {
          origin: { plugin: 'core', step: 'init.begin' },
          ops: [
            branch(FAILED, '>=', 0, failed),
            sys('exit_group', [code]),
            here(failed),
            { op: 'report', fd: 2, prefix: 'standpipe: ', suffix: '\n', escape: 'text' },
            sys('exit_group', [1]),
          ],
        },
      },
      section(
        'container',
        child,
        [
          sys('statx', [root, '', AT.EMPTY_PATH, 0x7ff, statx], { say: '/dev/null is another device', pointer: '/mounts/0' }),
          load(at(statx, 28), 2, mode),
          branch(mode, '!=', S_IFCHR, failed, S_IFMT),
          branch(ERRNO, '==', 2, failed),
          store(at(statx, 4), 1, -1),
          sys('execve', ['/bin/sh', words('argv', ['sh', '-c', 'echo "hi"', null]), words('envp', [null])], { say: 'execute "/bin/sh"' }),
          raise('it went on', { errno: 8, failed: FAILED }),
          raise('what came of it', { text: statx }),
          jump(failed),
        ],
        [sys('exit_group', [1])],
        { plugin: 'process', step: 'process.exec' },
      ),
    ],
  });
}

const shown = `\
host
      # rootfs/rootfs.open: open the root (/root/path)
      on failure go to 12
    0 root = openat(AT_FDCWD, "/srv/rootfs", O_CLOEXEC|O_PATH|O_DIRECTORY, 0)
      # rootfs/rootfs.open: open "etc" (/root/path)
      on failure go to 11
    1 openat2(root, "etc", {flags=O_RDONLY, resolve=RESOLVE_IN_ROOT}, 24), unless ENOENT or ENOTDIR: goto 3 (no etc)
    2 chdir("etc")
  no etc:
      # namespaces/namespaces.clone: make the container's process (/linux/namespaces)
    3 pid = clone3({flags=CLONE_PIDFD|CLONE_NEWNS, pidfd=&pidfd, exit_signal=SIGCHLD}, 88)
    4 if pid == 0 goto 16 (container)
    5 pidfd = s32 at &pidfd
    6 written = format(&path_below_proc, "self/fd/{pidfd}/ns")
    7 write(1, &path_below_proc, written)
    8 written = written - 8
    9 code = written
   10 close(pidfd), unless any error

host, undo
      # rootfs/rootfs.open
   11 umount2("/srv/rootfs", MNT_DETACH)

host, end
      # core/init.begin
   12 if failed >= 0 goto 14 (failed)
   13 exit_group(code)
  failed:
   14 report(2, "standpipe: ", "\\n")
   15 exit_group(1)

container
  container:
      # process/process.exec: /dev/null is another device (/mounts/0)
      on failure go to 25
   16 statx(root, "", AT_EMPTY_PATH, STATX_BASIC_STATS, &statx)
   17 file_mode = u16 at &statx+28
   18 if file_mode & S_IFMT != S_IFCHR goto 14 (failed)
   19 if errno == ENOENT goto 14 (failed)
   20 u8 at &statx+4 = -1
      # process/process.exec: execute "/bin/sh"
   21 execve("/bin/sh", ["sh", "-c", "echo \\"hi\\""], [])
      # process/process.exec: it went on
   22 raise ENOEXEC for op failed
      # process/process.exec
   23 raise saying what is at &statx
   24 goto 14 (failed)

container, end
      # process/process.exec
   25 exit_group(1)
`;

const withoutNotes = `\
program
      # open the root
      on failure go to 12
    0 r4 = openat(AT_FDCWD, "/srv/rootfs", O_CLOEXEC|O_PATH|O_DIRECTORY, 0)
      # open "etc"
      on failure go to 11
    1 openat2(r4, "etc", {flags=O_RDONLY, resolve=RESOLVE_IN_ROOT}, 24), unless ENOENT or ENOTDIR: goto 3
    2 chdir("etc")
`;

describe('disassemble', () => {
  const read = (): DecodedProgram => {
    const program = sample();
    return decode(encode(program, { arch, initId, notes: notesOf(program) }));
  };

  it('shows a program as people read it', () => {
    expect(disassemble(read())).to.equal(shown);
  });

  it('shows the same of a program that is not yet bytes', () => {
    const program = sample();
    const bytes = decode(encode(program, { arch: hostInitArch(), initId, notes: notesOf(program) }));
    expect(disassemble(program)).to.equal(disassemble(bytes));
    expect(programToJson(program)).to.deep.equal(programToJson(bytes));
  });

  it('leaves out who asked for what when told so', () => {
    const lines = shown.split('\n').filter((line) => !line.startsWith('      # '));
    expect(disassemble(read(), { origins: false })).to.equal(lines.join('\n'));
  });

  it('makes do without notes, and with ones that make no sense', () => {
    const program = sample();
    const texts = [
      undefined,
      '',
      'not JSON',
      '[]',
      '{"sections":1}',
      '{"sections":[],"origins":[],"pointers":[],"registers":[5],"labels":[],"buffers":{}}',
    ].map((notes) => disassemble(decode(encode(program, { arch, initId, notes: notes === undefined ? undefined : Buffer.from(notes) }))));
    for (const text of texts) expect(text).to.equal(texts[0]);
    expect(texts[0]?.slice(0, withoutNotes.length)).to.equal(withoutNotes);
    expect(texts[0]).to.contain('execve("/bin/sh", ["sh", "-c", "echo \\"hi\\""], [])');
    expect(texts[0]).to.match(/ r6 = s32 at &data\+\d+\n/);
  });

  it('survives notes that fit no such program', () => {
    const program = sample();
    const far = {
      sections: [['x', 900, 5, 1000, 7]],
      origins: [
        [3, ['p', 's']],
        [2, ['q', 't']],
      ],
      pointers: [[99, '/a']],
      registers: [],
      labels: [[777, 'l']],
      buffers: { b: [1, 2, 3] },
    };
    const text = disassemble(decode(encode(program, { arch, initId, notes: Buffer.from(JSON.stringify(far)) })));
    expect(text).to.contain('execve(');
  });

  it('tells apart what has one name', () => {
    const [one, two] = [reg('fd'), reg('fd')];
    const cells = [buf('cell', 4), buf('cell', 4)];
    const ops = [sys('dup', [one], { to: two }), ...cells.map((cell) => store(cell, 4, one))];
    const text = disassemble(
      link({ sections: [section('test', label('start'), ops, [sys('exit_group', [0])], { plugin: 'p', step: 's' })] }),
    );
    expect(text).to.contain('fd.2 = dup(fd)').and.contain('at &cell = fd').and.contain('at &cell.2 = fd');
  });
});

describe('programToJson', () => {
  const program = sample();
  const json = programToJson(decode(encode(program, { arch, initId, notes: notesOf(program) })));

  it('has the program in parts', () => {
    expect(json).to.include({ arch, initId: `0x${initId.toString(16)}` });
    expect(json.sections).to.deep.equal([
      { name: 'host', from: 0, undo: 11, end: 12, to: 16 },
      { name: 'container', from: 16, undo: 25, end: 25, to: 26 },
    ]);
    expect(json.ops[1]).to.deep.equal({
      index: 1,
      op: 'syscall',
      text: 'openat2(root, "etc", {flags=O_RDONLY, resolve=RESOLVE_IN_ROOT}, 24), unless ENOENT or ENOTDIR: goto 3 (no etc)',
      syscall: 'openat2',
      by: undefined,
      args: [
        { register: 'root' },
        { text: 'etc' },
        { offset: 32, size: 24, buffer: 'open_how', hex: '000000000000000000000000000000001000000000000000' },
        24,
      ],
      to: undefined,
      unless: ['ENOENT', 'ENOTDIR'],
      fail: 11,
      jump: 3,
      undoing: false,
      plugin: 'rootfs',
      step: 'rootfs.open',
      pointer: '/root/path',
      say: 'open "etc"',
    });
    expect(json.ops[4]).to.deep.include({ op: 'branch', by: '==', args: [{ register: 'pid' }, -1, 0], jump: 16 });
    expect(json.ops[5]).to.deep.include({ op: 'load', by: 4, to: 'pidfd' });
    expect(json.ops[10]).to.deep.include({ unless: 'any', undoing: false });
    expect(json.ops[11]).to.deep.include({ unless: 'any', undoing: true });
  });

  it('shows each op as the disassembly does, and is JSON', () => {
    const lines = shown
      .split('\n')
      .filter((line) => /^ {0,4}\d+ /.test(line))
      .map((line) => line.replace(/^ *\d+ /, ''));
    expect(json.ops.map(({ text }) => text)).to.deep.equal(lines);
    expect(JSON.parse(JSON.stringify(json))).to.deep.include({ arch, sections: json.sections });
  });
});
