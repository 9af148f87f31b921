import { printCompletionScript } from '../help.js';

/** Prints a completion script for the shell at hand. */
export function run(): number {
  printCompletionScript();
  return 0;
}
