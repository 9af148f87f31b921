import { PlumbingError } from '@standpipe/errors';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { parseCommandLine } from '../src/parse.js';

function invocation(line: string): {
  command: string;
  global: object;
  options: Readonly<Record<string, unknown>>;
  positionals: readonly string[];
  behind: readonly string[];
} {
  const parsed = parseCommandLine(line.split(' ').filter((word) => word !== ''));
  if (parsed.kind !== 'run') throw new Error(parsed.kind);
  const { global, options, positionals, rest } = parsed.invocation;
  return { command: parsed.command.name, global, options, positionals, behind: rest };
}

function refusal(line: string): string {
  try {
    parseCommandLine(line.split(' '));
  } catch (error) {
    if (PlumbingError.is(error) && error.code === 'USAGE') return `${error.message} / ${error.hint ?? ''}`;
    throw error;
  }
  return 'taken';
}

describe('parseCommandLine', () => {
  it('takes options in every form that clients of runc use', () => {
    for (const line of [
      'run --bundle /b c1',
      'run --bundle=/b c1',
      'run -b /b c1',
      'run -bundle /b c1',
      'run -bundle=/b c1',
      'run c1 --bundle /b',
      'run -b=/b c1',
    ]) {
      const { command, options, positionals } = invocation(line);
      expect([command, options['bundle'], positionals], line).to.deep.equal(['run', '/b', ['c1']]);
    }
  });

  it('takes booleans more than once, and grouped letters', () => {
    expect(invocation('delete -f --force c1').options['force']).to.equal(true);
    expect(invocation('run -d --keep c1').options).to.include({ detach: true, keep: true });
    expect(invocation('exec -dt c1 sh').options).to.include({ detach: true, tty: true });
    expect(refusal('run -dx c1')).to.match(/^standpipe run has no option -dx/);
    expect(refusal('run -db c1')).to.match(/^standpipe run has no option -db/);
  });

  it("takes a boolean's value behind = alone, in all forms of Go", () => {
    for (const yes of ['', '=true', '=True', '=TRUE', '=t', '=T', '=1']) {
      expect(invocation(`delete --force${yes} c1`).options['force'], yes).to.equal(true);
    }
    for (const no of ['=false', '=False', '=FALSE', '=f', '=F', '=0']) {
      for (const name of ['--force', '-force', '-f']) expect(invocation(`delete ${name}${no} c1`).options['force'], no).to.equal(false);
    }
    expect(invocation('delete --force --force=false c1').options['force']).to.equal(false);
    // A container may be called so.
    expect(invocation('delete --force true')).to.deep.include({ positionals: ['true'], options: { force: true } });
    expect(refusal('delete --force=yes c1')).to.match(/^--force is true or false, not "yes"/);
  });

  it('takes any word for a value where one is due', () => {
    expect(invocation('run --bundle --force c1').options['bundle']).to.equal('--force');
    expect(invocation('exec -e -x=1 -e= c1 sh').options['env']).to.deep.equal(['-x=1', '']);
    expect(invocation('run --pid-file=a=b c1').options['pid-file']).to.equal('a=b');
    expect(refusal('run c1 --bundle')).to.equal('--bundle takes a value / ');
  });

  it('takes all behind -- for words', () => {
    expect(invocation('delete -f -- -c1')).to.deep.include({ positionals: ['-c1'], options: { force: true } });
  });

  it('takes global options before the verb', () => {
    const { global, command } = invocation('--root /r --log-format=json --log /l --debug run c1');
    expect(global).to.deep.equal({ root: '/r', log: '/l', logFormat: 'json', debug: true, assembly: undefined });
    expect(invocation('--rootless=true --criu /usr/sbin/criu list').command).to.equal('list');
    expect(command).to.equal('run');
  });

  it('fills in defaults', () => {
    expect(invocation('run c1').options).to.include({ bundle: '.', 'preserve-fds': 0 });
    expect(invocation('sandbox true').options).to.include({ hostname: 'sandbox' });
  });

  it("leaves a sandbox's command its own options", () => {
    expect(invocation('sandbox --net ls -l --net').behind).to.deep.equal(['ls', '-l', '--net']);
    expect(invocation('sandbox --rw /a --rw /b -- ls -l').behind).to.deep.equal(['ls', '-l']);
    expect(invocation('sandbox --rw /a --rw /b -- ls').options['rw']).to.deep.equal(['/a', '/b']);
  });

  it('leaves ps what stands behind the id', () => {
    for (const line of ['ps --format json c1', 'ps -f json c1', 'ps --format=json -- c1']) {
      expect(invocation(line), line).to.deep.include({ positionals: ['c1'], behind: [], options: { format: 'json' } });
    }
    expect(invocation('ps c1 -o pid,args --format x')).to.deep.include({
      positionals: ['c1'],
      behind: ['-o', 'pid,args', '--format', 'x'],
      options: { format: 'table' },
    });
    expect(refusal('ps --loud c1')).to.match(/^standpipe ps has no option --loud/);
    expect(refusal('ps')).to.match(/^standpipe ps needs a container-id/);
  });

  it('takes numbers below zero as values', () => {
    for (const line of ['update --memory-swap -1 --pids-limit=-1 c1', 'update c1 -memory-swap -1 -pids-limit -1']) {
      expect(invocation(line), line).to.deep.include({ positionals: ['c1'], options: { 'memory-swap': '-1', 'pids-limit': '-1' } });
    }
  });

  it('takes a dash as a value', () => {
    for (const line of ['update -r - c1', 'update --resources - c1', 'update --resources=- c1', 'update c1 -resources -']) {
      expect(invocation(line), line).to.deep.include({ positionals: ['c1'], options: { resources: '-' } });
    }
    expect(invocation('sandbox --rw - cat --rw -')).to.deep.include({ options: { ...invocation('sandbox cat').options, rw: ['-'] } });
    expect(invocation('sandbox cat -').behind).to.deep.equal(['cat', '-']);
  });

  it('shows help and versions', () => {
    expect(parseCommandLine([])).to.deep.equal({ kind: 'help', command: undefined });
    expect(parseCommandLine(['--version'])).to.deep.equal({ kind: 'version' });
    for (const words of [
      ['run', '--help'],
      ['help', 'run'],
      ['--help', 'run'],
      ['run', 'c1', '-h'],
    ]) {
      const parsed = parseCommandLine(words);
      expect([parsed.kind, parsed.kind === 'help' ? parsed.command?.name : undefined], words.join(' ')).to.deep.equal(['help', 'run']);
    }
  });

  it('refuses what it does not know, and says where to look', () => {
    expect(refusal('walk')).to.match(/^there is no command "walk" \/ commands are create, /);
    // Podman asks like this whether containers can be checkpointed.
    expect(refusal('checkpoint --help')).to.match(/^there is no command "checkpoint"/);
    expect(refusal('run')).to.equal('standpipe run needs a container-id / see standpipe run --help');
    expect(refusal('run a b')).to.equal('standpipe run does not know what to do with "b" / see standpipe run --help');
    expect(refusal('run --loud a')).to.equal('standpipe run has no option --loud / see standpipe run --help');
    expect(refusal('--loud run a')).to.equal('standpipe has no option --loud / see standpipe --help');
    expect(refusal('sandbox --loud ls')).to.equal('standpipe sandbox has no option --loud / see standpipe sandbox --help');
    expect(refusal('run --preserve-fds x a')).to.equal('--preserve-fds takes a whole number, not "x" / ');
    expect(refusal('run --preserve-fds -1 a')).to.match(/^--preserve-fds takes a whole number|no option/);
    expect(refusal('--log-format xml run a')).to.equal('--log-format takes one of text, json, not "xml" / ');
  });
});
