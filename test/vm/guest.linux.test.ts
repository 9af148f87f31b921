import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { needs, run, skip } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';

/** What mocha's reporter `json` prints. */
interface Report {
  readonly tests: readonly {
    readonly file: string;
    readonly fullTitle: string;
    readonly err: { readonly message?: string; readonly stack?: string };
  }[];
  readonly pending: Report['tests'];
  readonly failures: Report['tests'];
}

const root = fileURLToPath(new URL('../../../', import.meta.url));
const vmRun = fileURLToPath(new URL('../../vm/vm-run', import.meta.url));
const guest = fileURLToPath(new URL('guest/', import.meta.url));
const files = readdirSync(guest).filter((name) => name.endsWith('.guest.js'));

/** What the tests in the guest are promised: a disk on /var/tmp, 16 huge pages, pure cgroup v2. */
const machine = ['--lsm', 'none', '--disk', '64', '--hugepages', '16', '--deb', 'e2fsprogs', '--deb', 'iproute2'];

/**
 * Runs the tests of test/vm/guest in a virtual machine with this machine's files, whose kernel has what this one may lack: all of them
 * in one boot. Each of their files is a test here.
 */
describe('in a guest', function () {
  let report: Report;

  before(async function () {
    this.timeout(450_000);
    needs(this, 'qemu-system-x86_64');
    needs(this, 'busybox');
    needs(this, 'runc');
    const check = await run(vmRun, ['--check']);
    if (check.code !== 0) skip(this, `a part of the guest is not installed: ${check.stderr.trim()}`);
    // Fetched once: by apt, into the cache of the user.
    const prepared = await run(vmRun, [...machine, '--prepare'], { timeoutMs: 180_000 });
    if (prepared.code !== 0) skip(this, `the kernel of the guest is not installed: ${prepared.stderr.trim()}`);

    const mocha = ['node_modules/mocha/bin/mocha.js', '--no-config', '--reporter', 'json', '--timeout', '30000'];
    const command = [process.execPath, ...mocha, ...files.map((name) => guest + name)];
    const { stdout, stderr } = await run(vmRun, [...machine, '--dir', root, '--timeout', '240', '--', ...command], { timeoutMs: 250_000 });
    const start = stdout.indexOf('{\n  "stats"');
    if (start < 0) throw new Error(`the tests in the guest did not run:\n${stdout}\n${stderr}`);
    report = JSON.parse(stdout.slice(start)) as Report;
  });

  for (const name of files) {
    it(`${name.replace('.guest.js', '')} holds`, function () {
      const own = (tests: Report['tests']): Report['tests'] => tests.filter(({ file }) => file.endsWith(`/${name}`));
      const failures = own(report.failures).map(({ fullTitle, err }) => `${fullTitle}: ${err.stack ?? err.message ?? ''}`);
      expect(failures, failures.join('\n\n')).to.have.length(0);
      expect(own(report.pending).map(({ fullTitle }) => fullTitle)).to.deep.equal([]);
      expect(own(report.tests)).not.to.have.length(0);
    });
  }
});
