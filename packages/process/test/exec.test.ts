import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseEnv, planExec } from '../src/index.js';
import { callsOf, issuesOf } from './issues.js';

const env = parseEnv(['PATH=/bin:/usr/bin/']);

describe('planExec', () => {
  it('tries the directories of PATH in turn, and a path as it is', () => {
    const paths = (command: string): unknown[] =>
      callsOf(planExec([command], env)).flatMap(([name, path]) => (name === 'execve' ? [path] : []));
    expect(paths('id')).to.deep.equal(['/bin/id', '/usr/bin/id']);
    expect(paths('./id')).to.deep.equal(['./id']);
    expect(paths('/x/id')).to.deep.equal(['/x/id']);
  });

  it('refuses what cannot be run', () => {
    expect(issuesOf(() => planExec([], env))).to.deep.equal(['/process/args: there is no command to run']);
    expect(issuesOf(() => planExec([''], env, { pointer: '/p' }))).to.deep.equal(['/p/args/0: there is no command to run']);
    expect(issuesOf(() => planExec(['id', 'a\0b'], env))).to.deep.equal(['/process/args/1: an argument contains a NUL']);
  });
});
