import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultSpec, type LinuxIDMapping } from '@standpipe/oci-spec';
import { asOrdinaryUser, bundle, leaveNothing, needs, needsRoot, type Ran, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, before, beforeEach, describe, it } from 'mocha';
import type { Config } from './specs.js';
import { freshId, standpipePath } from './standpipe.js';

describe('standpipe exec by an ordinary user', function () {
  this.timeout(60_000);
  before(function () {
    needsRoot(this);
    needs(this, 'busybox');
    needs(this, 'setpriv');
  });
  let home: string;

  beforeEach(async () => {
    home = mkdtempSync(join(tmpdir(), 'standpipe-home-'));
    await run('chown', ['1000:1000', home]);
  });
  afterEach(() => rmSync(home, { recursive: true }));
  leaveNothing();

  /** Starts a container, has `script` execute things in it with "$S exec", and deletes it. `wrapper` is run as root before. */
  async function inContainer(
    mappings: readonly LinuxIDMapping[] | undefined,
    script: string,
    wrapper: readonly string[] = [],
  ): Promise<Ran> {
    using made = bundle({}, { owner: { uid: 1000, gid: 1000 } });
    chmodSync(made.path, 0o755);
    const config = structuredClone(defaultSpec({ rootless: { uid: 1000, gid: 1000 } })) as Config;
    config.process!.terminal = false;
    config.process!.args = ['/bin/sh', '-c', 'exec sleep 1000'];
    if (mappings !== undefined) Object.assign(config.linux!, { uidMappings: mappings, gidMappings: mappings });
    made.configure(config);
    const whole = `
      set -e
      S='${process.execPath} ${standpipePath}'
      id=${freshId()}
      $S run --detach --bundle ${made.path} $id </dev/null >/dev/null 2>${home}/complaint || { cat ${home}/complaint >&2; exit 9; }
      set +e
      ${script}
      $S delete --force $id`;
    const [command, words] = asOrdinaryUser('sh', ['-c', whole]);
    const all = [...wrapper, command, ...words];
    return await run(all[0]!, all.slice(1), { env: { PATH: process.env['PATH'], HOME: home, XDG_RUNTIME_DIR: home } });
  }

  it('joins the user namespace first, and is root in the container', async () => {
    const { code, stdout, stderr } = await inContainer(
      undefined,
      `$S exec $id sh -c 'id -u; id -g; hostname; cat /proc/self/uid_map | tr -s " "; grep -E "^Cap(Prm|Bnd)" /proc/self/status; ls /proc/self/fd | wc -l'
       $S exec -t $id tty
       $S exec $id sh -c 'for n in user mnt pid ipc uts; do test $(readlink /proc/self/ns/$n) = $(readlink /proc/1/ns/$n) && echo same $n; done'
       $S exec -u 7 $id true
       $S exec $id nope`,
    );
    expect(stdout.replaceAll('\r', '').split('\n')).to.deep.equal([
      '0',
      '0',
      'standpipe',
      ' 0 1000 1',
      'CapPrm:\t0000000020000420',
      'CapBnd:\t0000000020000420',
      '4',
      '/dev/pts/0',
      'same user',
      'same mnt',
      'same pid',
      'same ipc',
      'same uts',
      '',
    ]);
    expect(stderr)
      .to.include('become user 7: it has no mapping in the user namespace')
      .and.to.include('exec: "nope": executable file not found in $PATH');
    expect(code).to.equal(0);
  });

  it('has the ids that are subordinate to the user', async function () {
    needs(this, 'newuidmap');
    needs(this, 'unshare');
    writeFileSync(join(home, 'passwd'), 'root:x:0:0::/root:/bin/sh\nada:x:1000:1000::/home:/bin/sh\n');
    writeFileSync(join(home, 'subids'), 'ada:100000:65536\n');
    const binds = ['passwd', 'subuid', 'subgid'].map((name) => `mount --bind ${home}/${name === 'passwd' ? name : 'subids'} /etc/${name}`);
    const { code, stdout, stderr } = await inContainer(
      [
        { containerID: 0, hostID: 1000, size: 1 },
        { containerID: 1, hostID: 100_000, size: 65_536 },
      ],
      `$S exec -u 33:34 -g 50 $id sh -c 'id; touch /dev/shm/x; stat -c %u:%g /dev/shm/x'`,
      ['unshare', '--mount', 'sh', '-c', `${binds.join(' && ')} && exec "$@"`, 'sh'],
    );
    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(stdout).to.equal('uid=33 gid=34 groups=50(staff)\n33:34\n');
  });
});
