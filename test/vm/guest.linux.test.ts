import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
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
/** The tests of one folder, which share a boot. */
const folder = (name: string): string[] => {
  const path = fileURLToPath(new URL(`${name}/`, import.meta.url));
  return readdirSync(path)
    .filter((file) => file.endsWith('.guest.js'))
    .map((file) => path + file);
};
/** Tests of the library that say something else with the controllers on v2. They skip what is v1's alone. */
const shared = ['apply', 'cgroup', 'plan'].map((name) => join(root, `packages/cgroups/dist/test/${name}.linux.test.js`));

interface Boot {
  /** Options of vm-run. */
  readonly machine: readonly string[];
  readonly files: readonly string[];
}

/** Each is one virtual machine, with what its tests are promised. */
const boots: Readonly<Record<string, Boot>> = {
  // A disk on /var/tmp, 16 huge pages, pure cgroup v2.
  'in a guest': {
    machine: ['--lsm', 'none', '--disk', '64', '--hugepages', '16', '--deb', 'e2fsprogs', '--deb', 'iproute2'],
    files: [...folder('guest'), ...shared],
  },
  'in a guest with AppArmor': { machine: ['--lsm', 'apparmor', '--deb', 'apparmor'], files: folder('apparmor') },
  'in a guest with SELinux': { machine: ['--lsm', 'selinux', '--enforcing'], files: folder('selinux') },
  'in a guest with systemd, on cgroup v2': { machine: ['--lsm', 'none', '--systemd', '2'], files: folder('systemd') },
  'in a guest with systemd, on cgroup v1': { machine: ['--lsm', 'none', '--systemd', '1'], files: folder('systemd') },
};

/** Runs tests in virtual machines with this machine's files, whose kernel has what this one may lack. Each of their files is a test here. */
for (const [where, { machine, files }] of Object.entries(boots)) {
  describe(where, function () {
    let report: Report;

    before(async function () {
      this.timeout(1_200_000);
      needs(this, 'qemu-system-x86_64');
      needs(this, 'busybox');
      needs(this, 'runc');
      const check = await run(vmRun, ['--check']);
      if (check.code !== 0) skip(this, `a part of the guest is not installed: ${check.stderr.trim()}`);
      // Fetched once: by apt, into the cache of the user.
      const prepared = await run(vmRun, [...machine, '--prepare'], { timeoutMs: 180_000 });
      if (prepared.code !== 0) skip(this, `the kernel of the guest is not installed: ${prepared.stderr.trim()}`);

      const mocha = ['node_modules/mocha/bin/mocha.js', '--no-config', '--reporter', 'json', '--timeout', '60000'];
      const command = [process.execPath, ...mocha, ...files];
      const { stdout, stderr } = await run(vmRun, [...machine, '--dir', root, '--timeout', '900', '--', ...command], {
        timeoutMs: 920_000,
      });
      const start = stdout.indexOf('{\n  "stats"');
      if (start < 0) throw new Error(`the tests in the guest did not run:\n${stdout}\n${stderr}`);
      report = JSON.parse(stdout.slice(start)) as Report;
    });

    for (const file of files) {
      it(`${relative(root, file)} holds`, () => {
        const ofFile = (tests: Report['tests']): Report['tests'] => tests.filter((test) => test.file === file);
        const failures = ofFile(report.failures).map(({ fullTitle, err }) => `${fullTitle}: ${err.stack ?? err.message ?? ''}`);
        expect(failures, failures.join('\n\n')).to.have.length(0);
        if (!shared.includes(file)) expect(ofFile(report.pending).map(({ fullTitle }) => fullTitle)).to.deep.equal([]);
        expect(ofFile(report.tests).length - ofFile(report.pending).length).to.be.greaterThan(0);
      });
    }
  });
}
