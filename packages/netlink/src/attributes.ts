import { align, concatAligned, littleEndian, viewOf } from './bytes.js';
import { NLA_F_NESTED, NLA_TYPE_MASK, NLATTR_SIZE } from './constants.js';
import { malformed } from './errors.js';

/** An attribute of a message: a number, and bytes whose meaning it tells. @man netlink(7) */
export interface Attribute {
  readonly type: number;
  readonly value: Uint8Array;
}

export function bytesAttribute(type: number, value: Uint8Array): Attribute {
  return { type, value };
}

/** NUL-terminated. */
export function textAttribute(type: number, text: string): Attribute {
  return { type, value: Buffer.from(`${text}\0`, 'utf8') };
}

export function u8Attribute(type: number, value: number): Attribute {
  return { type, value: Uint8Array.of(value) };
}

/** Of 32 bits, signed or not: the bits are the same. */
export function u32Attribute(type: number, value: number): Attribute {
  return { type, value: new Uint8Array(Uint32Array.of(value).buffer) };
}

export function nestedAttribute(type: number, list: readonly Attribute[]): Attribute {
  return { type: type | NLA_F_NESTED, value: encodeAttributes(list) };
}

export function encodeAttributes(list: readonly Attribute[]): Uint8Array {
  return concatAligned(
    list.map(({ type, value }) => {
      const bytes = new Uint8Array(NLATTR_SIZE + value.byteLength);
      const view = viewOf(bytes);
      view.setUint16(0, bytes.byteLength, littleEndian);
      view.setUint16(2, type, littleEndian);
      bytes.set(value, NLATTR_SIZE);
      return bytes;
    }),
  );
}

/** An attribute among the bytes that hold it. */
export interface PlacedAttribute extends Attribute {
  /** Where it begins. */
  readonly offset: number;
}

/** Cuts bytes into attributes. Their numbers come without the flags. */
export function splitAttributes(bytes: Uint8Array): PlacedAttribute[] {
  const view = viewOf(bytes);
  const list: PlacedAttribute[] = [];
  for (let offset = 0; offset < bytes.byteLength;) {
    const rest = bytes.byteLength - offset;
    if (rest < NLATTR_SIZE) throw malformed('attribute', `${String(rest)} bytes are left over`);
    const length = view.getUint16(offset, littleEndian);
    if (length < NLATTR_SIZE || length > rest)
      throw malformed('attribute', `its length is ${String(length)}, and ${String(rest)} are there`);
    const type = view.getUint16(offset + 2, littleEndian) & NLA_TYPE_MASK;
    list.push({ type, value: bytes.subarray(offset + NLATTR_SIZE, offset + length), offset });
    offset += align(length);
  }
  return list;
}

/** The attributes of a message. One that isn't there is undefined; one that is too short for what it should be is malformed. */
export class Attributes {
  readonly #values = new Map<number, Uint8Array>();

  /** Of a number that comes twice the last one counts, as for the kernel. */
  constructor(bytes: Uint8Array) {
    for (const { type, value } of splitAttributes(bytes)) this.#values.set(type, value);
  }

  bytes(type: number): Uint8Array | undefined {
    return this.#values.get(type);
  }

  u8(type: number): number | undefined {
    return this.#view(type, 1)?.getUint8(0);
  }

  u32(type: number): number | undefined {
    return this.#view(type, 4)?.getUint32(0, littleEndian);
  }

  s32(type: number): number | undefined {
    return this.#view(type, 4)?.getInt32(0, littleEndian);
  }

  text(type: number): string | undefined {
    const value = this.#values.get(type);
    return value === undefined ? undefined : textOf(value);
  }

  /** All attributes `inner` of the list that lies in `outer`. */
  texts(outer: number, inner: number): string[] {
    const list = splitAttributes(this.#values.get(outer) ?? new Uint8Array());
    return list.filter(({ type }) => type === inner).map(({ value }) => textOf(value));
  }

  nested(type: number): Attributes | undefined {
    const value = this.#values.get(type);
    return value === undefined ? undefined : new Attributes(value);
  }

  #view(type: number, size: number): DataView | undefined {
    const value = this.#values.get(type);
    if (value === undefined) return undefined;
    if (value.byteLength < size)
      throw malformed(`attribute ${String(type)}`, `it has ${String(value.byteLength)} bytes of ${String(size)}`);
    return viewOf(value);
  }
}

/** Up to its NUL, or all of it: not every text has one. */
function textOf(value: Uint8Array): string {
  const end = value.indexOf(0);
  return new TextDecoder().decode(end < 0 ? value : value.subarray(0, end));
}
