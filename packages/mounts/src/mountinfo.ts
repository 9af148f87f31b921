/** A line of /proc/PID/mountinfo. @man proc_pid_mountinfo(5) */
export interface MountinfoEntry {
  readonly id: number;
  readonly parent: number;
  readonly major: number;
  readonly minor: number;
  /** The directory of the filesystem that is mounted; a namespace's name for nsfs. */
  readonly root: string;
  readonly mountPoint: string;
  /** Of this mount: `ro`, `nosuid`, `relatime`. */
  readonly options: readonly string[];
  /** `shared:N`, `master:N`, `propagate_from:N`, `unbindable`. */
  readonly propagation: readonly string[];
  readonly type: string;
  readonly source: string;
  /** Of the filesystem: `rw`, `size=4k`. */
  readonly superOptions: readonly string[];
}

/**
 * Parses what /proc/PID/mountinfo says. Escaped characters of paths (`\040` for a space) are made whole.
 * Lines of another form are left out.
 */
export function parseMountinfo(text: string): MountinfoEntry[] {
  return text.split('\n').flatMap((line) => {
    const fields = line.split(' ');
    const dash = fields.indexOf('-', 6);
    const [id, parent, device = '', root = '', mountPoint = '', options = ''] = fields;
    const [type = '', source = '', superOptions = ''] = fields.slice(dash + 1);
    const [major, minor] = device.split(':');
    if (dash < 0 || minor === undefined) return [];
    return [
      {
        id: Number(id),
        parent: Number(parent),
        major: Number(major),
        minor: Number(minor),
        root: unescapePath(root),
        mountPoint: unescapePath(mountPoint),
        options: options.split(','),
        propagation: fields.slice(6, dash),
        type,
        source: unescapePath(source),
        superOptions: superOptions.split(','),
      },
    ];
  });
}

/** Undoes the kernel's escapes: a backslash and three octal digits stand for one byte. */
function unescapePath(text: string): string {
  if (!text.includes('\\')) return text;
  const bytes = Buffer.from(text, 'utf8')
    .toString('latin1')
    .replaceAll(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8) & 0xff));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
