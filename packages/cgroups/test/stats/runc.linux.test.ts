import { bundle, leaveNothing, needs, needsRoot, run, skip } from '@standpipe/test-support';
import { expect } from 'chai';
import { before, describe, it } from 'mocha';
import { formatStatsEvent, openCgroup, readCgroupLayout } from '../../src/index.js';

/**
 * Every path to a value, with the value where it is a limit: what is used changes between two looks. Without pressure, which is newer than
 * the runc that Debian has.
 */
function outline(value: unknown, at = ''): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return [at.endsWith('limit') ? `${at} = ${JSON.stringify(value)}` : at];
  }
  const entries = Object.entries(value).filter(([name]) => name !== 'psi');
  return entries.length === 0 ? [at] : entries.flatMap(([name, field]) => outline(field, `${at}/${name}`));
}

describe('stats as runc gives them', function () {
  this.timeout(30_000);
  before(function () {
    needsRoot(this);
    if (readCgroupLayout().hierarchies.every(({ version }) => version === 2)) skip(this, 'runc has other fields on v2');
  });
  leaveNothing();

  it('has the same fields and the same limits', async function () {
    const runc = needs(this, 'runc');
    needs(this, 'busybox');
    const id = `standpipe-stats-${String(process.pid)}`;
    using made = bundle({
      ociVersion: '1.0.2',
      process: { user: { uid: 0, gid: 0 }, args: ['/bin/sleep', '60'], cwd: '/' },
      root: { path: 'rootfs' },
      mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
      linux: {
        cgroupsPath: `/${id}`,
        namespaces: [{ type: 'pid' }, { type: 'mount' }, { type: 'network' }],
        resources: { memory: { limit: 64 << 20 }, pids: { limit: 11 }, cpu: { quota: 50_000, period: 100_000 } },
      },
    });
    const root = `${made.path}/runc`;
    const call = async (...args: string[]): Promise<string> => {
      const { code, stdout, stderr } = await run('sh', [
        '-c',
        '"$@" < /dev/null 2> "$0"',
        `${made.path}/err`,
        runc,
        '--root',
        root,
        ...args,
      ]);
      expect(code, stderr).to.equal(0);
      return stdout;
    };
    try {
      await run('sh', ['-c', '"$@" < /dev/null > /dev/null 2>&1', 'sh', runc, '--root', root, 'run', '-d', '-b', made.path, id]);
      const theirs = outline(JSON.parse(await call('events', '--stats', id)));
      const ours = outline(JSON.parse(formatStatsEvent(id, openCgroup(`/${id}`).stats())));
      expect(ours.sort()).to.deep.equal(theirs.sort());
    } finally {
      await call('delete', '--force', id);
    }
  });
});
