import { isBuiltin } from 'node:module';

/** One import, re-export or import() of a module. */
export interface Import {
  readonly specifier: string;
  /** Whether nothing of it is left when types are erased. */
  readonly typeOnly: boolean;
}

const statement = /^\s*(?:import|export)\b([^'";]*?)\bfrom\s*['"]([^'"]+)['"]/gm;
const bare = /^\s*import\s*['"]([^'"]+)['"]/gm;
const call = /(?:\bimport|\brequire|\brequire\.resolve|\bimport\.meta\.resolve)\(\s*['"]([^'"]+)['"]/g;

/** The imports of a module's text. Comments, which hold examples, don't count. */
export function parseImports(text: string): Import[] {
  const code = text.replace(/^\s*\/\*[\s\S]*?\*\//gm, '').replace(/^\s*\/\/.*$/gm, '');
  return [
    ...[...code.matchAll(statement)].map(([, clause = '', specifier = '']) => ({ specifier, typeOnly: isTypeOnly(clause) })),
    ...[...code.matchAll(bare), ...code.matchAll(call)].map(([, specifier = '']) => ({ specifier, typeOnly: false })),
  ];
}

/** `@scope/name/sub/path` -> `@scope/name`; undefined for relative specifiers and Node's own modules. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || isBuiltin(specifier)) return undefined;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function isTypeOnly(clause: string): boolean {
  if (/^\s*type\b/.test(clause)) return true;
  const names =
    /^\s*\{([^}]*)\}\s*$/
      .exec(clause)?.[1]
      ?.split(',')
      .map((name) => name.trim())
      .filter(Boolean) ?? [];
  return names.length > 0 && names.every((name) => name.startsWith('type '));
}
