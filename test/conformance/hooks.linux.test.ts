import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Bundle, bundle, leaveNothing, needs, needsRoot, type Ran } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { type HookKind, HookLog, kinds, shellHook } from '../end-to-end/hooks.js';
import { type Config, shell } from '../end-to-end/specs.js';
import { freshId, standpipe } from '../end-to-end/standpipe.js';
import { peer } from './peer.js';

interface Told {
  readonly code: number | null;
  readonly stderr: string;
  /** By kind, in the order in which they ran. */
  readonly parts: readonly [kind: string, text: string][];
}

/** What is another's at each run. */
function normalize(text: string, id: string): string {
  return text
    .replaceAll(id, 'ID')
    .replace(/"ociVersion":"[^"]*"/, '"ociVersion":"…"')
    .replace(/"pid":(?!1,)\d+/, '"pid":N');
}

describe('hooks run as by', () => {
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
  });
  leaveNothing({ ignore: ['state'] });

  let made: Bundle;
  let log: HookLog;
  beforeEach(() => {
    made = bundle({});
    chmodSync(made.path, 0o755);
    log = new HookLog(made.rootfs);
  });
  afterEach(() => {
    made[Symbol.dispose]();
  });

  async function told(runtime: string, hooks: Config['hooks'], change: (config: Config) => void = () => undefined): Promise<Told> {
    const file = join(made.rootfs, 'tmp/hooks');
    writeFileSync(file, '');
    chmodSync(file, 0o666);
    made.configure(
      shell('exit 5', (config) => {
        // Debian 12's peers know no newer version of the specification.
        config.ociVersion = '1.0.2';
        config.hooks = hooks;
        config.annotations = { 'org.example.text': 'a "b" é \u0007' };
        change(config);
      }),
    );
    const id = freshId();
    const words = ['run', '--bundle', made.path, id];
    const { code, stderr }: Ran = runtime === 'standpipe' ? await standpipe(words) : await peer(runtime, words);
    const parts = log.read().map(([kind, text]): [string, string] => [kind, normalize(text, id)]);
    rmSync(file);
    return { code, stderr, parts };
  }

  const look = (kind: HookKind): string => {
    const proc = kind === 'createContainer' ? join(made.rootfs, 'proc') : '/proc';
    return [
      'cat',
      'echo',
      'echo "$0 $*"',
      'pwd',
      'env | grep -v ^PWD',
      `for ns in mnt pid uts; do test $(readlink ${proc}/$$/ns/$ns) = $(readlink ${proc}/1/ns/$ns) && echo $ns of 1; done`,
      `grep -E "^(Uid|Gid|CapEff|CapBnd|NoNewPrivs|SigBlk|SigIgn)" ${proc}/self/status`,
    ].join('; ');
  };

  for (const name of ['runc', 'crun']) {
    describe(name, () => {
      before(function () {
        needs(this, name);
      });

      it('in their order, told the same, with the same arguments, environment, directory, namespaces and privileges', async () => {
        // crun 1.8 runs startContainer hooks with all capabilities, before those of the process are set.
        const compared = kinds.filter((kind) => name !== 'crun' || kind !== 'startContainer');
        const hooks = Object.fromEntries(
          compared.map((kind) => [
            kind,
            ['one', 'two'].map((word) => {
              const hook = log.hook(kind, look(kind), { env: ['PATH=/bin:/usr/bin', `KIND=${kind}`, 'EMPTY='] });
              return { ...hook, args: [...(hook.args ?? []), 'name', word, 'an argument', ''] };
            }),
          ]),
        );
        const change = (config: Config): void => {
          config.process!.noNewPrivileges = true;
          config.process!.cwd = '/tmp';
        };
        const [own, other] = [await told('standpipe', hooks, change), await told(name, hooks, change)];
        expect([own.code, own.stderr]).to.deep.equal([5, '']);
        expect([other.code, other.stderr]).to.deep.equal([5, '']);
        expect(own.parts.map(([kind]) => kind)).to.deep.equal(compared.flatMap((kind) => [kind, kind]));
        // Older ones run poststart hooks beside the startContainer ones.
        for (const kind of compared) {
          const of = ({ parts }: Told): string[] => parts.filter(([one]) => one === kind).map(([, text]) => text);
          if (name === 'runc') expect(of(own), kind).to.deep.equal(of(other).map((text) => corrected(kind, text)));
          else expect(of(own).map(withoutOwnWays), kind).to.deep.equal(of(other).map(withoutOwnWays));
        }
      });

      for (const kind of kinds) {
        it(`${kind} ones fail ${kind === 'poststop' ? 'and stop nothing' : 'and stop the container'}`, async () => {
          const hooks = { ...log.hooks(), [kind]: [shellHook('echo out; echo err >&2; exit 3'), log.hook(kind)] };
          const [own, other] = [await told('standpipe', hooks), await told(name, hooks)];
          if (kind === 'poststop') {
            expect([own.code, own.parts.at(-1)?.[0]]).to.deep.equal([5, 'poststop']);
            return;
          }
          expect([own.code, other.code === 0]).to.deep.equal([1, false]);
          expect(own.stderr).to.match(new RegExp(`error running ${kind} hook #0 .*: exit status 3 after .*, output: out err`));
          if (name === 'runc' && kind !== 'startContainer' && kind !== 'poststart') expect(own.parts).to.deep.equal(other.parts);
        });
      }
    });
  }
});

/** runc asks for the status before its container has begun to run. */
function corrected(kind: HookKind, text: string): string {
  return kind === 'poststart' ? text.replace('"status":"created"', '"status":"running"') : text;
}

/** crun's state has other fields, and a status that is not the specification's; and it runs all hooks in the bundle, where runc does some in the root filesystem. */
function withoutOwnWays(text: string): string {
  return text.slice(text.indexOf('\n') + 1).replace('/rootfs\n', '\n');
}
