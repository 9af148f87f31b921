import { branch, executableOf, FAILED, here, label, link, type Op, type Program, section, sys } from '@standpipe/program';
import { type Outcome, runExecutable, type RunSettings } from '@standpipe/program/testing';

const origin = { plugin: 'test', step: 'state' };

/** A host half: at its regular end its undos run too, as those of a foreground container do. */
export function hostProgram(ops: readonly Op[]): Program {
  const fine = label('nothing failed');
  return link({
    sections: [
      section(
        'host',
        label('start'),
        ops,
        [
          branch(FAILED, '<', 0, fine),
          { op: 'report', fd: 2, prefix: '', suffix: '\n', escape: 'text' },
          sys('exit_group', [1]),
          here(fine),
          sys('exit_group', [0]),
        ],
        origin,
      ),
    ],
  });
}

export async function runToEnd(ops: readonly Op[], settings?: RunSettings): Promise<Outcome> {
  return runExecutable(executableOf(hostProgram(ops)), settings);
}
