// What the reporter reads.
interface Skippable {
  skipReason?: string;
  /** 'hook' or 'test'. */
  readonly type?: string;
}

/**
 * Skips the running test, or in a hook all tests of its suite, and says why: the reporter prints the reason.
 *
 *     before(function () {
 *       if (process.geteuid?.() !== 0) skip(this, 'needs root');
 *     });
 */
export function skip(context: Mocha.Context, reason: string): never {
  const runnable: (Mocha.Runnable & Skippable) | undefined = context.runnable?.() ?? context.test;
  if (runnable !== undefined) {
    runnable.skipReason = reason;
    // The tests that a hook skips are told of by their suite alone.
    const suite: (Mocha.Suite & Skippable) | undefined = runnable.parent;
    if (runnable.type === 'hook' && suite !== undefined) suite.skipReason = reason;
  }
  return context.skip();
}
