import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { executableOf } from '@standpipe/program';
import { createProgram, createSettings, linuxHostFacts, loadAssembly, readBundle } from '@standpipe/runtime';
import { bundle, leaveNothing, needs, needsRoot, run, skip } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { specOf } from '../end-to-end/specs.js';
import { Programs, timePaired } from './paired.js';
import { type Calls, callsOf, withoutOrder } from './strace.js';

const mostTimes = 1.3;

/** The default assembly, less a plugin. */
function assemblyWithout(directory: string, plugin: string): string {
  const file = join(directory, 'assembly.json');
  writeFileSync(file, JSON.stringify({ api: 1, extends: 'default', disabled: [plugin] }), { mode: 0o644 });
  return file;
}

/** As init is compiled. */
const freestanding = (
  '-std=gnu2x -static -nostdlib -ffreestanding -fno-builtin -fno-pie -no-pie -fno-stack-protector -mgeneral-regs-only' +
  (process.arch === 'x64' ? ' -mno-red-zone -fcf-protection=none' : '')
).split(' ');

type Counts = Readonly<Record<string, number>>;

/**
 * What the program by hand leaves out: init keeps a copy of the config (openat, write, close), removes two more files in the end, and
 * reads packets with a sentence behind them.
 */
const moreOfHost: Counts = { openat: 1, close: 1, write: 1, unlinkat: 2, read: -2, readv: 2 };
/** Loopback is brought up by rtnetlink, with the kernel's own words where it fails, and not by an ioctl. */
const moreOfContainer: Counts = { connect: 1, setsockopt: 2, sendto: 1, recvfrom: 1, ioctl: -1 };

function withMore(counts: readonly string[], more: Counts): string[] {
  const all = new Map(counts.map((line) => [line.split(' ')[0] ?? '', Number(line.split(' ')[1])]));
  for (const [name, count] of Object.entries(more)) all.set(name, (all.get(name) ?? 0) + count);
  return [...all].flatMap(([name, count]) => (count === 0 ? [] : [`${name} ${String(count)}`])).toSorted((x, y) => (x < y ? -1 : 1));
}

describe('the executor against a program written by hand', function () {
  this.timeout(120_000);
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
    if (process.arch !== 'x64' && process.arch !== 'arm64') skip(this, `no program by hand for ${process.arch}`);
  });
  leaveNothing();

  /** Both as commands, on one bundle and with state roots of the same kind. */
  async function prepare(programs: Programs, path: string): Promise<[ours: string[], bare: string[]]> {
    const made = await createProgram(
      // Which cgroups there are depends on the machine too.
      await loadAssembly(assemblyWithout(programs.directory, 'cgroups')),
      readBundle(path),
      createSettings({ id: 'ours', bundle: path, stateRoot: join(programs.directory, 'state') }),
      linuxHostFacts(),
    );
    const ours = join(programs.directory, 'ours');
    writeFileSync(ours, executableOf(made.program), { mode: 0o755 });
    mkdirSync(join(programs.directory, 'state'), { mode: 0o711 });
    const bare = await programs.compile('bare-container', freestanding);
    return [[ours], [bare, join(path, 'rootfs'), join(programs.directory, 'state'), 'bare', path]];
  }

  const config = specOf(['/bin/true'], (spec) => {
    spec.root.readonly = true;
    spec.process!.capabilities = {
      bounding: [...(spec.process!.capabilities!.bounding ?? [])],
      effective: [...(spec.process!.capabilities!.effective ?? [])],
      permitted: [...(spec.process!.capabilities!.permitted ?? [])],
    };
    // Which hierarchies there are depends on the machine.
    spec.mounts = spec.mounts!.filter(({ type }) => type !== 'cgroup');
    spec.linux!.namespaces = spec.linux!.namespaces!.filter(({ type }) => type !== 'cgroup');
  });

  it('both make the same system calls', async function () {
    needs(this, 'strace');
    using programs = new Programs();
    using made = bundle(config, { files: {} });
    await run('rm', [join(made.rootfs, 'etc/passwd')]);
    const [ours, bare] = await prepare(programs, made.path);
    const [a, b]: Calls[] = [await callsOf(ours), await callsOf(bare)];
    expect(withoutOrder(a!.host), 'the host half').to.deep.equal(withMore(withoutOrder(b!.host), moreOfHost));
    expect(withoutOrder(a!.container), 'the container half').to.deep.equal(withMore(withoutOrder(b!.container), moreOfContainer));
    expect(a!.host.length + a!.container.length).to.be.greaterThan(300);
  });

  it(`takes at most ${String(mostTimes)} times as long`, async function () {
    using programs = new Programs();
    using made = bundle(config);
    const [ours, bare] = await prepare(programs, made.path);
    // The machine may be busy with something else for a while: one quiet round out of three is enough to tell.
    let ratio = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 3 && ratio > mostTimes; round++) {
      const [a, b] = await timePaired(programs, 150, ours, bare);
      ratio = Math.min(a.least / b.least, a.median / b.median);
      console.log(`      init ${a.least}/${a.median} µs, by hand ${b.least}/${b.median} µs (least/median): ${ratio.toFixed(2)} times`);
    }
    expect(ratio).to.be.at.most(mostTimes);
  });
});
