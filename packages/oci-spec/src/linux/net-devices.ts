import { type Check, map, object, type Shape } from '../check.js';
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
export const netDevices: Check<Readonly<Record<string, LinuxNetDevice>>> = map(interfaceName, netDevice);
