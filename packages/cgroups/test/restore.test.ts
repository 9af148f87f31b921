import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { valuesBefore } from '../src/restore.js';

describe('valuesBefore', () => {
  let directory = '';
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'standpipe-restore-'));
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const cases: [file: string, text: string, write: string, before: string[]][] = [
    ['memory.max', '67108864\n', '1', ['67108864']],
    ['cpu.max', 'max 100000\n', '1 2', ['max 100000']],
    ['cpuset.cpus', '\n', '0', ['']],
    ['memory.oom_control', 'oom_kill_disable 1\nunder_oom 0\noom_kill 0\n', '0', ['1']],
    ['io.max', '8:0 rbps=1 wbps=max riops=max wiops=max\n', '8:0 rbps=5', ['8:0 rbps=1 wbps=max riops=max wiops=max']],
    ['io.max', '', '8:16 rbps=5', ['8:16 rbps=max wbps=max riops=max wiops=max']],
    ['io.weight', 'default 100\n8:0 200\n', '50', ['default 100']],
    ['io.weight', 'default 100\n8:0 200\n', '8:0 50', ['8:0 200']],
    ['io.bfq.weight', 'default 100\n', '8:0 50', ['8:0 default']],
    ['blkio.throttle.read_bps_device', '8:0 10\n', '8:0 50', ['8:0 10']],
    ['blkio.throttle.read_bps_device', '', '8:0 50', ['8:0 0']],
    ['rdma.max', 'mlx4_0 hca_handle=2 hca_object=max\n', 'mlx4_0 hca_handle=1', ['mlx4_0 hca_handle=2 hca_object=max']],
    ['rdma.max', '', 'mlx4_0 hca_handle=1', ['mlx4_0 hca_handle=max hca_object=max']],
    ['net_prio.ifpriomap', 'lo 0\neth0 3\n', 'eth0 5', ['eth0 3']],
  ];
  for (const [file, text, write, before] of cases)
    it(`${file}: ${JSON.stringify(text)} and then ${JSON.stringify(write)}`, () => {
      const path = join(directory, file);
      writeFileSync(path, text);
      expect(valuesBefore(path, write)).to.deep.equal(before.map((value) => ({ path, value })));
    });

  it('knows none of a file that is not there', () => {
    expect(valuesBefore(join(directory, 'memory.max'), '1')).to.deep.equal([]);
  });
});
