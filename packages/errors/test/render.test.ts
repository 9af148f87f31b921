import { expect } from 'chai';
import { describe, it } from 'mocha';
import { AssemblyError, NotSupportedError, PlumbingError, renderError, SpecError, StepError, SyscallError } from '../src/index.js';

const place = { pipeline: 'create', phase: 'isolate', step: 'namespaces.clone', plugin: 'namespaces' };
const refused = new SyscallError(
  'mount "proc" on "/proc": mount("proc", 5, "proc", MS_NOSUID|MS_NODEV) = EPERM (operation not permitted)',
  {
    code: 'EPERM',
    errno: 1,
    syscall: 'mount',
  },
);

function rendered(error: unknown): string[] {
  return renderError(error).split('\n');
}

describe('renderError', () => {
  it('says a failed system call as strace would', () => {
    expect(rendered(refused)).to.deep.equal([
      'mount "proc" on "/proc": mount("proc", 5, "proc", MS_NOSUID|MS_NODEV) = EPERM (operation not permitted)',
    ]);
  });

  it('says once what failed, and where the config asked for it', () => {
    const cause = Object.assign(new Error('ERANGE: result too large, write'), { code: 'ERANGE', errno: -34, syscall: 'write' });
    const message = 'write "0-9" to "cpuset.cpus": ERANGE (numerical result out of range)';
    const failed = { code: 'ERANGE', errno: 34, syscall: 'write', cause };
    expect(rendered(new SyscallError(message, { ...failed, details: { pointer: '/cpu/cpus' } }))).to.deep.equal([
      message,
      '  at /cpu/cpus',
    ]);
    expect(rendered(new SyscallError(message, { ...failed, code: 'EIO' }))).to.deep.equal([message, `  because: ${cause.message}`]);
  });

  it('lists the issues of a document, each with its place and what would be right', () => {
    const error = new SpecError("the namespaces can't be made as asked: 3 problems", {
      issues: [
        {
          pointer: '/linux/namespaces/3/type',
          message: 'there is no kind of namespace called "ipcs"',
          expected: 'one of cgroup, ipc, mount',
        },
        { pointer: '/linux/uidMappings', message: 'a new user namespace needs at least one mapping' },
        { pointer: '', message: 'is no object' },
      ],
    });
    expect(rendered(error)).to.deep.equal([
      "the namespaces can't be made as asked: 3 problems",
      '  /linux/namespaces/3/type: there is no kind of namespace called "ipcs"',
      '    expected: one of cgroup, ipc, mount',
      '  /linux/uidMappings: a new user namespace needs at least one mapping',
      '  the document: is no object',
    ]);
  });

  it('does not say a single issue twice', () => {
    const message = 'a new user namespace needs at least one mapping';
    const error = new SpecError(`the namespaces can't be made as asked: ${message}`, {
      issues: [{ pointer: '/linux/uidMappings', message, expected: 'a mapping' }],
    });
    expect(rendered(error)).to.deep.equal([
      `the namespaces can't be made as asked: ${message}`,
      '  at /linux/uidMappings',
      '    expected: a mapping',
    ]);
  });

  it('lines up the problems of an assembly', () => {
    const error = new AssemblyError('assembly failed: 2 problems', {
      problems: [
        { code: 'MISSING_SERVICE', subject: 'net.links', message: 'needed by sriov', hint: 'add the plugin netdev' },
        { code: 'STEP_CYCLE', subject: 'create/rootfs', message: 'mounts.bind -> cdi.edits -> mounts.bind' },
      ],
    });
    expect(rendered(error)).to.deep.equal([
      'assembly failed: 2 problems',
      '  MISSING_SERVICE  net.links: needed by sriov',
      '                   hint: add the plugin netdev',
      '  STEP_CYCLE       create/rootfs: mounts.bind -> cdi.edits -> mounts.bind',
    ]);
  });

  it('shows what is behind a failed step, what undoing met, and the hint, wherever it was given', () => {
    const cause = new SpecError('the config asks for too much', {
      issues: [{ pointer: '/hooks', message: 'nobody runs them' }],
      hint: 'assemble hooks',
    });
    const undoErrors = [new Error('remove the state directory: ENOTEMPTY'), 'a string'];
    const error = new StepError(`step namespaces.clone (create/isolate, plugin namespaces) failed: ${cause.message}`, {
      ...place,
      cause,
      undoErrors,
    });
    expect(rendered(error)).to.deep.equal([
      'step namespaces.clone (create/isolate, plugin namespaces) failed: the config asks for too much',
      '  /hooks: nobody runs them',
      '  undoing failed too: remove the state directory: ENOTEMPTY',
      '  undoing failed too: a string',
      '  hint: assemble hooks',
    ]);
  });

  it('goes down the causes, and says no sentence twice', () => {
    const inner = new PlumbingError('set up the container', { code: 'X', cause: refused, hint: 'run as root' });
    const outer = new PlumbingError(`run "web": ${inner.message}`, { code: 'Y', cause: inner, hint: 'run as root' });
    expect(rendered(outer)).to.deep.equal(['run "web": set up the container', `  because: ${refused.message}`, '  hint: run as root']);
  });

  it('indents the issues of a cause below it', () => {
    const cause = new SpecError('the config is wrong', { issues: [{ pointer: '/root', message: 'is missing', expected: 'an object' }] });
    expect(rendered(new PlumbingError('read the bundle', { code: 'X', cause }))).to.deep.equal([
      'read the bundle',
      '  because: the config is wrong',
      '    /root: is missing',
      '      expected: an object',
    ]);
  });

  it('shows each of several errors', () => {
    const cause = new AggregateError([new Error('one'), new Error('two')], 'all attempts failed');
    expect(rendered(new NotSupportedError('connect', { feature: 'x', cause }))).to.deep.equal([
      'connect',
      '  because: all attempts failed',
      '    one',
      '    two',
    ]);
  });

  it('renders whatever was thrown', () => {
    expect(rendered('just this')).to.deep.equal(['just this']);
    expect(rendered(undefined)).to.deep.equal(['undefined']);
    expect(rendered(Object.create(null))).to.deep.equal(['[object Object]']);
    expect(rendered(new TypeError())).to.deep.equal(['TypeError']);
  });

  it('ends when causes go in a circle', () => {
    const first = new Error('hen');
    const second = new Error('egg', { cause: first });
    first.cause = second;
    expect(rendered(first)).to.deep.equal(['hen', '  because: egg']);
  });

  it('lets no name from a config speak to the terminal, or for us', () => {
    const name = '\x1b]0;owned\x07\x9b2J\r\u202e';
    const error = new SpecError(`open "${name}"`, { issues: [{ pointer: '/mounts/0\n  hint: run it as root', message: name }] });
    expect(rendered(error)).to.deep.equal([
      String.raw`open "\x1b]0;owned\x07\x9b2J\x0d\u202e"`,
      String.raw`  /mounts/0`,
      String.raw`      hint: run it as root: \x1b]0;owned\x07\x9b2J\x0d\u202e`,
    ]);
  });
});
