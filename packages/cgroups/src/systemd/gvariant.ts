import type { Variant } from './property.js';
import { checkedSignature, cut, typesIn } from './signature.js';

/** What a text says, before its types are settled. */
type Node =
  | { readonly kind: 'number' | 'string' | 'word'; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: readonly number[] }
  | { readonly kind: 'typed'; readonly signature: string; readonly of: Node }
  | { readonly kind: 'variant'; readonly of: Node }
  | { readonly kind: 'array' | 'tuple'; readonly items: readonly Node[] }
  | { readonly kind: 'dict'; readonly entries: readonly (readonly [Node, Node])[] };

/** `uint64 5` is `@t 5`. */
const keywords: Readonly<Record<string, string>> = {
  boolean: 'b',
  byte: 'y',
  int16: 'n',
  uint16: 'q',
  int32: 'i',
  uint32: 'u',
  int64: 'x',
  uint64: 't',
  double: 'd',
  string: 's',
  objectpath: 'o',
  signature: 'g',
};

const ranges: Readonly<Record<string, readonly [min: bigint, max: bigint]>> = {
  y: [0n, 255n],
  n: [-(2n ** 15n), 2n ** 15n - 1n],
  q: [0n, 2n ** 16n - 1n],
  i: [-(2n ** 31n), 2n ** 31n - 1n],
  u: [0n, 2n ** 32n - 1n],
  x: [-(2n ** 63n), 2n ** 63n - 1n],
  t: [0n, 2n ** 64n - 1n],
};

const token =
  /\s*(?:(?<string>b?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"))|(?<number>[+-]?(?:0x[0-9a-f]+|\d+(?:\.\d*)?(?:e[+-]?\d+)?|\.\d+(?:e[+-]?\d+)?))(?![\w.])|@(?<type>[a-z(){}]+)|(?<word>[a-z]+\d*)|(?<sign>[[\](){}<>,:]))\s*/iy;

const WHOLE = /^[+-]?(0x[0-9a-f]+|\d+)$/i;

/** More is no property's. */
const MAX_DEPTH = 32;

/**
 * Reads a value in GVariant's text format, into the types of D-Bus: a whole number without a type is an int32, another a double.
 *
 * @throws Error with what is wrong
 * @see https://docs.gtk.org/glib/gvariant-text-format.html
 */
export function parseGVariant(source: string): Variant {
  const node = new Reader(source).whole();
  const signature = inferred(node);
  return { signature, value: valueOf(node, signature) };
}

class Reader {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  whole(): Node {
    const node = this.#value(0);
    if (this.#at < this.#source.length) throw this.#wrong();
    return node;
  }

  #value(depth: number): Node {
    if (depth > MAX_DEPTH) throw new Error('it is nested too deep');
    const { string, number, type, word, sign } = this.#next();
    if (string !== undefined) {
      if (!string.startsWith('b')) return { kind: 'string', text: unquoted(string) };
      return { kind: 'bytes', bytes: [...Buffer.from(unquoted(string.slice(1))), 0] };
    }
    if (number !== undefined) return { kind: 'number', text: number };
    if (type !== undefined) return { kind: 'typed', signature: checkedSignature(type), of: this.#value(depth + 1) };
    if (word !== undefined) {
      const signature = Object.hasOwn(keywords, word) ? keywords[word] : undefined;
      return signature === undefined ? { kind: 'word', text: word } : { kind: 'typed', signature, of: this.#value(depth + 1) };
    }
    if (sign === '[') return { kind: 'array', items: this.#list(']', () => this.#value(depth + 1)) };
    if (sign === '(') return { kind: 'tuple', items: this.#list(')', () => this.#value(depth + 1)) };
    if (sign === '{') return { kind: 'dict', entries: this.#list('}', () => this.#entry(depth + 1)) };
    if (sign === '<') {
      const of = this.#value(depth + 1);
      this.#expect('>');
      return { kind: 'variant', of };
    }
    throw this.#wrong();
  }

  #entry(depth: number): readonly [Node, Node] {
    const key = this.#value(depth);
    this.#expect(':');
    return [key, this.#value(depth)];
  }

  #list<T>(end: string, item: () => T): T[] {
    const items: T[] = [];
    while (!this.#peek(end)) {
      items.push(item());
      if (!this.#peek(end)) this.#expect(',');
    }
    this.#expect(end);
    return items;
  }

  #peek(sign: string): boolean {
    return this.#source.slice(this.#at).trimStart().startsWith(sign);
  }

  #expect(sign: string): void {
    if (this.#next().sign !== sign) throw new Error(`a ${JSON.stringify(sign)} is missing`);
  }

  #next(): Readonly<Record<string, string | undefined>> {
    token.lastIndex = this.#at;
    const match = token.exec(this.#source);
    if (match?.groups === undefined) throw this.#wrong();
    this.#at = token.lastIndex;
    return match.groups;
  }

  #wrong(): Error {
    const rest = this.#source.slice(this.#at, this.#at + 20);
    return new Error(rest === '' ? 'it ends too soon' : `${JSON.stringify(rest)} can't be understood; text is put in quotation marks`);
  }
}

const escapes: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

function unquoted(quoted: string): string {
  return quoted
    .slice(1, -1)
    .replaceAll(/\\(?:u([0-9a-f]{4})|U([0-9a-f]{8})|(.))/gis, (_, short?: string, long?: string, letter = '') =>
      short === undefined && long === undefined
        ? (escapes[letter as string] ?? (letter as string))
        : String.fromCodePoint(Number.parseInt(short ?? long ?? '', 16)),
    );
}

/** The type of a value that nothing is said of. */
function inferred(node: Node): string {
  if (node.kind === 'typed') return node.signature;
  if (node.kind === 'string') return 's';
  if (node.kind === 'number') return WHOLE.test(node.text) ? 'i' : 'd';
  if (node.kind === 'bytes') return 'ay';
  if (node.kind === 'variant') return 'v';
  if (node.kind === 'array') return `a${common(node.items)}`;
  if (node.kind === 'tuple') return `(${node.items.map(inferred).join('')})`;
  if (node.kind === 'dict') return `a{${common(node.entries.map(([key]) => key))}${common(node.entries.map(([, value]) => value))}}`;
  return 'b';
}

/** The type of what stands beside each other: what one of them says explicitly holds for all. */
function common(items: readonly Node[]): string {
  const types = items.map(inferred);
  const said = items.findIndex(({ kind }) => kind === 'typed');
  const type = said >= 0 ? types[said] : types.includes('d') ? 'd' : types[0];
  if (type === undefined) throw new Error('an empty list needs a type, as in @as []');
  return type;
}

function valueOf(node: Node, signature: string): unknown {
  const [type] = signature;
  switch (node.kind) {
    case 'typed':
      if (node.signature === signature) return valueOf(node.of, signature);
      break;
    case 'number':
      if (type === 'd') return Number(node.text);
      return integer(node.text, signature);
    case 'string':
      if (type === 's' || type === 'o' || type === 'g') {
        if (node.text.includes('\0')) throw new Error('text has a NUL in it');
        if (type === 'g') for (let rest = node.text; rest !== '';) rest = cut(rest)[1];
        return node.text;
      }
      break;
    case 'word':
      if (type === 'b' && (node.text === 'true' || node.text === 'false')) return node.text === 'true';
      break;
    case 'bytes':
      if (signature === 'ay') return node.bytes;
      break;
    case 'variant': {
      const of = inferred(node.of);
      if (type === 'v') return [of, valueOf(node.of, of)];
      break;
    }
    case 'array': {
      const of = signature.slice(1);
      if (type === 'a') return node.items.map((item) => valueOf(item, of));
      break;
    }
    case 'tuple': {
      const types = type === '(' ? typesIn(signature) : [];
      if (types.length === node.items.length && type === '(') return node.items.map((item, i) => valueOf(item, types[i] ?? ''));
      break;
    }
    case 'dict': {
      if (!signature.startsWith('a{')) break;
      const [key = '', value = ''] = typesIn(signature.slice(1));
      return node.entries.map(([k, v]) => [valueOf(k, key), valueOf(v, value)]);
    }
  }
  throw new Error(`${JSON.stringify('text' in node ? node.text : node.kind)} is not of the type ${JSON.stringify(signature)}`);
}

function integer(digits: string, signature: string): number | bigint {
  const range = ranges[signature];
  if (range === undefined || !WHOLE.test(digits))
    throw new Error(`${JSON.stringify(digits)} is not of the type ${JSON.stringify(signature)}`);
  const size = BigInt(digits.replace(/^[+-]/, ''));
  const value = digits.startsWith('-') ? -size : size;
  if (value < range[0] || value > range[1]) throw new Error(`${digits} is out of range: say uint64 ${digits}, or what type it should have`);
  return signature === 'x' || signature === 't' ? value : Number(value);
}
