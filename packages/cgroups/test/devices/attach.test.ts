import { SyscallError } from '@standpipe/errors';
import { errnoNumber, type SyscallArg } from '@standpipe/syscalls';
import { type RecordingPort, recordingPort } from '@standpipe/syscalls/testing';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { attachDevices } from '../../src/devices/attach.js';
import { BPF } from '../../src/devices/bpf-attr.js';
import { planDeviceRules } from '../../src/devices/plan.js';

const ours = 'standpipe_dev';
const failed = (name: string): number => -(errnoNumber(name) ?? 0);

/** What bpf(2) answers to a command: by name of the command, given the attr and what it points at. */
type Scripted = Readonly<Partial<Record<keyof typeof BPF, (attr: DataView, turn: number) => number | undefined>>>;

interface Attached {
  readonly port: RecordingPort;
  /** Fds that weren't closed. */
  readonly open: ReadonlySet<number>;
  /** The commands with their results: `PROG_LOAD = 50`. */
  readonly commands: readonly string[];
  readonly error: unknown;
}

/** Attaches to a cgroup that has programs of these names. The fd of the first is 30. */
function attach(names: readonly string[], scripted: Scripted = {}): Attached {
  const open = new Set<number>();
  const turns = new Map<string, number>();
  const opened = (fd: number): number => {
    open.add(fd);
    return fd;
  };
  const bpf = (command: SyscallArg, memory: SyscallArg): number => {
    const attr = new DataView((memory as Uint8Array).buffer);
    const name = Object.entries(BPF).find(([, number]) => number === command)?.[0] as keyof typeof BPF;
    const turn = turns.get(name) ?? 0;
    turns.set(name, turn + 1);
    const answer = scripted[name]?.(attr, turn);
    if (answer !== undefined) return answer;
    if (name === 'PROG_LOAD') return opened(50 + turn);
    // What an attr points at lies behind its 64 bytes.
    if (name === 'PROG_QUERY') {
      attr.setUint32(24, names.length, true);
      for (const index of names.keys()) attr.setUint32(64 + 4 * index, 30 + index, true);
    }
    if (name === 'PROG_GET_FD_BY_ID') return opened(attr.getUint32(0, true));
    if (name === 'OBJ_GET_INFO_BY_FD') (memory as Uint8Array).set(Buffer.from(names[attr.getUint32(0, true) - 30] ?? ''), 64 + 64);
    return 0;
  };
  const port = recordingPort({ bpf, close: (fd) => (open.delete(Number(fd)) ? 0 : failed('EBADF')) });
  let error: unknown;
  try {
    attachDevices(port, 7, planDeviceRules([], 2));
  } catch (thrown) {
    error = thrown;
  }
  const commands = port.transcript.flatMap((line) => {
    const [, name, result] = /^bpf\(BPF_(\w+).*\) = (\w+)/.exec(line) ?? [];
    return name === undefined ? [] : [`${name} = ${result ?? ''}`];
  });
  return { port, open, commands, error };
}

const attaches = ({ port }: Attached): string[] => port.transcript.filter((line) => /BPF_PROG_(ATTACH|DETACH)/.test(line));

describe('attachDevices', () => {
  it('attaches to a cgroup that has no program', () => {
    const done = attach([]);
    expect(done.error).to.equal(undefined);
    expect(done.commands).to.deep.equal(['PROG_LOAD = 50', 'PROG_QUERY = 0', 'PROG_ATTACH = 0']);
    expect(attaches(done)).to.deep.equal([
      'bpf(BPF_PROG_ATTACH, {target_fd=7, attach_bpf_fd=50, attach_type=BPF_CGROUP_DEVICE, attach_flags=BPF_F_ALLOW_MULTI}, 64) = 0',
    ]);
    expect(done.open).to.have.property('size', 0);
  });

  it('replaces ours in one step, whoever has others there', () => {
    const done = attach(['somebody', ours]);
    expect(done.error).to.equal(undefined);
    expect(attaches(done)).to.have.length(1);
    expect(attaches(done)[0]).to.contain('attach_flags=BPF_F_ALLOW_MULTI|BPF_F_REPLACE, replace_bpf_fd=31}');
    expect(done.open).to.have.property('size', 0);
  });

  it('attaches first and then detaches where the kernel knows no replacing, and where there are several', () => {
    const old = attach([ours], { PROG_ATTACH: (_, turn) => (turn === 0 ? failed('EINVAL') : undefined) });
    const several = attach([ours, 'somebody', ours]);
    expect([old.error, several.error]).to.deep.equal([undefined, undefined]);
    expect(old.commands.slice(-3)).to.deep.equal(['PROG_ATTACH = EINVAL', 'PROG_ATTACH = 0', 'PROG_DETACH = 0']);
    expect(several.commands.slice(-3)).to.deep.equal(['PROG_ATTACH = 0', 'PROG_DETACH = 0', 'PROG_DETACH = 0']);
    expect(attaches(several).map((line) => /attach_bpf_fd=(\d+)/.exec(line)?.[1])).to.deep.equal(['50', '30', '32']);
    expect([...old.open, ...several.open]).to.deep.equal([]);
  });

  it('passes over programs that went, and that are kept from it', () => {
    for (const errno of ['ENOENT', 'EPERM', 'EACCES']) {
      const done = attach([ours, 'somebody'], { PROG_GET_FD_BY_ID: (_, turn) => (turn === 0 ? failed(errno) : undefined) });
      expect(done.error).to.equal(undefined);
      expect(attaches(done)).to.have.length(1);
    }
  });

  it('loads again when a signal came between, and not for ever', () => {
    const once = attach([], { PROG_LOAD: (_, turn) => (turn < 3 ? failed('EAGAIN') : undefined) });
    expect(once.error).to.equal(undefined);
    expect(once.commands.slice(2, 5)).to.deep.equal(['PROG_LOAD = EAGAIN', 'PROG_LOAD = 53', 'PROG_QUERY = 0']);
    const always = attach([], { PROG_LOAD: () => failed('EAGAIN') });
    expect(always.error).to.include({ code: 'EAGAIN' });
  });

  it('tells what the verifier said', () => {
    const { error, commands, open } = attach([], {
      PROG_LOAD(attr) {
        if (attr.getUint32(24, true) === 1) {
          const size = attr.getUint32(28, true);
          new Uint8Array(attr.buffer).set(Buffer.from('0: (95) exit\nR0 !read_ok\n'), attr.byteLength - size);
        }
        return failed('EACCES');
      },
    });
    expect(commands).to.deep.equal(['PROG_LOAD = EACCES', 'PROG_LOAD = EACCES']);
    if (!SyscallError.is(error)) throw new Error('it is no SyscallError');
    expect(error.details['verifierLog']).to.equal('0: (95) exit\nR0 !read_ok');
    expect(error.message).to.match(/^load the device rules into the kernel: bpf\(.* = EACCES .*; the verifier says: R0 !read_ok$/);
    expect(open).to.have.property('size', 0);
  });

  it('closes what it opened when something fails', () => {
    const commands = ['PROG_QUERY', 'PROG_GET_FD_BY_ID', 'OBJ_GET_INFO_BY_FD', 'PROG_ATTACH', 'PROG_DETACH'] as const;
    for (const command of commands) {
      const { error, open } = attach([ours, ours], {
        [command]: (_: DataView, turn: number) => (turn === 1 || command !== 'PROG_GET_FD_BY_ID' ? failed('EMFILE') : undefined),
      });
      expect(error, command).to.include({ code: 'EMFILE' });
      expect([...open], command).to.deep.equal([]);
    }
  });
});
