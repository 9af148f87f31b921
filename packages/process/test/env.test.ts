import { buf } from '@standpipe/program';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { withVariables } from '../src/env.js';
import { parseEnv, searchPath } from '../src/index.js';
import { issuesOf } from './issues.js';

describe('parseEnv', () => {
  it('keeps the last of each key, in its place', () => {
    const env = parseEnv(['A=1', 'B=2', 'A=3=4', 'C=', 'D D=5']);
    expect(env.entries).to.deep.equal(['B=2', 'A=3=4', 'C=', 'D D=5']);
    expect([env.get('A'), env.get('C'), env.get('E')]).to.deep.equal(['3=4', '', undefined]);
  });

  it('has no trouble with keys that objects have', () => {
    expect(parseEnv(['__proto__=1', 'constructor=2']).entries).to.deep.equal(['__proto__=1', 'constructor=2']);
    expect(parseEnv([]).get('constructor')).to.equal(undefined);
  });

  it('gathers what is no variable', () => {
    expect(issuesOf(() => parseEnv(['A=1', 'A', '=x', 'B=\0'], '/env'))).to.deep.equal([
      '/env/1: "A" is no variable',
      '/env/2: "=x" is no variable',
      '/env/3: a variable contains a NUL',
    ]);
  });
});

describe('withVariables', () => {
  it('puts them at the end, for those of the same key', () => {
    const home = buf('HOME', 10);
    expect(withVariables(parseEnv(['HOME=', 'HOMEX=1', 'A=HOME=']), { HOME: home }).entries).to.deep.equal(['HOMEX=1', 'A=HOME=', home]);
  });
});

describe('searchPath', () => {
  it('splits PATH and keeps empty parts', () => {
    expect(searchPath(parseEnv(['PATH=/bin::/usr/bin:']))).to.deep.equal(['/bin', '', '/usr/bin', '']);
    expect(searchPath(parseEnv(['PATH=']))).to.deep.equal([]);
    expect(searchPath(parseEnv([]))).to.deep.equal([]);
  });
});
