import { badText, operandTooBig } from './errors.js';
import { END_MARK_SIZE } from './format.js';
import type { Buf, BufRef } from './operand.js';

/** Where something lies in the data section, and how many bytes of it may be used. */
export interface DataRef {
  readonly offset: number;
  readonly extent: number;
}

/** A word in the data that holds the address of another place in it. */
export interface DataPointer {
  readonly at: number;
  readonly to: number;
}

/**
 * Lays out a program's data: texts, constants (each once) and buffers with content, room for the mark
 * at the file's end, then the zeroed buffers, which take no room in the file.
 */
export class DataSection {
  #bytes = new Uint8Array(8192);
  #size = 0;
  readonly #texts = new Map<string, DataRef>();
  readonly #constants = new Map<Uint8Array, DataRef>();
  readonly #buffers = new Map<Buf, DataRef>();
  readonly #zeroed: { buf: Buf; offset: number }[] = [];
  #zeroedSize = 0;
  readonly #pointers: { at: number; to: DataRef | Buf; add: number }[] = [];

  text(text: string): DataRef {
    let ref = this.#texts.get(text);
    if (ref === undefined) {
      if (text.includes('\0')) throw badText(text);
      const bytes = Buffer.from(text, 'utf8');
      ref = this.#append(bytes, bytes.length + 1, 1);
      this.#texts.set(text, ref);
    }
    return ref;
  }

  constant(bytes: Uint8Array): DataRef {
    let ref = this.#constants.get(bytes);
    if (ref === undefined) {
      ref = this.#append(bytes, bytes.length, 8);
      this.#constants.set(bytes, ref);
    }
    return ref;
  }

  /**
   * Takes a buffer in. Its place is final for buffers with content, and relative to the end of the
   * content for zeroed ones, so it is only told by `resolve`, after `finish`.
   */
  add(buf: Buf): void {
    if (this.#buffers.has(buf)) return;
    if (buf.bytes === undefined && buf.pointers.length === 0) {
      this.#zeroed.push({ buf, offset: this.#zeroedSize });
      this.#zeroedSize += (buf.size + 15) & ~15;
      this.#buffers.set(buf, { offset: -1, extent: buf.size });
      return;
    }
    if (buf.bytes !== undefined && buf.bytes.length > buf.size) throw operandTooBig(`the content of buffer ${buf.name}`);
    const ref = this.#append(buf.bytes ?? new Uint8Array(0), buf.size, 16);
    this.#buffers.set(buf, ref);
    for (const { at, to } of buf.pointers) {
      const place = ref.offset + at;
      if (typeof to === 'string') this.#pointers.push({ at: place, to: this.text(to), add: 0 });
      else if (to instanceof Uint8Array) this.#pointers.push({ at: place, to: this.constant(to), add: 0 });
      else {
        const target = to.kind === 'ref' ? to.buf : to;
        this.add(target);
        this.#pointers.push({ at: place, to: target, add: to.kind === 'ref' ? to.offset : 0 });
      }
    }
  }

  /** Gives the zeroed buffers their places, once all are in: behind the content and the room for the end mark. */
  finish(): void {
    for (const { buf, offset } of this.#zeroed) this.#buffers.set(buf, { offset: this.#fileSize() + offset, extent: buf.size });
  }

  /** What is in the file, how much it is in memory, and where in it the pointers are. */
  content(): { bytes: Uint8Array; size: number; pointers: readonly DataPointer[] } {
    return {
      bytes: this.#bytes.subarray(0, this.#fileSize()),
      size: this.#fileSize() + this.#zeroedSize,
      pointers: this.#pointers.map(({ at, to, add }) => ({ at, to: ('kind' in to ? this.resolve(to).offset : to.offset) + add })),
    };
  }

  /** Each buffer's name and place. */
  buffers(): { name: string; offset: number; size: number }[] {
    return [...this.#buffers].map(([{ name, size }, { offset }]) => ({ name, offset, size }));
  }

  #fileSize(): number {
    return (this.#size + END_MARK_SIZE + 15) & ~15;
  }

  resolve(target: Buf | BufRef): DataRef {
    const buffer = target.kind === 'ref' ? target.buf : target;
    const ref = this.#buffers.get(buffer);
    if (ref === undefined || ref.offset < 0) throw operandTooBig(`buffer ${buffer.name}`);
    const skip = target.kind === 'ref' ? target.offset : 0;
    if (skip > buffer.size) throw operandTooBig(`offset ${String(skip)} of buffer ${buffer.name}`);
    return { offset: ref.offset + skip, extent: ref.extent - skip };
  }

  #append(bytes: Uint8Array, size: number, align: number): DataRef {
    const offset = Math.ceil(this.#size / align) * align;
    const end = offset + size;
    if (end + END_MARK_SIZE + 16 > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, end + END_MARK_SIZE + 16));
      grown.set(this.#bytes);
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, offset);
    this.#size = end;
    return { offset, extent: size };
  }
}
