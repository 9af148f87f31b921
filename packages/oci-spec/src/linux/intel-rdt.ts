import { type Check, list, object, type Shape, where } from '../check.js';
import { boolean, name } from '../values.js';

const line = name({ must: { hold: (value) => !value.includes('\n'), wrong: 'is more than a line', expected: 'one line' } });

const intelRdtFields = {
  /** Class of service, a directory of resctrl; `/` is the default one. The container's id when left out. */
  closID: name({
    maxBytes: 255,
    must: {
      hold: (value) => value === '/' || !(/[/\n]/.test(value) || value === '.' || value === '..'),
      wrong: 'is no class of service',
      expected: '/ or a name without slashes',
    },
  }),
  /** Lines for the `schemata` file, written behind those of the two fields below. */
  schemata: list(line),
  /** `L3:` with bit masks by cache. */
  l3CacheSchema: where(name(), (value, at, report) => {
    if (!value.startsWith('L3:') || value.includes('\n')) report.warn(at, 'is no schema of an L3 cache', 'one line that begins with L3:');
  }),
  /** `MB:` with bandwidths by cache, in percent or MB/s. */
  memBwSchema: name({
    must: {
      hold: (value) => /^MB:[^\n]*$/.test(value),
      wrong: 'is no schema of memory bandwidth',
      expected: 'one line that begins with MB:',
    },
  }),
  /** Whether the container gets a monitoring group of its own. */
  enableMonitoring: boolean,
};

/** `linux.intelRdt`: caches and memory bandwidth by Intel RDT. @kernel 4.14 */
export interface LinuxIntelRdt extends Shape<typeof intelRdtFields> {}
export const intelRdt: Check<LinuxIntelRdt> = object(intelRdtFields);
