import { SpecError } from '@standpipe/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parsePolicy } from '../src/index.js';

function faults(value: unknown): string[] {
  try {
    parsePolicy(value, '/options');
  } catch (error) {
    if (error instanceof SpecError) return error.issues.map(({ pointer, message }) => `${pointer} ${message}`);
    throw error;
  }
  return [];
}

describe('parsePolicy', () => {
  it('takes rules for paths, ports and scopes', () => {
    const policy = {
      paths: [
        { path: '/usr', allow: ['read', 'execute'] },
        { path: '/tmp', allow: ['read', 'write', 'make_char'], optional: true, follow: false },
      ],
      ports: [{ port: 443, allow: ['connect_tcp'] }],
      scopes: ['signal'],
    };
    expect(parsePolicy(policy)).to.deep.equal(policy);
    expect(faults({ paths: [] })).to.deep.equal([]);
    expect(faults({ ports: [] })).to.deep.equal([]);
  });

  it('tells of every fault at its place', () => {
    expect(
      faults({
        paths: [{ path: 'usr', allow: ['read', 'fly'], optional: 1 }, 7, { path: '/\0', allow: 'read', why: '' }],
        ports: [{ port: 70_000, allow: ['bind'] }],
        scopes: ['universe'],
        more: {},
      }),
    ).to.deep.equal([
      '/options/more is unknown',
      '/options/paths/0/path is no absolute path',
      '/options/paths/0/allow/1 "fly" is unknown',
      '/options/paths/0/optional is neither true nor false',
      '/options/paths/1 is no rule',
      '/options/paths/2/why is unknown',
      '/options/paths/2/path is no absolute path',
      '/options/paths/2/allow is no list',
      '/options/ports/0/port is no port',
      '/options/ports/0/allow/0 "bind" is unknown',
      '/options/scopes/0 "universe" is unknown',
    ]);
  });

  it('refuses what restricts nothing, or is none', () => {
    expect(faults({})).to.deep.equal(['/options restricts nothing']);
    for (const value of [undefined, null, [], 'all', 7]) expect(faults(value)).to.deep.equal(['/options is no Landlock policy']);
    expect(faults({ paths: {}, ports: 'all' })).to.deep.equal(['/options/paths is no list', '/options/ports is no list']);
  });
});
