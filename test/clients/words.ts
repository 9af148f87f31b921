import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the steps' scripts can say beside the clients' own commands. */
const words: Readonly<Record<string, string>> = {
  // await COMMAND...: repeats a command until it succeeds, for ten seconds at most.
  await: `
end=$(($(date +%s) + 10))
while [ $(date +%s) -lt $end ]; do
  "$@" >/dev/null 2>&1 && exit 0
  sleep 0.05
done
echo "never came true: $*" >&2
exit 1`,
  // terminal COMMAND: runs a line of shell on a terminal of 31 rows and 99 columns.
  // Nothing is typed, and the end of input is not near either.
  terminal: `
[ -p $TMPDIR/keyboard ] || mkfifo $TMPDIR/keyboard
exec 0<>$TMPDIR/keyboard script --quiet --return --command "stty rows 31 cols 99; $1" /dev/null`,
};

/** Writes them as programs into a folder. */
export function writeWords(folder: string): void {
  for (const [name, text] of Object.entries(words)) writeFileSync(join(folder, name), `#!/bin/sh\n${text.trim()}\n`, { mode: 0o755 });
}
