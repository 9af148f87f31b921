import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../architecture/workspaces.js';

/** How far down a README its example may begin. */
const withinLines = 10;

/** The first TypeScript block of a README, if it begins within the first ten lines. */
export function firstExample(text: string): string | undefined {
  const lines = text.split('\n');
  const start = lines.indexOf('```ts');
  const end = lines.indexOf('```', start);
  return start === -1 || start >= withinLines || end === -1 ? undefined : `${lines.slice(start + 1, end).join('\n')}\n`;
}

/** Examples compiled as a user's program would be: own package, strict, resolving what node_modules has. */
export interface Compiled {
  /** What the compiler said of an example. */
  errorsOf(name: string): string[];
  /** The compiled module of an example. */
  moduleOf(name: string): string;
}

/** Type-checks and compiles the examples, by name, all in one go. */
export function compileExamples(examples: ReadonlyMap<string, string>): Compiled {
  // Under dist so that git and the formatter leave it alone, and packages are found from there.
  const directory = join(root, 'test/dist/readme-examples');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }\n');
  for (const [name, text] of examples) writeFileSync(join(directory, `${name}.ts`), text);
  writeFileSync(
    join(directory, 'tsconfig.json'),
    JSON.stringify({
      extends: join(root, 'tsconfig.base.json'),
      compilerOptions: {
        composite: false,
        incremental: false,
        declaration: false,
        declarationMap: false,
        sourceMap: false,
        rootDir: '.',
        outDir: 'out',
      },
      include: ['*.ts'],
    }),
  );
  const lines = compile(directory);
  return {
    errorsOf: (name) => lines.filter((line) => line.startsWith(`${name}.ts(`) || !/^[\w-]+\.ts\(/.test(line)),
    moduleOf: (name) => join(directory, 'out', `${name}.js`),
  };
}

function compile(directory: string): string[] {
  try {
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', '.', '--pretty', 'false'], {
      cwd: directory,
      encoding: 'utf8',
    });
    return [];
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    return `${stdout}${stdout === '' ? stderr : ''}`.split('\n').filter((line) => line !== '' && !line.startsWith(' '));
  }
}
