import { type Check, map, object, required, type Shape } from './check.js';
import { hooksObject } from './hooks.js';
import { has, linux } from './linux/linux.js';
import { isIdmapped, mounts } from './mounts.js';
import { process } from './process/process.js';
import { boolean, name, path, text } from './values.js';
import { ociVersion } from './version.js';
import { vm } from './vm.js';

const rootFields = {
  /** Directory on the host: absolute, or from the bundle. */
  path: required(path),
  /** Whether it is read-only in the container. */
  readonly: boolean,
};
/** `root`: the container's root file system. */
export interface Root extends Shape<typeof rootFields> {}
const root: Check<Root> = object(rootFields);

/** __NEW_UTS_LEN, of host and domain names. */
const utsName = name({ maxBytes: 64 });

const specFields = {
  /** The version of the specification that the document keeps to. */
  ociVersion: required(ociVersion),
  /** May be missing as long as nothing is started. */
  process,
  root: required(root),
  /** Needs a UTS namespace. */
  hostname: utsName,
  /** NIS domain name. Needs a UTS namespace. */
  domainname: utsName,
  mounts,
  hooks: hooksObject,
  /** For people and programs; of no meaning to the specification. */
  annotations: map(name(), text()),
  linux,
  vm,
};

/** config.json: the whole configuration of a container. */
export interface Spec extends Shape<typeof specFields> {}

const otherPlatforms = ['solaris', 'windows', 'zos', 'freebsd'];

const known: Check<Spec> = object(specFields, (rule) => [
  ...(['hostname', 'domainname'] as const).map((field) =>
    rule(
      [field, 'linux'],
      (value, at, report) => {
        if (value[field] !== undefined && !has(value.linux?.namespaces, 'uts')) {
          report.issue(`${at}/${field}`, 'would change that of the host', 'a namespace of type "uts" among /linux/namespaces');
        }
      },
      [field, 'linux/namespaces'],
    ),
  ),
  rule(
    ['mounts', 'linux'],
    ({ mounts = [], linux }, at, report) => {
      if (has(linux?.namespaces, 'user')) return;
      for (const [i, { options, uidMappings }] of mounts.entries()) {
        if (isIdmapped(options) && uidMappings === undefined) {
          report.issue(
            `${at}/mounts/${String(i)}/options`,
            'an idmapped mount has neither mappings nor a user namespace to take them from',
            'uidMappings and gidMappings',
          );
        }
      }
    },
    ['mounts', 'linux/namespaces'],
  ),
]);

export const spec: Check<Spec> = (value, at, report) => {
  const checked = known(value, at, report);
  for (const platform of checked === undefined ? [] : otherPlatforms) {
    const section = (value as Readonly<Record<string, unknown>>)[platform];
    if (section !== undefined && section !== null) report.warn(`${at}/${platform}`, 'is ignored: it is for another platform');
  }
  return checked;
};
