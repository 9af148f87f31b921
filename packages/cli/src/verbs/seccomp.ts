import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Architecture,
  architectures,
  callOf,
  compileParsed,
  describeOutcome,
  diffProfiles,
  dockerProfile,
  evaluate,
  explainProfile,
  formatReturn,
  interpret,
  type ParsedProfile,
  parseProfile,
  type SeccompProfile,
} from '@standpipe/seccomp';
import { parseSpecText } from '@standpipe/oci-spec';
import { PlumbingError } from '@standpipe/errors';
import { flag, type Invocation, text } from '../command.js';
import { usage } from '../parse.js';
import { print } from '../print.js';

/** What `diff` exits with where the profiles say different things, as diff(1). */
const EXIT_DIFFERENT = 1;

/** Tells what a seccomp profile says, without loading it. */
export async function run(invocation: Invocation): Promise<number> {
  const [what = '', name = ''] = invocation.positionals;
  const abi = abiOf(text(invocation, 'abi'));
  const json = flag(invocation, 'json');
  const profile = readProfile(name);
  switch (what) {
    case 'explain':
      await print(explain(profile, abi, json));
      return 0;
    case 'simulate':
      await print(simulate(profile, invocation.rest, abi, json));
      return 0;
    case 'diff': {
      const [other] = invocation.rest;
      if (other === undefined) throw usage('standpipe seccomp diff needs two profiles', 'a file, a bundle, or docker');
      const differences = diffProfiles(profile, readProfile(other), abi);
      const lines = differences.map(({ syscall, before, after }) => `${syscall}: ${before} -> ${after}\n`);
      await print(json ? `${JSON.stringify(differences, undefined, 2)}\n` : lines.join(''));
      return differences.length === 0 ? 0 : EXIT_DIFFERENT;
    }
    default:
      throw usage(`standpipe seccomp can't ${what}`, 'it can explain, simulate and diff');
  }
}

function explain(profile: ParsedProfile, abi: Architecture | undefined, json: boolean): string {
  const groups = explainProfile(profile, abi);
  const instructions = compileParsed(profile).instructions.length;
  if (json) return `${JSON.stringify({ instructions, groups }, undefined, 2)}\n`;
  const parts = groups.map(({ outcome, syscalls }) => `${String(syscalls.length)}: ${outcome}\n  ${syscalls.join(' ')}\n`);
  return [`a filter of ${String(instructions)} instructions\n`, ...parts].join('\n');
}

function simulate(profile: ParsedProfile, words: readonly string[], abi: Architecture | undefined, json: boolean): string {
  const [syscall, ...given] = words;
  if (syscall === undefined) throw usage('standpipe seccomp simulate needs a system call', 'its name and, if they matter, its arguments');
  const args = given.map((word) => {
    if (!/^(-?\d+|0x[\da-f]+)$/i.test(word)) throw usage(`"${word}" is no number`, 'arguments are decimal, or begin with 0x');
    return BigInt(word);
  });
  const call = callOf(profile, syscall, args, abi);
  if (call === undefined) throw usage(`this ABI has no system call "${syscall}"`);
  const { value, because, choice } = evaluate(profile, call);
  const { path } = interpret(compileParsed(profile).instructions, call, profile.abis[0]?.littleEndian);
  const why =
    because === 'rule'
      ? `by ${choice?.pointer ?? ''}`
      : because === 'newer'
        ? 'for it is newer than the profile'
        : because === 'default'
          ? `by ${profile.pointer}/defaultAction`
          : 'for its ABI is not in the profile';
  if (json)
    return `${JSON.stringify({ returns: formatReturn(value), because, pointer: choice?.pointer, instructions: path.length }, undefined, 2)}\n`;
  return `${syscall}(${given.join(', ')}) ${describeOutcome(value)}, ${why} (${String(path.length)} instructions)\n`;
}

function abiOf(name: string | undefined): Architecture | undefined {
  const known = architectures.find((architecture) => architecture === name);
  if (name !== undefined && known === undefined) throw usage(`there is no ABI "${name}"`, `one of ${architectures.join(', ')}`);
  return known;
}

/** A profile by name, by file, or as part of a config. */
function readProfile(name: string): ParsedProfile {
  if (name === 'docker') return parseProfile(dockerProfile(), { pointer: '' });
  const file = statSync(name, { throwIfNoEntry: false })?.isDirectory() === true ? join(name, 'config.json') : name;
  const document = parseSpecText(readFileSync(file, 'utf8')) as {
    linux?: { seccomp?: unknown };
    defaultAction?: unknown;
    archMap?: unknown;
  };
  if (document.archMap !== undefined) throw isTemplate(file);
  if (document.defaultAction !== undefined) return parseProfile(document as SeccompProfile, { pointer: '' });
  const seccomp = document.linux?.seccomp;
  if (seccomp === undefined) throw noProfile(file);
  return parseProfile(seccomp as SeccompProfile);
}

function noProfile(file: string): PlumbingError {
  return new PlumbingError(`${JSON.stringify(file)} has no seccomp profile`, { code: 'SECCOMP_PROFILE_MISSING' });
}

/** Docker's and Podman's own files say what comes with which capability and machine; engines make profiles of them. */
function isTemplate(file: string): PlumbingError {
  return new PlumbingError(`${JSON.stringify(file)} is a template for container engines, and no profile`, {
    code: 'SECCOMP_PROFILE_TEMPLATE',
    hint: "what the engine made of it is in the container's config.json",
  });
}
