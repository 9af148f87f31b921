import type { Readable } from 'node:stream';

/** Reads a stream to its end, and keeps the first `limit` bytes; calls `onTooMuch` once when there are more. */
export async function collect(stream: Readable | null, limit: number, onTooMuch: () => void): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream ?? []) {
    const bytes = chunk as Buffer;
    if (length + bytes.length > limit && length <= limit) onTooMuch();
    if (length < limit) chunks.push(bytes.subarray(0, limit - length));
    length += bytes.length;
  }
  return Buffer.concat(chunks).toString();
}
