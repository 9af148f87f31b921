import { createRequire } from 'node:module';
import { skip } from './skip.js';

const architectures: Readonly<Record<string, string>> = { arm64: 'aarch64', x64: 'x64' };

/**
 * The path of Bun's executable, or a skip with the reason.
 *
 * It is taken from the package of this platform: the `bun` package itself is a stub until its install script
 * has run, and none runs here.
 */
export function bunExecutable(context: Mocha.Context): string {
  const name = `@oven/bun-linux-${architectures[process.arch] ?? process.arch}`;
  try {
    return createRequire(import.meta.url).resolve(`${name}/bin/bun`);
  } catch {
    return skip(context, `${name} is not installed (npm leaves it out where it doesn't run)`);
  }
}
