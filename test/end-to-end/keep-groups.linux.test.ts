import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultSpec } from '@standpipe/oci-spec';
import { bundle, leaveNothing, needs, needsRoot, type Ran, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import { type Config, specOf } from './specs.js';
import { freshId, standpipePath } from './standpipe.js';

const name = 'run.oci.keep_original_groups';
/** A group that nothing else has. */
const SHARED = 4242;
const look = 'cat /shared; grep ^Groups /proc/self/status | tr -s "\\t " " "';

describe(name, function () {
  this.timeout(60_000);
  let home: string;
  before(function () {
    needsRoot(this);
    for (const program of ['busybox', 'setpriv', 'unshare', 'newuidmap']) needs(this, program);
  });
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'standpipe-home-'));
    chownSync(home, 1000, 1000);
  });
  afterEach(() => rmSync(home, { recursive: true }));
  leaveNothing();

  /** What a container of a user in that group sees when it is run, and when something is executed in it. The ids of others are mapped, so groups could be dropped. */
  async function seen(annotations: Readonly<Record<string, string>>): Promise<Ran> {
    using made = bundle({}, { owner: { uid: 1000, gid: 1000 } });
    chmodSync(made.path, 0o755);
    const file = join(made.path, 'rootfs/shared');
    writeFileSync(file, 'of the group\n');
    chownSync(file, 0, SHARED);
    chmodSync(file, 0o640);
    const config = structuredClone(defaultSpec({ rootless: { uid: 1000, gid: 1000 } })) as Config;
    const mappings = [
      { containerID: 0, hostID: 1000, size: 1 },
      { containerID: 1, hostID: 100_000, size: 65_536 },
    ];
    Object.assign(config, { annotations });
    Object.assign(config.linux!, { uidMappings: mappings, gidMappings: mappings });
    Object.assign(config.process!, { terminal: false, args: ['/bin/sh', '-c', `(${look}) >/dev/shm/first 2>&1; exec sleep 1000`] });
    made.configure(config);
    writeFileSync(join(home, 'passwd'), 'root:x:0:0::/root:/bin/sh\nada:x:1000:1000::/home:/bin/sh\n');
    writeFileSync(join(home, 'subids'), 'ada:100000:65536\n');
    const whole = `
      S='${process.execPath} ${standpipePath}'
      id=${freshId()}
      $S run --detach --bundle ${made.path} $id </dev/null >/dev/null 2>${home}/complaint || { cat ${home}/complaint >&2; exit 9; }
      $S exec $id sh -c 'while ! grep -q Groups /dev/shm/first; do sleep 0.05; done; cat /dev/shm/first; ${look}'
      $S delete --force $id`;
    const binds = ['passwd', 'subuid', 'subgid'].map((file) => `mount --bind ${home}/${file === 'passwd' ? file : 'subids'} /etc/${file}`);
    const user = ['setpriv', '--reuid=1000', '--regid=1000', `--groups=1000,${String(SHARED)}`, '--', 'sh', '-c', whole];
    return await run('unshare', ['--mount', 'sh', '-c', `${binds.join(' && ')} && exec "$@"`, 'sh', ...user], {
      env: { PATH: process.env['PATH'], HOME: home, XDG_RUNTIME_DIR: home },
    });
  }

  it("lets an ordinary user's container have what is shared with his groups, when it starts and by exec", async () => {
    const { code, stdout, stderr } = await seen({ [name]: '1' });
    expect(stderr).to.equal('');
    // His own group is root's inside; the other one has no number there.
    expect(stdout).to.equal('of the group\nGroups: 0 65534 \n'.repeat(2));
    expect(code).to.equal(0);
  });

  it('is not so without it', async () => {
    const { stdout } = await seen({});
    expect(stdout).not.to.include('of the group');
    expect(stdout.match(/^Groups: $/gm)).to.have.lengthOf(2);
  });

  it('keeps none of the groups of root, and says so', async () => {
    using made = bundle({});
    made.configure({ ...specOf(['/bin/sh', '-c', 'grep ^Groups /proc/self/status']), annotations: { [name]: '1' } });
    const words = [
      '--groups=0,4242',
      '--',
      process.execPath,
      standpipePath,
      '--root',
      join(home, 'states'),
      'run',
      '--bundle',
      made.path,
      freshId(),
    ];
    const { code, stdout, stderr } = await run('setpriv', words);
    expect({ code, stdout: stdout.trim() }).to.deep.equal({ code: 0, stdout: 'Groups:' });
    expect(stderr).to.include(`warning: /annotations/${name} is not followed`);
  });
});
