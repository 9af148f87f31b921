import { existsSync } from 'node:fs';
import { difference, needs, needsRoot, settle, skip, type Snapshot, snapshot } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { clients } from './clients.js';
import { comparePairs, type Pair } from './compare.js';
import { runcRuntime, standpipeRuntime } from './runtimes.js';
import { runSession } from './sandbox.js';

const programs = ['busybox', 'ip', 'jq', 'runc', 'script', 'tini', 'unshare'];

/** Others may run containers on this machine meanwhile: what a session leaves bears its name. */
function leftOf(earlier: Snapshot): string[] {
  return difference(earlier, snapshot())
    .filter(({ kind, line }) => kind === 'processes' || line.includes('standpipe-clients-'))
    .map(({ kind, line }) => `${kind}: ${line}`);
}

describe('the same visible results over runc and over standpipe', () => {
  for (const client of clients) {
    describe(client.name, function () {
      let earlier: Snapshot;
      let pairs: Pair[];

      before(async function () {
        this.timeout(600_000);
        needsRoot(this);
        for (const program of [...programs, ...client.needs]) needs(this, program);
        for (const { path, debian } of client.needsFiles ?? [])
          if (!existsSync(path)) skip(this, `${path} is not installed (Debian: apt-get install ${debian})`);
        await settle();
        earlier = snapshot();
        pairs = await comparePairs(client, async () => {
          const [runc, standpipe] = await Promise.all([runSession(client, runcRuntime()), runSession(client, standpipeRuntime)]);
          return { runc, standpipe };
        });
      });

      for (const step of client.steps) {
        it(step.name, () => {
          const { verdict, problems } = pairs.find((pair) => pair.step === step)!;
          expect(verdict, `${step.script}\n${problems.join('\n')}\n`).to.not.equal('different');
        });
      }

      it('leaves nothing on this machine', () => {
        expect(leftOf(earlier)).to.deep.equal([]);
      });
    });
  }
});
