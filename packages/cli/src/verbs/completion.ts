/** Prints a completion script for the shell at hand. */
export async function run(): Promise<number> {
  const { printCompletionScript } = await import('../help.js');
  printCompletionScript();
  return 0;
}
