import { shown } from './check.js';
import { notJson } from './errors.js';

/**
 * Parses JSON as JSON.parse does, but keeps integers exact: one that a number can't hold becomes a bigint. And
 * it says where a text goes wrong, and what to change there.
 *
 * It keeps its own stack, so that no depth of nesting exhausts the engine's.
 *
 * @throws SpecError `SPEC_NOT_JSON`
 */
export function parseJson(text: string): unknown {
  return new JsonReader(text).document();
}

/** An object or array that is not closed yet. */
interface Open {
  readonly value: Record<string, unknown> | unknown[];
  readonly at: number;
  key: string;
}

const opened = Symbol('opened');
const numeral = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?(?![\p{L}\p{N}_.+-])/uy;
// oxlint-disable-next-line no-control-regex -- those that a string must not contain
const special = /[\\\u0000-\u001f]/;
const word = /[\p{L}\p{N}_$.+-]+/uy;
/** Sign and digits of the longest 64-bit integer. Beyond, no field takes it, and a bigint of a million digits takes its time. */
const MAX_DIGITS = 20;
/** Levels of a fault's pointer. No field lies deeper. */
const MAX_POINTER = 32;

class JsonReader {
  readonly #text: string;
  readonly #open: Open[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): unknown {
    if (this.#text.startsWith('\uFEFF')) throw this.#fault('the text begins with a byte order mark', 'UTF-8 without one');
    for (;;) {
      let value = this.#value();
      if (value === opened) continue;
      // It is complete, and goes into what is open; that may be complete then, too.
      for (;;) {
        const open = this.#open.at(-1);
        if (open === undefined) return this.#end(value);
        put(open, value);
        if (this.#more(open)) break;
        value = open.value;
        this.#open.pop();
      }
    }
  }

  #value(): unknown {
    const at = this.#skipSpace();
    switch (this.#text[at]) {
      case '{':
        this.#at++;
        if (this.#take('}')) return {};
        this.#open.push({ value: {}, at, key: '' });
        this.#key();
        return opened;
      case '[':
        this.#at++;
        if (this.#take(']')) return [];
        this.#open.push({ value: [], at, key: '' });
        return opened;
      case '"':
        return this.#string();
      default:
        return this.#numberOrWord(at);
    }
  }

  /** True for a comma, with another entry behind it; false for the end of what is open. */
  #more(open: Open): boolean {
    const array = Array.isArray(open.value);
    if (this.#take(array ? ']' : '}')) return false;
    const comma = this.#at;
    if (!this.#take(',')) {
      const kind = array ? 'array' : 'object';
      if (comma >= this.#text.length) throw this.#unfinished(open, kind);
      throw this.#fault(`${this.#found()} follows an entry of an ${kind}`, array ? 'a comma, or ] at the end' : 'a comma, or } at the end');
    }
    this.#skipSpace();
    if (this.#text[this.#at] === (array ? ']' : '}')) {
      this.#at = comma;
      throw this.#fault('a comma follows the last entry', 'none there: JSON has commas only between entries');
    }
    if (!array) this.#key();
    return true;
  }

  #key(): void {
    const open = this.#open.at(-1)!;
    const at = this.#skipSpace();
    open.key = '';
    if (this.#text[at] !== '"') {
      if (at >= this.#text.length) throw this.#unfinished(open, 'object');
      throw this.#fault(`${this.#found()} is no name of a field`, 'a name in double quotes');
    }
    const key = this.#string();
    if (!this.#take(':')) throw this.#fault(`${this.#found()} follows the name ${shown(key)}`, 'a colon');
    open.key = key;
  }

  #string(): string {
    const text = this.#text;
    const start = this.#at;
    // Most strings are plain, and the engine finds their end faster than a loop does.
    const end = text.indexOf('"', start + 1);
    const plain = end === -1 ? '' : text.slice(start + 1, end);
    if (end !== -1 && !special.test(plain)) {
      this.#at = end + 1;
      return plain;
    }
    let escaped = false;
    for (let i = start + 1; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code === 0x22) {
        this.#at = i + 1;
        return escaped ? (JSON.parse(text.slice(start, i + 1)) as string) : text.slice(start + 1, i);
      }
      if (code < 0x20) {
        this.#at = i;
        if (code === 0x0a || code === 0x0d)
          throw this.#fault('the line ends within a string', 'a closing double quote; a line break in a string is written \\n');
        throw this.#fault('a string contains a control character', `\\u${code.toString(16).padStart(4, '0')} in its place`);
      }
      if (code === 0x5c) {
        escaped = true;
        this.#at = i;
        i = this.#escape(i);
      }
    }
    this.#at = start;
    throw this.#fault('the string that begins here has no end', 'a closing double quote');
  }

  /** The index of an escape's last character. */
  #escape(at: number): number {
    const letter = this.#text[at + 1] ?? '';
    if (letter === 'u') {
      if (/^[0-9a-fA-F]{4}$/.test(this.#text.slice(at + 2, at + 6))) return at + 5;
      throw this.#fault('\\u is not followed by four hexadecimal digits', 'as in \\u0041');
    }
    if (letter !== '' && '"\\/bfnrt'.includes(letter)) return at + 1;
    throw this.#fault(
      `a string contains the unknown escape \\${letter}`,
      '\\\\ for a backslash, or one of \\" \\/ \\b \\f \\n \\r \\t \\u',
    );
  }

  #numberOrWord(at: number): unknown {
    numeral.lastIndex = at;
    const match = numeral.exec(this.#text);
    if (match !== null) {
      this.#at = numeral.lastIndex;
      const value = Number(match[0]);
      const exact = match[1] !== undefined || match[2] !== undefined || Number.isSafeInteger(value) || match[0].length > MAX_DIGITS;
      return exact ? value : BigInt(match[0]);
    }
    word.lastIndex = at;
    const found = word.exec(this.#text)?.[0];
    if (found === 'true' || found === 'false' || found === 'null') {
      this.#at = word.lastIndex;
      return found === 'null' ? null : found === 'true';
    }
    const open = this.#open.at(-1);
    if (at >= this.#text.length) {
      if (open !== undefined) throw this.#unfinished(open, Array.isArray(open.value) ? 'array' : 'object');
      throw this.#fault('the text is empty', 'an object');
    }
    const expected =
      found !== undefined && /^[+-]?[\d.]/.test(found)
        ? 'a decimal number without + and leading zeros'
        : 'a value; strings are in double quotes';
    throw this.#fault(`${this.#found()} is no value`, expected);
  }

  #end(value: unknown): unknown {
    if (this.#skipSpace() < this.#text.length) throw this.#fault(`${this.#found()} follows the document`, 'nothing behind its end');
    return value;
  }

  #take(character: string): boolean {
    if (this.#text[this.#skipSpace()] !== character) return false;
    this.#at++;
    return true;
  }

  #skipSpace(): number {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return this.#at;
      this.#at++;
    }
  }

  /** What stands at the current place, for messages. */
  #found(): string {
    if (this.#at >= this.#text.length) return 'the end of the text';
    if (/^(\/\/|\/\*|#)/.test(this.#text.slice(this.#at, this.#at + 2))) return 'a comment (JSON has none)';
    word.lastIndex = this.#at;
    return shown(word.exec(this.#text)?.[0] ?? String.fromCodePoint(this.#text.codePointAt(this.#at)!));
  }

  #unfinished(open: Open, kind: string): Error {
    const [line] = lineAndColumn(this.#text, open.at);
    return this.#fault(
      `the text ends within an ${kind} that begins in line ${String(line)}`,
      kind === 'array' ? 'a closing ]' : 'a closing }',
    );
  }

  #fault(message: string, expected: string): Error {
    const [line, column] = lineAndColumn(this.#text, this.#at);
    const pointer = this.#open
      .slice(0, MAX_POINTER)
      .filter(({ value, key }) => Array.isArray(value) || key !== '')
      .map(({ value, key }) => `/${Array.isArray(value) ? String(value.length) : key.replaceAll('~', '~0').replaceAll('/', '~1')}`)
      .join('');
    return notJson({ line, column, pointer, message, expected });
  }
}

function put(open: Open, value: unknown): void {
  if (Array.isArray(open.value)) open.value.push(value);
  // Assigned, this name would set the prototype.
  else if (open.key === '__proto__')
    Object.defineProperty(open.value, open.key, { value, writable: true, enumerable: true, configurable: true });
  else open.value[open.key] = value;
}

function lineAndColumn(text: string, at: number): [line: number, column: number] {
  const before = text.slice(0, at);
  const lineStart = before.lastIndexOf('\n') + 1;
  let line = 1;
  for (let i = before.indexOf('\n'); i !== -1; i = before.indexOf('\n', i + 1)) line++;
  return [line, at - lineStart + 1];
}
