import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlumbingError } from '@standpipe/errors';
import { run } from '@standpipe/test-support';
import { expect } from 'chai';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { formatLine, openLog } from '../src/log.js';

const module = new URL('../src/log.js', import.meta.url).href;

/** What a log writes to standard error, in a process of its own. */
async function stderrOf(global: object, calls: string): Promise<string> {
  const script = `const { openLog } = await import(${JSON.stringify(module)}); const log = openLog(${JSON.stringify(global)}); ${calls}`;
  return (await run(process.execPath, ['--input-type=module', '--eval', script])).stderr;
}

describe('openLog', () => {
  let directory: string;
  let path: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'standpipe-log-'));
    path = join(directory, 'log');
  });
  afterEach(() => {
    rmSync(directory, { recursive: true });
  });

  const all = `log.error(new Error('lost "it"\\nall')); log.warning('odd'); log.debug('planned');`;

  it('tells a person on standard error where there is no file', async () => {
    expect(await stderrOf({ logFormat: 'text', debug: false }, all)).to.equal('standpipe: lost "it"\n    all\nstandpipe: warning: odd\n');
    const debugging = await stderrOf({ logFormat: 'text', debug: true }, all);
    expect(debugging).to.match(/^standpipe: debug: Error: lost "it"\nall\n {4}at /m);
    expect(debugging).to.match(/^standpipe: debug: planned \(\d+\.\d ms\)$/m);
  });

  it('tells a program there with --log-format=json', async () => {
    const lines = (await stderrOf({ logFormat: 'json', debug: false }, all)).trim().split('\n');
    const told = lines.map((line) => JSON.parse(line) as Record<string, string>);
    expect(told.map(({ level, msg }) => [level, msg])).to.deep.equal([
      ['error', 'lost "it"\n    all'],
      ['warning', 'odd'],
    ]);
    for (const line of told) expect(line).to.have.all.keys('level', 'msg', 'time');
  });

  it('tells all to the file, and failures on standard error too', async () => {
    expect(await stderrOf({ log: path, logFormat: 'json', debug: true }, all)).to.equal('standpipe: lost "it"\n    all\n');
    const lines = readFileSync(path, 'utf8').trim().split('\n');
    const told = lines.map((line) => JSON.parse(line) as { level: string; msg: string; time: string });
    expect(told.map(({ level }) => level)).to.deep.equal(['error', 'debug', 'warning', 'debug']);
    for (const { time } of told) expect(Math.abs(Date.parse(time) - Date.now())).to.be.lessThan(60_000);
  });

  it('is not opened where it can not be written', () => {
    try {
      openLog({ root: undefined, log: join(directory, 'none', 'log'), logFormat: 'json', debug: false, assembly: undefined });
    } catch (error) {
      expect(PlumbingError.is(error) && error.code).to.equal('LOG_NOT_WRITABLE');
      return;
    }
    expect.fail('opened');
  });

  it('writes text as logrus does', () => {
    expect(formatLine('text', 'error', 'say "a\nb"', '2026-01-02T03:04:05.678Z')).to.equal(
      'time="2026-01-02T03:04:05.678Z" level=error msg="say \\"a\\nb\\""\n',
    );
  });
});
