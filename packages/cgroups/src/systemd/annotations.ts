import type { SpecIssue } from '@standpipe/errors';
import { annotationsInvalid } from './errors.js';
import { parseGVariant } from './gvariant.js';
import { INFINITY, type UnitProperty, type Variant } from './property.js';

const PREFIX = 'org.systemd.property.';
/** Where the container is, and who is in it, is the runtime's to say. */
const own: readonly string[] = ['Slice', 'PIDs', 'Delegate'];

/**
 * The unit properties that annotations ask for: `org.systemd.property.CollectMode` is `'inactive-or-failed'`, in GVariant's text format. Seconds
 * (`TimeoutStopSec`) become microseconds (`TimeoutStopUSec`), as on systemd's command line.
 *
 * @throws SpecError `UNIT_PROPERTY_INVALID` with every issue
 */
export function annotatedProperties(annotations: Readonly<Record<string, string>> = {}): UnitProperty[] {
  const issues: SpecIssue[] = [];
  const properties = Object.entries(annotations).flatMap(([key, value]) => {
    if (!key.startsWith(PREFIX)) return [];
    try {
      return [parseProperty(key.slice(PREFIX.length), value)];
    } catch (error) {
      const pointer = `/annotations/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
      issues.push({ pointer, message: `${JSON.stringify(value)}: ${error instanceof Error ? error.message : String(error)}` });
      return [];
    }
  });
  if (issues.length > 0) throw annotationsInvalid(issues);
  return properties;
}

function parseProperty(name: string, value: string): UnitProperty {
  if (!/^[A-Za-z]{3,}$/.test(name)) throw new Error(`${JSON.stringify(name)} is no name of a property`);
  if (own.includes(name)) throw new Error(`${name} is said by cgroupsPath`);
  const parsed = parseGVariant(value);
  const [, stem] = /^(.*[a-z])Sec$/.exec(name) ?? [];
  return stem === undefined ? { name, ...parsed } : { name: `${stem}USec`, ...microseconds(parsed) };
}

function microseconds({ signature, value }: Variant): Variant {
  if (typeof value !== 'number' && typeof value !== 'bigint') throw new Error('seconds are a number');
  const time = signature === 'd' ? BigInt(Math.trunc(Number(value) * 1e6)) : BigInt(value) * 1_000_000n;
  if (time < 0n || time > INFINITY) throw new Error(`${String(value)} seconds are out of range`);
  return { signature: 't', value: time };
}
