import type { SpecIssue } from '@standpipe/errors';
import { type PathAccess, pathAccesses, type PathGroup, pathGroups, type PortAccess, portAccesses, type Scope, scopes } from './access.js';
import { invalidPolicy } from './errors.js';

/** What processes may still do. Of the kinds that it speaks of everything is denied but what it allows; it can't grant what they may not do anyway. */
export interface LandlockPolicy {
  /** Left out, files are not restricted; empty, none can be opened or run any more. */
  readonly paths?: readonly PathRule[] | undefined;
  /** Left out, TCP is not restricted; empty, no port can be bound or connected to. */
  readonly ports?: readonly PortRule[] | undefined;
  /** What can't be reached outside of the confined processes. */
  readonly scopes?: readonly Scope[] | undefined;
}

export interface PathRule {
  /** Absolute, as the confined process sees it. A directory stands for all that is in it. */
  readonly path: string;
  readonly allow: readonly (PathAccess | PathGroup)[];
  /** No error when there is no such path: then there is nothing to allow. */
  readonly optional?: boolean | undefined;
  /** Follow links in the path. Not the default: who can write a link could open another part of the tree. */
  readonly follow?: boolean | undefined;
}

export interface PortRule {
  /** 0 with `bind_tcp`: any port that the kernel picks. */
  readonly port: number;
  readonly allow: readonly PortAccess[];
}

const allOf = (names: object): string => Object.keys(names).join(', ');
const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Checks a policy that comes from JSON.
 *
 * @throws SpecError with every fault, each at its pointer below `pointer`
 */
export function parsePolicy(value: unknown, pointer = ''): LandlockPolicy {
  const issues: SpecIssue[] = [];
  const fault = (at: string, message: string, expected?: string): void => {
    issues.push({ pointer: `${pointer}${at}`, message, ...(expected === undefined ? {} : { expected }) });
  };
  if (!isObject(value)) {
    fault('', 'is no Landlock policy', 'an object with paths, ports or scopes');
    throw invalidPolicy(issues);
  }
  const known = (at: string, object: Record<string, unknown>, names: readonly string[]): void => {
    for (const name of Object.keys(object)) if (!names.includes(name)) fault(`${at}/${name}`, 'is unknown', names.join(', '));
  };
  const words = (at: string, list: unknown, names: object): void => {
    if (!Array.isArray(list)) {
      fault(at, 'is no list', allOf(names));
      return;
    }
    for (const [i, word] of list.entries())
      if (typeof word !== 'string' || !Object.hasOwn(names, word))
        fault(`${at}/${String(i)}`, `${JSON.stringify(word)} is unknown`, allOf(names));
  };
  const each = (name: 'paths' | 'ports', check: (at: string, rule: Record<string, unknown>) => void): void => {
    const rules = value[name];
    if (rules === undefined) return;
    if (!Array.isArray(rules)) {
      fault(`/${name}`, 'is no list');
      return;
    }
    for (const [i, rule] of rules.entries()) {
      const at = `/${name}/${String(i)}`;
      if (isObject(rule)) check(at, rule);
      else fault(at, 'is no rule');
    }
  };

  known('', value, ['paths', 'ports', 'scopes']);
  each('paths', (at, rule) => {
    known(at, rule, ['path', 'allow', 'optional', 'follow']);
    const { path } = rule;
    if (typeof path !== 'string' || !path.startsWith('/') || path.includes('\0')) fault(`${at}/path`, 'is no absolute path');
    words(`${at}/allow`, rule['allow'], { ...pathGroups, ...pathAccesses });
    for (const name of ['optional', 'follow'])
      if (rule[name] !== undefined && typeof rule[name] !== 'boolean') fault(`${at}/${name}`, 'is neither true nor false');
  });
  each('ports', (at, rule) => {
    known(at, rule, ['port', 'allow']);
    const { port } = rule;
    if (!Number.isInteger(port) || Number(port) < 0 || Number(port) > 65_535) fault(`${at}/port`, 'is no port', 'a number from 0 to 65535');
    words(`${at}/allow`, rule['allow'], portAccesses);
  });
  if (value['scopes'] !== undefined) words('/scopes', value['scopes'], scopes);
  if (value['paths'] === undefined && value['ports'] === undefined && value['scopes'] === undefined)
    fault('', 'restricts nothing', 'paths, ports or scopes');
  if (issues.length > 0) throw invalidPolicy(issues);
  return value;
}
