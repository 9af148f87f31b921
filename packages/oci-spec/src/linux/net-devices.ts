import { type Check, map, object, type Shape, shown, where } from '../check.js';
import { name } from '../values.js';

/** IFNAMSIZ counts the NUL. The kernel forbids slashes, colons and white space, and the names of directories. */
export const interfaceName: Check<string> = name({
  maxBytes: 15,
  must: {
    hold: (value) => !/[/:\s]/.test(value) && value !== '.' && value !== '..',
    wrong: 'is no name of a network interface',
    expected: 'neither slash, colon nor white space',
  },
});

const netDeviceFields = {
  /** Its name in the container; `%d` in it stands for the first free number. The host's name when left out. */
  name: interfaceName,
};

/** A network device that moves to the container's network namespace. */
export interface LinuxNetDevice extends Shape<typeof netDeviceFields> {}
const netDevice: Check<LinuxNetDevice> = object(netDeviceFields);
export const netDevices: Check<Readonly<Record<string, LinuxNetDevice>>> = where(map(interfaceName, netDevice), (devices, at, report) => {
  const taken = new Map<string, string>();
  for (const [host, { name = host }] of Object.entries(devices)) {
    const other = taken.get(name);
    // A template becomes another name each time.
    if (other !== undefined && !name.includes('%d')) {
      report.issue(
        `${at}/${host.replaceAll('~', '~0')}`,
        `${shown(name)} is what ${shown(other)} is called in the container`,
        'another name',
      );
    }
    taken.set(name, host);
  }
});
