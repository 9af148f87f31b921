import { NotSupportedError, PlumbingError, SpecError, type SpecIssue } from '@standpipe/errors';

export function invalidNamespaces(issues: readonly SpecIssue[], hint?: string): SpecError {
  const [first] = issues;
  const what = issues.length === 1 && first !== undefined ? first.message : `${String(issues.length)} problems`;
  return new SpecError(`the namespaces can't be made as asked: ${what}`, { issues, hint });
}

/** An ordinary user asks for what takes privileges that a user namespace would give. */
export function needsUserNamespace(issues: readonly SpecIssue[], { euid, egid }: { euid: number; egid: number }): SpecError {
  const own = (id: number): string => `[{ "containerID": 0, "hostID": ${String(id)}, "size": 1 }]`;
  return invalidNamespaces(issues, `with uidMappings ${own(euid)} and gidMappings ${own(egid)} root inside is yourself`);
}

export function noIdMapHelper(helper: 'newuidmap' | 'newgidmap', pointer: string): NotSupportedError {
  return new NotSupportedError(`an ordinary user needs ${helper} to map more than the own id (${pointer})`, {
    feature: helper,
    hint: 'install the package "uidmap" (shadow-utils), or map only your own id',
  });
}

export function malformedSubids(file: string, line: number, text: string): PlumbingError {
  return new PlumbingError(`${file}, line ${String(line)}: not of the form user:first:count: ${JSON.stringify(text)}`, {
    code: 'SUBIDS_MALFORMED',
  });
}

export function notANamespace(path: string, kind: string): PlumbingError {
  return new PlumbingError(`${JSON.stringify(path)} is not a ${kind} namespace`, { code: 'NOT_A_NAMESPACE' });
}
