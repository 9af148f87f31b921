import { PlumbingError } from '@standpipe/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { rowsOf, runPs } from '../src/ps-table.js';

const table = `UID          PID    PPID  C STIME TTY          TIME CMD
root           1       0  0 11:00 ?        00:00:01 /sbin/init 42
root          42       1  0 11:01 ?        00:00:00 sleep 100
root         421      42  0 11:01 ?        00:00:00 sh -c exec sleep 42
`;

describe('ps', () => {
  it("keeps the heading and the container's rows", () => {
    expect(rowsOf(table, [42])).to.equal(`${table.split('\n')[0]!}\n${table.split('\n')[2]!}\n`);
    expect(rowsOf(table, [421, 1])).to.equal(`${[0, 1, 3].map((i) => table.split('\n')[i]!).join('\n')}\n`);
    expect(rowsOf(table, [])).to.equal(`${table.split('\n')[0]!}\n`);
  });

  it('finds the column wherever it is, and says when there is none', () => {
    expect(rowsOf('CMD   PID\nsleep  42\n42      7\n', [42])).to.equal('CMD   PID\nsleep  42\n');
    expect(() => rowsOf('CMD\nsleep\n', [42])).to.throw(PlumbingError, 'list processes with ps(1): its output has no column PID');
  });

  it("passes options on, and ps's own complaint", () => {
    expect(
      rowsOf(runPs(['-o', 'pid', '-p', String(process.pid)]), [process.pid])
        .split('\n')
        .map((line) => line.trim()),
    ).to.deep.equal(['PID', String(process.pid), '']);
    expect(() => runPs(['--no-such-option']))
      .to.throw(PlumbingError, 'list processes with ps(1): error:')
      .with.property('code', 'PS_FAILED');
  });
});
