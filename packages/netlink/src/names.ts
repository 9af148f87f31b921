import { splitAttributes } from './attributes.js';
import {
  IFA,
  IFADDRMSG_SIZE,
  IFINFOMSG_SIZE,
  IFLA,
  IFLA_INFO,
  NETNSA,
  NLATTR_SIZE,
  NLMSGHDR_SIZE,
  RTA,
  RTGENMSG_SIZE,
  RTM,
  RTMSG_SIZE,
  VETH_INFO,
} from './constants.js';

/** What the attributes of one place are called, and what is in them. */
interface Names {
  readonly prefix: string;
  readonly numbers: Readonly<Record<string, number>>;
  readonly nested?: Readonly<Record<number, Names>>;
}

const links: Names = {
  prefix: 'IFLA_',
  numbers: IFLA,
  nested: {
    [IFLA.LINKINFO]: {
      prefix: 'IFLA_INFO_',
      numbers: IFLA_INFO,
      nested: { [IFLA_INFO.DATA]: { prefix: 'VETH_INFO_', numbers: VETH_INFO } },
    },
  },
};

/** By the type of messages without its low two bits, which say NEW, DEL, GET or SET: what their payload begins with, and what follows. */
const families: Readonly<Record<number, readonly [headerSize: number, names: Names]>> = {
  [RTM.NEWLINK]: [IFINFOMSG_SIZE, links],
  [RTM.NEWADDR]: [IFADDRMSG_SIZE, { prefix: 'IFA_', numbers: IFA }],
  [RTM.NEWROUTE]: [RTMSG_SIZE, { prefix: 'RTA_', numbers: RTA }],
  [RTM.NEWNSID]: [RTGENMSG_SIZE, { prefix: 'NETNSA_', numbers: NETNSA }],
};

/** `RTM_NEWLINK` for 16. */
export function messageName(type: number): string {
  const name = Object.entries(RTM).find(([, number]) => number === type)?.[0];
  return name === undefined ? `message ${String(type)}` : `RTM_${name}`;
}

/** The attribute `type` of a place, by name. */
function nameIn(names: Names | undefined, type: number): string {
  const name = Object.entries(names?.numbers ?? {}).find(([, number]) => number === type)?.[0];
  return names === undefined || name === undefined ? `attribute ${String(type)}` : names.prefix + name;
}

/** The attribute that lies `offset` bytes into a request, with those around it: `IFLA_LINKINFO/IFLA_INFO_KIND`. */
export function attributeAt(request: Uint8Array, type: number, offset: number): string | undefined {
  const family = families[type & ~3];
  if (family === undefined) return undefined;
  const [headerSize, names] = family;
  return find(request.subarray(NLMSGHDR_SIZE + headerSize), names, offset - NLMSGHDR_SIZE - headerSize);
}

function find(bytes: Uint8Array, names: Names, offset: number): string | undefined {
  const found = splitAttributes(bytes).find(({ offset: at, value }) => offset >= at && offset < at + NLATTR_SIZE + value.byteLength);
  if (found === undefined) return undefined;
  const inner = names.nested?.[found.type];
  const deeper = inner === undefined || offset === found.offset ? undefined : find(found.value, inner, offset - found.offset - NLATTR_SIZE);
  return deeper === undefined ? nameIn(names, found.type) : `${nameIn(names, found.type)}/${deeper}`;
}

/** The attribute that a request lacks: of the message itself, or of what lies at `nest`. */
export function missingAttribute(request: Uint8Array, type: number, missing: number, nest: number | undefined): string {
  const around = nest === undefined ? undefined : attributeAt(request, type, nest);
  const names = around === undefined ? families[type & ~3]?.[1] : undefined;
  return around === undefined ? nameIn(names, missing) : `${around}/attribute ${String(missing)}`;
}
