import { executableOf, link, type Op, type Program, type ProgramSource } from '@standpipe/program';
import { type Outcome, runExecutable } from '@standpipe/program/testing';
import { planCommand } from '../src/command.js';
import { findIdMapHelpers, type OrdinaryUser, type PlanNamespacesInput } from '../src/index.js';

export interface CommandSettings {
  /** Makes another program of it. */
  readonly change?: (program: ProgramSource) => ProgramSource;
  readonly changeLinked?: (program: Program) => Program;
  /** What it is started with: the ordinary user's wrapper, a user namespace around it. */
  readonly wrapper?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** Nobody needs to have this uid. */
export const ordinaryUser: OrdinaryUser = { euid: 1000, egid: 1000, ...findIdMapHelpers() };
export const asOrdinaryUser = ['setpriv', '--reuid=1000', '--regid=1000', '--clear-groups', '--'];

/** Runs a shell script in namespaces, killed after 20 seconds: code 137 is a program that hangs. */
export async function runCommand(script: string, input: PlanNamespacesInput, settings: CommandSettings = {}): Promise<Outcome> {
  const {
    change = (program) => program,
    changeLinked = (program) => program,
    wrapper = input.rootless === undefined ? [] : asOrdinaryUser,
    env,
  } = settings;
  const program = change(planCommand({ ...input, argv: ['/bin/sh', '-c', script], path: '' }));
  return runExecutable(executableOf(changeLinked(link(program))), {
    wrapper: ['timeout', '--foreground', '--signal=KILL', '20', ...wrapper],
    ...(env === undefined ? {} : { env }),
  });
}

/** The same program with the ops of one section changed. */
export function withOps(program: ProgramSource, name: string, change: (ops: readonly Op[]) => readonly Op[]): ProgramSource {
  return {
    sections: program.sections.map((section) => ({
      ...section,
      fragments: section.name === name ? section.fragments.map(({ origin, ops }) => ({ origin, ops: change(ops) })) : section.fragments,
    })),
  };
}
