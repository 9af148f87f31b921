import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import type * as errors from '../src/index.js';
import { AssemblyError, NotSupportedError, PlumbingError, SafetyError, SpecError, StepError, SyscallError } from '../src/index.js';

const place = { pipeline: 'create', phase: 'rootfs', step: 'mounts.mount', plugin: 'mounts' };

const one = {
  PlumbingError: new PlumbingError('no', { code: 'NO' }),
  SyscallError: new SyscallError('no', { code: 'EPERM', errno: 1, syscall: 'mount', path: '/proc' }),
  SpecError: new SpecError('no', { issues: [] }),
  AssemblyError: new AssemblyError('no', { problems: [] }),
  StepError: new StepError('no', place),
  NotSupportedError: new NotSupportedError('no', { feature: 'time namespaces', neededKernel: '5.6' }),
  SafetyError: new SafetyError('no', { invariant: 'no path is resolved twice' }),
};

describe('PlumbingError', () => {
  it('carries a code, a hint, details and a cause', () => {
    const cause = new Error('why');
    const error = new PlumbingError('what', { code: 'CODE', hint: 'do this', details: { id: 7 }, cause });
    expect(error).to.include({ message: 'what', name: 'PlumbingError', code: 'CODE', hint: 'do this', cause });
    expect(error.details).to.deep.equal({ id: 7 });
  });

  it('has no cause of its own when none is given', () => {
    expect(Object.hasOwn(one.PlumbingError, 'cause')).to.equal(false);
    expect(one.PlumbingError.details).to.deep.equal({});
  });

  it('is recognised by class and by base, and by no other class', () => {
    const classes = { SyscallError, SpecError, AssemblyError, StepError, NotSupportedError, SafetyError };
    for (const [name, error] of Object.entries(one)) {
      expect(error.name).to.equal(name);
      expect(PlumbingError.is(error), name).to.equal(true);
      for (const [other, kind] of Object.entries(classes)) expect(kind.is(error), `${other}.is(${name})`).to.equal(other === name);
    }
  });

  it('recognises nothing else', () => {
    const lookalike = Object.assign(new Error('no'), { code: 'NO', name: 'PlumbingError' });
    for (const value of [lookalike, undefined, null, 'PlumbingError', 7, {}, []]) expect(PlumbingError.is(value)).to.equal(false);
  });

  it('gives each kind its code', () => {
    expect(Object.values(one).map(({ code }) => code)).to.deep.equal([
      'NO',
      'EPERM',
      'SPEC_INVALID',
      'ASSEMBLY_FAILED',
      'STEP_FAILED',
      'NOT_SUPPORTED',
      'UNSAFE',
    ]);
    expect(new SpecError('no', { code: 'SPEC_UNSUPPORTED', issues: [] }).code).to.equal('SPEC_UNSUPPORTED');
    expect(new StepError('no', { ...place, code: 'STEP_ABORTED' }).code).to.equal('STEP_ABORTED');
  });

  it('has the field names of Node for a failed system call', () => {
    expect(one.SyscallError).to.include({ code: 'EPERM', errno: 1, syscall: 'mount', path: '/proc', dest: undefined });
  });

  it('is recognised across copies of the package', async () => {
    const copy = mkdtempSync(join(tmpdir(), 'standpipe-errors-'));
    try {
      const from = join(dirname(fileURLToPath(import.meta.url)), '../src');
      for (const file of readdirSync(from).filter((name) => name.endsWith('.js'))) copyFileSync(join(from, file), join(copy, file));
      writeFileSync(join(copy, 'package.json'), '{"type":"module"}');
      const other = (await import(pathToFileURL(join(copy, 'index.js')).href)) as typeof errors;
      const theirs = new other.SpecError('no', { issues: [{ pointer: '/root', message: 'is missing' }] });
      expect(theirs).not.to.be.instanceOf(SpecError);
      expect(SpecError.is(theirs)).to.equal(true);
      expect(SafetyError.is(theirs)).to.equal(false);
      expect(other.SyscallError.is(one.SyscallError)).to.equal(true);
      expect(other.renderError(new SpecError('no', theirs))).to.equal('no\n  /root: is missing');
    } finally {
      rmSync(copy, { recursive: true });
    }
  });

  it('shows its code where Node prints it', () => {
    const module = fileURLToPath(new URL('../src/index.js', import.meta.url));
    const script = `import { PlumbingError } from ${JSON.stringify(module)}; throw new PlumbingError('what', { code: 'CODE' });`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], { encoding: 'utf8' });
    expect(status).to.equal(1);
    expect(stderr).to.include('PlumbingError: what').and.to.include("code: 'CODE'");
  });
});
