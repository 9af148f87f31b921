import { decode, disassemble, encode, initId, openInRoot, reg, sys } from '@standpipe/program';
import { AT, hostArch, O, openFlags } from '@standpipe/syscalls';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { translateOpenFlags } from '../src/open-flags.js';
import { programOf } from './sections.js';

describe('open flags for another architecture', () => {
  it('have its numbers, and come back the same', () => {
    const [x64, arm64] = [openFlags('x64'), openFlags('arm64')];
    for (const name of Object.keys(x64) as (keyof typeof x64)[]) {
      const flags = BigInt(x64[name] | x64.CLOEXEC);
      expect(translateOpenFlags(flags, 'x64', 'arm64'), name).to.equal(BigInt(arm64[name] | arm64.CLOEXEC));
      expect(translateOpenFlags(translateOpenFlags(flags, 'x64', 'arm64'), 'arm64', 'x64'), name).to.equal(flags);
    }
    expect(translateOpenFlags(BigInt(x64.DIRECTORY | x64.NOFOLLOW), 'x64', 'arm64')).to.equal(BigInt(arm64.DIRECTORY | arm64.NOFOLLOW));
  });

  it('are meant the same by a program for either', () => {
    const root = reg('root');
    const ops = [
      sys('openat', [AT.FDCWD, '/srv', O.PATH | O.DIRECTORY | O.NOFOLLOW | O.CLOEXEC, 0], { to: root }),
      openInRoot(root, 'etc', O.RDONLY | O.NOFOLLOW),
      sys('openat2', [root, 'x', new Uint8Array(24), 24]),
    ];
    const shown = (['x64', 'arm64'] as const).map((arch) => disassemble(decode(encode(programOf(ops), { arch, initId }))));
    expect(shown[0]).to.equal(shown[1]);
    expect(shown[0])
      .to.contain('O_DIRECTORY')
      .and.match(/flags=O_RDONLY[|A-Z_]*O_NOFOLLOW/);
    expect(hostArch()).to.be.oneOf(['x64', 'arm64']);
  });
});
