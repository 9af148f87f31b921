/** Writes a path as a JSON pointer (RFC 6901): `['plugins', 'gpu/left']` is `/plugins/gpu~1left`. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
