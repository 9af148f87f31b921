/** Netlink speaks the machine's byte order, addresses in it the network's. */
export const littleEndian: boolean = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Everything in a message begins at a multiple of four. */
export function align(length: number): number {
  return (length + 3) & ~3;
}

/** Puts pieces one behind the other, each at a multiple of four. */
export function concatAligned(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((size, piece) => size + align(piece.byteLength), 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += align(piece.byteLength);
  }
  return whole;
}
