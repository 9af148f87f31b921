import { disassemble, label, type LinkedOp, link, section, sys, undo } from '@standpipe/program';
import { expect } from 'chai';
import { describe, it } from 'mocha';
import { ProgramDraft } from '../src/index.js';

const op = (name: string): ReturnType<typeof sys> => sys(name, [], { say: name });

function draft(): ProgramDraft {
  const made = new ProgramDraft();
  made.enter({ plugin: 'core', step: 'init.begin' });
  made.end('host', [sys('exit_group', [0])]);
  made.end('container', [sys('exit_group', [1])]);
  return made;
}

/** Who put which op where. */
function placed(made: ProgramDraft): string[] {
  const { ops, sections } = link(made.source());
  const nameOf = ({ op: linked }: LinkedOp): string => (linked.op === 'syscall' ? linked.name : linked.op);
  return sections.flatMap(({ name, from, to }) =>
    ops.slice(from, to).map((linked) => `${name}: ${nameOf(linked)} by ${linked.origin.plugin}/${linked.origin.step}`),
  );
}

describe('ProgramDraft', () => {
  it('keeps ops by half, in order, each with who appended it', () => {
    const made = draft();
    made.enter({ plugin: 'a', step: 'a.one' });
    made.container([op('getpid')]);
    made.host([op('getuid'), op('getgid')]);
    made.enter({ plugin: 'b', step: 'b.two' });
    made.host([op('getppid')]);
    made.container([]);
    expect(placed(made)).to.deep.equal([
      'host: getuid by a/a.one',
      'host: getgid by a/a.one',
      'host: getppid by b/b.two',
      'host: exit_group by core/init.begin',
      'container: getpid by a/a.one',
      'container: exit_group by core/init.begin',
    ]);
  });

  it('asks how the host half begins when all steps have run', () => {
    const made = draft();
    made.begin(() => made.callbacks.map(() => op('getpid')));
    made.enter({ plugin: 'a', step: 'a.one' });
    made.callback(() => undefined);
    expect(placed(made)[0]).to.equal('host: getpid by core/init.begin');
  });

  it('undoes across steps, latest first', () => {
    const made = draft();
    made.enter({ plugin: 'a', step: 'a.one' });
    made.host([undo([op('getuid')])]);
    made.enter({ plugin: 'b', step: 'b.two' });
    made.host([undo([op('getgid')]), op('getpid')]);
    expect(placed(made).slice(0, 4)).to.deep.equal([
      'host: getpid by b/b.two',
      'host: getgid by b/b.two',
      'host: getuid by a/a.one',
      'host: exit_group by core/init.begin',
    ]);
  });

  it('has further sections, which are the step’s, whatever a library calls itself', () => {
    const made = draft();
    made.enter({ plugin: 'a', step: 'a.one' });
    made.section(section('helper', label('helper'), [op('getpid')], [sys('exit_group', [2])], { plugin: 'library', step: 'x' }));
    expect(placed(made).slice(-2)).to.deep.equal(['helper: getpid by a/a.one', 'helper: exit_group by a/a.one']);
  });

  it('has no section for a half that nobody ends', () => {
    const made = new ProgramDraft();
    made.end('host', [sys('exit_group', [0])]);
    made.container([op('getpid')]);
    expect(made.source().sections.map(({ name }) => name)).to.deep.equal(['host']);
  });

  it('has its control socket behind the fds that the user’s process keeps', () => {
    expect(new ProgramDraft().controlFd).to.equal(3);
    const made = new ProgramDraft({ preserveFds: 2 });
    made.end('host', [sys('exit_group', [0])]);
    made.callback(() => undefined);
    expect(disassemble(link(made.source()))).to.match(/sendto\(5, .*MSG_NOSIGNAL[^]*recvfrom\(5, /);
  });

  it('numbers callbacks and keeps who asked', () => {
    const made = draft();
    for (const step of ['a.one', 'a.two']) {
      made.enter({ plugin: 'a', step });
      made.callback(() => undefined);
    }
    expect(made.callbacks.map(({ origin }) => origin.step)).to.deep.equal(['a.one', 'a.two']);
  });
});
