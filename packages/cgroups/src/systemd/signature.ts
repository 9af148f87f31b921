/** The first complete type of a signature, and what follows it. */
export function cut(signature: string): [type: string, rest: string] {
  const first = signature[0] ?? '';
  if (first === 'a') {
    const [of, rest] = cut(signature.slice(1));
    return [`a${of}`, rest];
  }
  if (first !== '(' && first !== '{') return [first, signature.slice(1)];
  const end = first === '(' ? ')' : '}';
  let [type, rest] = [first, signature.slice(1)];
  while (!rest.startsWith(end)) {
    const [of, behind] = cut(rest);
    if (of === '') throw new Error(`${JSON.stringify(signature)} is no type`);
    [type, rest] = [type + of, behind];
  }
  return [type + end, rest.slice(1)];
}

/** The types inside of a struct, or a dict entry. */
export function typesIn(container: string): string[] {
  const types: string[] = [];
  for (let rest = container.slice(1, -1); rest !== '';) {
    const [type, behind] = cut(rest);
    types.push(type);
    rest = behind;
  }
  return types;
}

/** @throws Error for what is no single complete type */
export function checkedSignature(signature: string): string {
  const [type, rest] = cut(signature);
  if (rest !== '' || !/^[ybnqiuxtdsogv(){}a]+$/.test(type) || type.length > 255) throw new Error(`${JSON.stringify(signature)} is no type`);
  return type;
}
