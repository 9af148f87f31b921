import type { Buf } from '@standpipe/program';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { listenFds, planEnvironment } from '../src/index.js';

function shown(entries: readonly (string | Buf)[]): string[] {
  return entries.map((entry) => (typeof entry === 'string' ? entry : `<${entry.name}>`));
}

describe('planEnvironment', () => {
  it('looks for the home only where HOME is missing or empty', () => {
    const given = planEnvironment(['HOME=/home', 'A=1'], { uid: 0 });
    expect([given.ops, given.environment.entries]).to.deep.equal([[], ['HOME=/home', 'A=1']]);
    for (const env of [['A=1'], ['HOME=', 'A=1']]) {
      const { ops, environment } = planEnvironment(env, { uid: 0 });
      expect(ops).not.to.deep.equal([]);
      expect(shown(environment.entries)).to.deep.equal(['A=1', '<HOME>']);
    }
  });

  it("tells of the command's own sockets, and not of another's", () => {
    const env = ['HOME=/', 'LISTEN_FDS=7', 'LISTEN_PID=12', 'LISTEN_FDNAMES=a'];
    expect(shown(planEnvironment(env, { uid: 0, listenFds: 2 }).environment.entries)).to.deep.equal([
      'HOME=/',
      'LISTEN_FDNAMES=a',
      '<LISTEN_FDS>',
      '<LISTEN_PID>',
    ]);
    expect(planEnvironment(env, { uid: 0 }).environment.entries).to.deep.equal(env);
  });
});

describe('listenFds', () => {
  it('counts only what is meant for this process', () => {
    expect(listenFds({ LISTEN_PID: '12', LISTEN_FDS: '3' }, 12)).to.equal(3);
    expect(listenFds({ LISTEN_PID: '13', LISTEN_FDS: '3' }, 12)).to.equal(0);
    expect(listenFds({ LISTEN_FDS: '3' }, 12)).to.equal(0);
    for (const wrong of ['', '-1', 'x', '1e3', undefined])
      expect(listenFds({ LISTEN_PID: '12', LISTEN_FDS: wrong }, 12), wrong).to.equal(0);
  });
});
