import { NotSupportedError, PlumbingError, SpecError, type SpecIssue } from '@standpipe/errors';

export function invalidNamespaces(issues: readonly SpecIssue[]): SpecError {
  const [first] = issues;
  const message =
    issues.length === 1 && first !== undefined
      ? `the namespaces can't be made as asked: ${first.message}`
      : `the namespaces can't be made as asked: ${String(issues.length)} problems`;
  return new SpecError(message, { issues });
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
