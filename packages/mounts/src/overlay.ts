import { posix } from 'node:path';
import { AT, O } from '@standpipe/syscalls';
import { buf, closeFd, format, type Op, type OpNotes, type Reg, reg, sys } from '@standpipe/program';
import { FSCONFIG_MAX_VALUE } from './constants.js';
import { setOption } from './fsconfig.js';
import type { DataOption } from './options.js';
import { splitEscaped } from './split-escaped.js';

/** How an overlay is told its options, and what is closed once it is made: older kernels look at a directory only then. */
export interface OverlayOps {
  readonly configure: Op[];
  readonly close: Op[];
}

/**
 * Sets the options of an overlay. The kernel takes at most 255 bytes at a time: a longer list of lower
 * layers is given one by one, and a directory with a longer path by an fd.
 *
 * @kernel 6.7 for a list of lower layers that is longer
 */
export function overlayOptions(options: readonly DataOption[], context: Reg, notes: OpNotes & { say: string }): OverlayOps {
  const configure: Op[] = [];
  const close: Op[] = [];
  const add = (key: string, path: string): void => {
    if (isShort(path)) {
      configure.push(setOption(context, key, path, notes));
      return;
    }
    const fd = reg('layer');
    const name = buf('layer name', 32);
    const say = `${notes.say}: open the layer ${JSON.stringify(path)}`;
    configure.push(
      sys('openat', [AT.FDCWD, path, O.PATH | O.DIRECTORY | O.CLOEXEC], { to: fd, say, pointer: notes.pointer }),
      format(name, ['/proc/self/fd/', fd]),
      setOption(context, key, name, notes),
    );
    close.push(closeFd(fd));
  };
  for (const { key, value } of options) {
    if (value === undefined || isShort(value)) configure.push(setOption(context, key, value, notes));
    else if (key === 'lowerdir') for (const { path, dataOnly } of splitLayers(value)) add(dataOnly ? 'datadir+' : 'lowerdir+', path);
    else add(key, value);
  }
  return { configure, close };
}

function isShort(value: string): boolean {
  return Buffer.byteLength(value) <= FSCONFIG_MAX_VALUE;
}

/** Makes the directories of an overlay's options absolute; relative ones are the bundle's. */
export function absoluteDirectories(options: readonly DataOption[], bundle: string): DataOption[] {
  return options.map(({ key, value }) => {
    if (value === undefined || value === '') return { key, value };
    if (key === 'upperdir' || key === 'workdir') return { key, value: posix.resolve(bundle, value) };
    if (key !== 'lowerdir') return { key, value };
    const escaped = bundle.replaceAll(/[\\:]/g, '\\$&');
    const layers = splitEscaped(value, ':').map((layer) => (layer === '' || layer.startsWith('/') ? layer : posix.join(escaped, layer)));
    return { key, value: layers.join(':') };
  });
}

/** The layers of `lowerdir`: colons part them, backslashes take a colon's meaning, and behind `::` layers hold data only. */
export function splitLayers(lowerdir: string): { path: string; dataOnly: boolean }[] {
  let dataOnly = false;
  return splitEscaped(lowerdir, ':').flatMap((path) => {
    if (path === '') dataOnly = true;
    return path === '' ? [] : [{ path: path.replaceAll(/\\(.)/g, '$1'), dataOnly }];
  });
}
