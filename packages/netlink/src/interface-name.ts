import { notAnInterfaceName } from './errors.js';

/** IFNAMSIZ, which counts the NUL. */
const MAX_BYTES = 15;

/**
 * Says why the kernel would not have a network device called so; undefined when it would. In a new name one `%d` stands for the
 * first free number.
 */
export function whyNoInterfaceName(name: string, settings: { readonly template?: boolean } = {}): string | undefined {
  if (name === '') return 'it is empty';
  if (/\p{Surrogate}/u.test(name)) return 'it contains half a surrogate pair';
  if (Buffer.byteLength(name) > MAX_BYTES) return `it is longer than ${String(MAX_BYTES)} bytes`;
  if (name === '.' || name === '..') return 'it is the name of a directory';
  // Byte by byte, as the kernel looks at it: 0xa0 is white space to it, in the middle of a letter as well.
  if (Buffer.from(name).some((byte) => byte === 0x2f || byte === 0x3a || byte <= 0x20 || byte === 0xa0)) {
    return 'it contains a slash, a colon, white space or a control character';
  }
  if (settings.template === true && isTemplate(name) && !/^[^%]*%d[^%]*$/.test(name)) return 'of percent signs it may have one, before a d';
  return undefined;
}

/** Whether the kernel would fill in a number. */
export function isTemplate(name: string): boolean {
  return name.includes('%');
}

/** @throws PlumbingError `INTERFACE_NAME_INVALID` */
export function checkInterfaceName(name: string): string {
  const why = whyNoInterfaceName(name);
  if (why !== undefined) throw notAnInterfaceName(name, why);
  return name;
}
