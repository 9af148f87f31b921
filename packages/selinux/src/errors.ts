import { NotSupportedError, PlumbingError, SafetyError, SpecError } from '@standpipe/errors';

export function invalidLabel(label: string, pointer: string): SpecError {
  const message = `${JSON.stringify(label)} is no SELinux label`;
  return new SpecError(message, { issues: [{ pointer, message, expected: 'user:role:type, and a level or a range of levels' }] });
}

export function invalidLevel(level: string): SpecError {
  const message = `${JSON.stringify(level)} is no level of SELinux`;
  return new SpecError(message, { issues: [{ pointer: '', message, expected: 's0, or one with categories, as s0:c1,c3.c5' }] });
}

export function precious(path: string): SafetyError {
  return new SafetyError(`relabel ${JSON.stringify(path)}: it is a part of the system`, {
    invariant: "the system's own files keep their labels",
    hint: 'relabel a directory that is for containers alone',
  });
}

export function isLink(path: string): SafetyError {
  return new SafetyError(`relabel ${JSON.stringify(path)}: it is a symbolic link`, {
    invariant: 'no link is followed to what is relabelled',
    hint: 'name what the link leads to',
  });
}

export function labelRefused(path: string, label: string): PlumbingError {
  return new PlumbingError(
    `relabel ${JSON.stringify(path)}: the label ${JSON.stringify(label)} is not valid in the policy that is loaded`,
    {
      code: 'SELINUX_LABEL_INVALID',
    },
  );
}

export function noLabels(path: string, cause: unknown): NotSupportedError {
  return new NotSupportedError(`relabel ${JSON.stringify(path)}: its filesystem keeps no labels, or has one for all of its files`, {
    feature: 'labels of files',
    cause,
  });
}

export function noCategories(directory: string): PlumbingError {
  return new PlumbingError(`every pair of categories is taken, says ${JSON.stringify(directory)}`, {
    code: 'SELINUX_CATEGORIES_EXHAUSTED',
  });
}
