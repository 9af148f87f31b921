import { appendFileSync } from 'node:fs';
import { renderError } from '@standpipe/errors';

/** Appends a failure to the file of `--log`: one line, in the shape that Podman, containerd and Docker read. */
export function appendLog(path: string, format: 'text' | 'json', error: unknown): void {
  const time = new Date().toISOString();
  const msg = renderError(error);
  const line =
    format === 'json'
      ? JSON.stringify({ level: 'error', msg, time })
      : `time=${JSON.stringify(time)} level=error msg=${JSON.stringify(msg)}`;
  try {
    appendFileSync(path, `${line}\n`, { mode: 0o644 });
  } catch {
    // The failure itself is on standard error already; that the log can't be written must not hide it.
  }
}
