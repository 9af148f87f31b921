import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, copyFileSync, linkSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from './needs.js';

export interface BundleOptions {
  /** How the applets are made: names of one inode (the default), or links that name it. */
  readonly applets?: 'hard' | 'symbolic';
  /** Who owns the bundle: for an ordinary user's container. */
  readonly owner?: { readonly uid: number; readonly gid: number };
  /** Files of the rootfs beside the usual ones: path below it to text. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A bundle in a temporary directory, removed at the end of the block that says `using`. */
export interface Bundle extends Disposable {
  /** The directory that holds config.json and rootfs. */
  readonly path: string;
  readonly rootfs: string;
  /** Writes another config.json. */
  configure(config: object): void;
}

const folders = ['bin', 'dev', 'etc', 'home', 'mnt', 'proc', 'root', 'run', 'sys', 'tmp', 'usr', 'var'];
const files: Readonly<Record<string, string>> = {
  'etc/passwd': 'root:x:0:0:root:/root:/bin/sh\nuser:x:1000:1000:user:/home:/bin/sh\n',
  'etc/group': 'root:x:0:\nstaff:x:50:user\nuser:x:1000:\n',
  'etc/hosts': '127.0.0.1\tlocalhost\n',
  'etc/resolv.conf': '',
};

/**
 * Makes a bundle of busybox (statically linked, so that nothing else is in its rootfs) with the given config.json.
 * Ask `needs(this, 'busybox')` first.
 */
export function bundle(config: object, { applets = 'hard', owner, files: more = {} }: BundleOptions = {}): Bundle {
  const busybox = findProgram('busybox');
  if (busybox === undefined) throw new Error('busybox is not installed: ask needs() first');
  const path = mkdtempSync(join(tmpdir(), 'standpipe-bundle-'));
  const rootfs = join(path, 'rootfs');
  const configure = (value: object): void => {
    writeFileSync(join(path, 'config.json'), JSON.stringify(value, null, 2));
  };
  try {
    chmodSync(path, 0o755);
    for (const folder of folders) mkdirSync(join(rootfs, folder), { recursive: true });
    chmodSync(join(rootfs, 'tmp'), 0o1777);
    for (const [name, text] of Object.entries({ ...files, ...more })) {
      mkdirSync(join(rootfs, name, '..'), { recursive: true });
      writeFileSync(join(rootfs, name), text);
    }
    copyFileSync(busybox, join(rootfs, 'bin/busybox'));
    for (const applet of appletsOf(busybox)) {
      if (applets === 'hard') linkSync(join(rootfs, 'bin/busybox'), join(rootfs, 'bin', applet));
      else symlinkSync('busybox', join(rootfs, 'bin', applet));
    }
    configure(config);
    if (owner !== undefined) giveTo(path, owner);
  } catch (error) {
    rmSync(path, { recursive: true, force: true });
    throw error;
  }
  return {
    path,
    rootfs,
    configure,
    [Symbol.dispose](): void {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

function appletsOf(busybox: string): string[] {
  return execFileSync(busybox, ['--list'], { encoding: 'utf8' })
    .split('\n')
    .filter((name) => name !== '' && name !== 'busybox');
}

function giveTo(path: string, { uid, gid }: { uid: number; gid: number }): void {
  if (process.getuid?.() === 0) execFileSync('chown', ['--recursive', '--no-dereference', `${uid}:${gid}`, path]);
  else chownSync(path, uid, gid);
}
