// Lines that a client prints or doesn't, as it happens, over any runtime.
const chance = [
  // aardvark-dns looks for one.
  /^failed to connect to syslog: .*\n/gm,
  // ctr tells its terminal's size, even when the process has ended by then.
  /^.*resize pty.*\n/gm,
  // docker, of a container that could not be started.
  /^.*error waiting for container: context canceled.*\n/gm,
];

/** Takes out of a client's text what differs from one time to the next, over any runtime. */
export function normalise(text: string, directory: string): string {
  return chance
    .reduce((rest, pattern) => rest.replace(pattern, ''), text.replaceAll('\r\n', '\n'))
    .replaceAll(directory, 'DIR')
    .replace(/\b[0-9a-f]{64}\b/g, 'ID')
    .replace(/\b[0-9a-f]{12}\b/g, 'ID')
    .replace(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?(Z|[+-]\d\d:?\d\d))?( [A-Z]{3,4})?/g, 'TIME')
    .replace(/\bUp ([\w ]+? ago|(Less than )?\w+ (second|minute)s?)/g, 'Up TIME');
}
