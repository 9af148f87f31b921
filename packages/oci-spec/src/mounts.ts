import { type Check, list, object, required, type Shape, where } from './check.js';
import { idMappings } from './linux/id-mappings.js';
import { name, path, text } from './values.js';

const mountFields = {
  /** Where in the container. Absolute; a relative one counts from `/` and is deprecated. */
  destination: required(
    where(path, (value, at, report) => {
      if (!value.startsWith('/'))
        report.warn(at, `${JSON.stringify(value)} is relative, which is deprecated: it counts from /`, 'an absolute path');
    }),
  ),
  /** A file system type of the kernel; of no meaning for binds. */
  type: name({ maxBytes: 255 }),
  /** Device, file, directory or dummy. For binds a path, absolute or from the bundle. */
  source: path,
  /** Options as of mount(8); what is none of those goes to the file system. */
  options: list(text()),
  /** User ids of the source as they are to be seen at the destination. With `gidMappings` only. @kernel 5.12 */
  uidMappings: idMappings,
  /** Group ids of the source as they are to be seen at the destination. With `uidMappings` only. @kernel 5.12 */
  gidMappings: idMappings,
};

/** A mount besides the root's, made in the order of the list. */
export interface Mount extends Shape<typeof mountFields> {}

const mount: Check<Mount> = object(mountFields, (rule) => [
  rule(['uidMappings', 'gidMappings'], ({ uidMappings, gidMappings }, at, report) => {
    if ((uidMappings === undefined) === (gidMappings === undefined)) return;
    const [given, missing] = uidMappings === undefined ? ['gidMappings', 'uidMappings'] : ['uidMappings', 'gidMappings'];
    report.issue(`${at}/${given}`, `comes without ${missing}`, 'both or none');
  }),
  rule(['options', 'uidMappings'], ({ options, uidMappings }, at, report) => {
    if (uidMappings !== undefined && !isIdmapped(options))
      report.warn(
        `${at}/options`,
        'a mount with id mappings should say so: other runtimes may ignore them',
        'idmap or ridmap among the options',
      );
  }),
]);

export const mounts: Check<readonly Mount[]> = list(mount);

export function isIdmapped(options: readonly string[] | undefined): boolean {
  return options?.some((option) => option === 'idmap' || option === 'ridmap') === true;
}
