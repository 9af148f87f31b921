import type { SpecIssue } from '@standpipe/errors';
import type { NamespacesIntent } from './input.js';

/** May setgroups(2) be called in the container's user namespace? Of a joined one nobody knows before it is joined. */
export type SetgroupsAnswer = 'allowed' | 'denied' | 'unknown';

/** What an ordinary user may not do with namespaces, and the kernel would say EPERM to. @man user_namespaces(7) */
export function issuesForOrdinaryUser({ created, joined, pointer }: NamespacesIntent): SpecIssue[] {
  if (joined.some(({ kind }) => kind === 'user')) return [];
  if (created.has('user')) {
    return joined.map(({ kind, pointer: at }) => ({
      pointer: at,
      message: `an ordinary user can't join a ${kind} namespace from outside the user namespace that owns it`,
      expected: 'that user namespace to be joined as well, instead of a new one',
    }));
  }
  return [
    {
      pointer: `${pointer}/namespaces`,
      message: 'an ordinary user can make and join namespaces only with a user namespace',
      expected: 'one more entry, of type "user", and uidMappings and gidMappings for it',
    },
  ];
}
