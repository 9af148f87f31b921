import { expect } from 'chai';
import { describe, it } from 'mocha';
import { renderProbes } from '../src/render-probes.js';

const report = {
  able: true,
  probes: [
    { group: 'mounts', what: 'overlay', outcome: 'no', found: 'the kernel says ENODEV', fix: 'modprobe overlay' },
    { group: 'mounts', what: 'binds', outcome: 'yes', essential: true },
    { group: 'security', what: 'Landlock', outcome: 'unknown' },
  ],
} as const;

describe('renderProbes', () => {
  it('has a line for each, and tells what to change', () => {
    expect(renderProbes(report, { colour: false })).to.equal(
      [
        'mounts',
        '  no   overlay',
        '       the kernel says ENODEV',
        '       to change: modprobe overlay',
        '  yes  binds',
        '',
        'security',
        '   ?   Landlock',
        '',
        'Containers can run here. Of the rest, 1 not to be had, 1 not to be found out.',
        '',
      ].join('\n'),
    );
  });

  it('says what no container can do without', () => {
    const probes = [{ group: 'mounts', what: 'binds', outcome: 'no', essential: true }] as const;
    expect(renderProbes({ able: false, probes }, { colour: false })).to.include('No container can run here without: binds.');
    expect(renderProbes({ able: true, probes: [] }, { colour: false })).to.equal('\nContainers can run here.\n');
  });

  it('is in colours where asked', () => {
    expect(renderProbes(report, { colour: true }))
      .to.include('  \x1b[31mno \x1b[0m  overlay\n')
      .and.include('\x1b[1mmounts\x1b[0m\n');
  });
});
