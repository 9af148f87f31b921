import type { ContainerUsage, Usage } from '@standpipe/runtime/steer';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { sortUsage } from '../../src/top/sort.js';
import { renderSummary, renderTable } from '../../src/top/table.js';

const machine = { cpus: 2, memoryBytes: 4 * 2 ** 30 };

const none: Usage = {
  cpuPercent: undefined,
  memoryBytes: 0,
  memoryLimitBytes: undefined,
  pids: 0,
  pidsLimit: undefined,
  readBytesPerSecond: undefined,
  writeBytesPerSecond: undefined,
  pressure: { cpu: undefined, memory: undefined, io: undefined },
};

const web: ContainerUsage = {
  id: 'web',
  status: 'running',
  pid: 7,
  usage: {
    ...none,
    cpuPercent: 153.2,
    memoryBytes: 60 * 2 ** 20,
    memoryLimitBytes: 64 * 2 ** 20,
    pids: 12,
    pidsLimit: 100,
    readBytesPerSecond: 1536,
    writeBytesPerSecond: 0,
    pressure: { cpu: 40.25, memory: 1.5, io: 0 },
  },
};
const db: ContainerUsage = { id: 'db', status: 'paused', pid: 8, usage: { ...none, memoryBytes: 2 ** 30, pids: 3 } };
const old: ContainerUsage = { id: 'old', status: 'stopped', pid: 0, usage: undefined };
const containers = [web, db, old];

describe('the table of top', () => {
  it('is plain text without bars', () => {
    expect(renderTable(containers, { machine }).join('\n')).to.equal(
      `
CONTAINER  STATUS   CPU %  MEMORY  LIMIT  PIDS  READ/s  WRITE/s  PSI cpu  mem   io
web        running    153     60M    64M    12    1.5K       0B     40.3  1.5  0.0
db         paused       -    1.0G      -     3       -        -        -    -    -
old        stopped      -       -      -     -       -        -        -    -    -`.slice(1),
    );
  });

  it('has bars: of the CPUs, and of the memory that can be had', () => {
    expect(renderTable(containers, { machine, bars: 'ascii' }).join('\n')).to.equal(
      `
CONTAINER  STATUS   CPU %              MEMORY  LIMIT              PIDS  READ/s  WRITE/s  PSI cpu  mem   io
web        running    153  ########..     60M    64M  #########.    12    1.5K       0B     40.3  1.5  0.0
db         paused       -  ..........    1.0G      -  ###.......     3       -        -        -    -    -
old        stopped      -  ..........       -      -  ..........     -       -        -        -    -    -`.slice(1),
    );
  });

  it('leaves out what has no room, and the names last', () => {
    const long = { ...web, id: 'a1b2c3d4e5f67890'.repeat(4) };
    const at = (width: number): string[] => renderTable([long], { machine, bars: 'ascii', width });
    for (let width = 20; width < 200; width++) {
      for (const line of at(width)) expect(line.length, `${String(width)}: ${line}`).to.be.at.most(width);
    }
    expect(at(80)).to.deep.equal([
      'CONTAINER     STATUS   CPU %              MEMORY  LIMIT              PIDS',
      'a1b2c3d4e5f6  running    153  ########..     60M    64M  #########.    12',
    ]);
    expect(renderTable([long], { machine })[1]).to.match(/^(a1b2c3d4e5f67890){4} {2}running /);
    const named = { ...web, id: 'a-name-that-somebody-gave' };
    expect(renderTable([named], { machine, bars: 'ascii', width: 80 })[1]).to.equal(
      'a-name-that-somebody-gave  running    153  ########..     60M  #########.    12',
    );
    expect(at(40)).to.deep.equal(['CONTAINER     CPU %  MEMORY  PIDS', 'a1b2c3d4e5f6    153     60M    12']);
    expect(at(25)).to.deep.equal(['CONTAINER   CPU %  MEMORY', 'a1b2c3d4e5    153     60M']);
  });

  it('colors the bars by how full they are, and changes nothing else', () => {
    const settings = { machine, bars: 'blocks', width: 100 } as const;
    const [, colored = ''] = renderTable([web], { ...settings, color: true });
    expect(colored).to.include('\x1b[33m███████▋  \x1b[0m').and.to.include('\x1b[31m█████████▍\x1b[0m');
    // oxlint-disable-next-line no-control-regex -- what a terminal takes for colors
    expect(colored.replaceAll(/\x1b\[\d+m/g, '')).to.equal(renderTable([web], settings)[1]);
  });

  it('sums up above it', () => {
    expect(renderSummary(containers, machine)).to.equal(
      '3 containers: 1 running, 1 paused, 1 stopped   CPU 153% of 200%   memory 1.1G of 4.0G',
    );
    expect(renderSummary([], machine)).to.equal('0 containers   CPU 0.0% of 200%   memory 0B of 4.0G');
    expect(renderSummary([db], machine)).to.match(/^1 container: 1 paused /);
  });
});

describe('its order', () => {
  const ids = (key: Parameters<typeof sortUsage>[1]): string[] => sortUsage(containers, key).map(({ id }) => id);

  it('has the greatest first, and what has ended last', () => {
    expect(ids('cpu')).to.deep.equal(['web', 'db', 'old']);
    expect(ids('memory')).to.deep.equal(['db', 'web', 'old']);
    expect(ids('pids')).to.deep.equal(['web', 'db', 'old']);
    expect(ids('io')).to.deep.equal(['web', 'db', 'old']);
    expect(ids('id')).to.deep.equal(['db', 'old', 'web']);
  });
});
