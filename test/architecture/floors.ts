// The house, floor by floor: a package imports from floors below its own, and beside it only what is said.

const libraries = [
  'apparmor',
  'audit',
  'capabilities',
  'cdi',
  'cgroups',
  'criu',
  'devices',
  'hooks',
  'landlock',
  'mounts',
  'namespaces',
  'netlink',
  'process',
  'rdt',
  'seccomp',
  'selinux',
  'state',
  'terminal',
];

const floors: readonly (readonly string[])[] = [
  ['errors', 'oci-spec'],
  ['syscalls'],
  ['program'],
  libraries,
  ['kernel', 'tsyringe'],
  ['runtime-api'],
  [],
  ['runtime'],
  ['cli', 'builder'],
];

export const libraryFloor = 3;
const pluginFloor = 6;

/** Imports within a floor. */
const siblings: Readonly<Record<string, readonly string[]>> = {
  '@standpipe/oci-spec': ['@standpipe/errors'],
  '@standpipe/tsyringe': ['@standpipe/kernel'],
  '@standpipe/builder': ['@standpipe/cli'],
};

/** Where a package may import less than all floors below it. */
const narrowed: Readonly<Record<string, readonly string[]>> = {
  // Knows nothing of Linux.
  '@standpipe/kernel': ['@standpipe/errors', '@standpipe/oci-spec'],
  // Contracts need no import from the libraries: these satisfy them by their shape.
  '@standpipe/runtime-api': ['@standpipe/errors', '@standpipe/oci-spec', '@standpipe/program', '@standpipe/kernel'],
};

/** The floor of a package, by name; undefined when nobody has put it on one. */
export function floorOf(name: string): number | undefined {
  if (name.startsWith('@standpipe/plugin-')) return pluginFloor;
  const at = floors.findIndex((names) => names.some((own) => `@standpipe/${own}` === name));
  return at === -1 ? undefined : at;
}

/** Says why a package must not import another, or nothing. */
export function whyNot(importer: string, imported: string): string | undefined {
  const from = floorOf(importer);
  const to = floorOf(imported);
  if (importer === imported) return `${importer} imports itself by name`;
  if (from === undefined || to === undefined)
    return `${from === undefined ? importer : imported} is on no floor: put it on one in floors.ts`;
  if (siblings[importer]?.includes(imported) === true) return undefined;
  if (to >= from) return `${importer} (floor ${from}) imports ${imported} (floor ${to})`;
  if (narrowed[importer]?.includes(imported) === false) return `${importer} imports only ${narrowed[importer].join(', ')}, not ${imported}`;
  return undefined;
}
