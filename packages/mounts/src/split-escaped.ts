/** Takes a text apart at a separator. What follows a backslash is none, and keeps its backslash. */
export function splitEscaped(text: string, separator: string): string[] {
  const parts: string[] = [];
  let part = '';
  for (let i = 0; i < text.length; i++) {
    if (text[i] === separator) {
      parts.push(part);
      part = '';
    } else if (text[i] === '\\') part += text.slice(i, ++i + 1);
    else part += text.charAt(i);
  }
  return [...parts, part];
}
