// Mocha's spec reporter, which also says why a test was skipped and ends with one line of counts.
// A reason comes from skip() of @standpipe/test-support, or is the last line that the test or hook
// printed before this.skip(). Where CI is set everything is installed, so there a skip for something
// that isn't, or for no reason at all, is a failure.
import Mocha from 'mocha';

const { Spec } = Mocha.reporters;
const { EVENT_HOOK_BEGIN, EVENT_RUN_END, EVENT_TEST_BEGIN, EVENT_TEST_PENDING } = Mocha.Runner.constants;
const notInstalled = /\bnot installed\b|\bisn't installed\b|\bnot found\b|\bapt-get install\b|\bon PATH\b|\bis missing\b/i;
const secondsToExit = 20;

export default class StandpipeReporter extends Spec {
  #skips = [];
  #printed = '';

  constructor(runner, options) {
    super(runner, options);
    const forget = () => {
      this.#printed = '';
    };
    const restore = this.#listen();
    runner.on(EVENT_HOOK_BEGIN, forget);
    runner.on(EVENT_TEST_BEGIN, forget);
    runner.on(EVENT_TEST_PENDING, (test) => {
      const reason = skipReason(test) ?? this.#printed;
      this.#skips.push({ title: test.fullTitle(), reason });
      if (reason !== '') Mocha.reporters.Base.consoleLog(`${'  '.repeat(depth(test))}  because: ${reason}`);
    });
    runner.once(EVENT_RUN_END, restore);
  }

  // The reporter itself prints by a console.log that mocha kept aside: what passes here is the tests' own.
  #listen() {
    const { log } = console;
    console.log = (...values) => {
      const line = values.map(String).join(' ').trim();
      if (line !== '') this.#printed = line.split('\n').at(-1).trim();
      log(...values);
    };
    return () => {
      console.log = log;
    };
  }

  done(failures, finish) {
    const { passes, failures: failed, pending } = this.runner.stats;
    const refused = process.env.CI === undefined ? [] : this.#skips.filter(({ reason }) => reason === '' || notInstalled.test(reason));
    for (const { title, reason } of refused) console.log(`  must not be skipped in CI: ${title}: ${reason || 'no reason given'}`);
    console.log(`${passes} passed, ${failed + refused.length} failed, ${pending - refused.length} skipped`);
    failIfKeptAlive();
    finish(failures + refused.length);
  }
}

function skipReason(test) {
  for (let at = test; at; at = at.parent) if (typeof at.skipReason === 'string') return at.skipReason;
  return undefined;
}

function depth(test) {
  let count = 0;
  for (let at = test.parent; at?.parent; at = at.parent) count += 1;
  return count;
}

// A handle that a test left open would keep the process for ever; the timer itself keeps nothing.
function failIfKeptAlive() {
  setTimeout(() => {
    console.error(`still open ${secondsToExit} s after the last test: ${process.getActiveResourcesInfo().join(', ')}`);
    process.exit(1);
  }, secondsToExit * 1000).unref();
}
