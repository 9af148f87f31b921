/** Numbers that are the same each time: xorshift. */
export function random(seed: number): (below: number) => number {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** What a message goes through on a bad day: bytes changed, cut off, put in. */
export function mangled(bytes: Uint8Array, next: (below: number) => number): Uint8Array {
  const list = [...bytes];
  for (let times = next(4); times >= 0; times--) {
    const at = next(list.length + 1);
    if (next(3) === 0) list.splice(at, next(5));
    else if (next(2) === 0) list.splice(at, 0, ...Array.from({ length: next(5) }, () => next(256)));
    else if (at < list.length) list[at] = [0, 1, 3, 4, 0xff, next(256)][next(6)] ?? 0;
  }
  return Uint8Array.from(list);
}
