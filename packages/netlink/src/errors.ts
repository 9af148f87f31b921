import { NotSupportedError, PlumbingError, SpecError, type SpecIssue, SyscallError } from '@standpipe/errors';
import { errnoName, errnoText } from '@standpipe/syscalls';

/** A message that is not what the kernel sends. */
export function malformed(what: string, why: string): PlumbingError {
  return new PlumbingError(`malformed netlink ${what}: ${why}`, { code: 'NETLINK_MALFORMED' });
}

/** What was asked, for the message of an error. */
export interface Attempt {
  /** As an error would begin: `set the network device "eth0" up`. */
  readonly say: string;
  /** Name of the message: `RTM_NEWLINK`. */
  readonly request: string;
}

/** What the kernel says of a request that it refused. */
export interface Refusal {
  readonly errno: number;
  /** In the kernel's own words. */
  readonly text?: string | undefined;
  /** The attribute that it found fault with, or missed: `IFLA_LINKINFO/IFLA_INFO_KIND`. */
  readonly attribute?: string | undefined;
}

/** Reads `set the network device "eth0" up: RTM_SETLINK = ENODEV (no such device)`, with the kernel's own words where it has some. */
export function refused({ say, request }: Attempt, { errno, text, attribute }: Refusal): SyscallError {
  const own = [text, attribute === undefined ? undefined : `in ${attribute}`].filter((part) => part !== undefined).join(', ');
  const why = own === '' ? '' : `: ${own}`;
  return new SyscallError(`${say}: ${request} = ${errnoName(errno)} (${errnoText(errno)})${why}`, {
    code: errnoName(errno),
    errno,
    syscall: request,
    details: { text, attribute },
  });
}

export function noAnswer({ say, request }: Attempt): PlumbingError {
  return new PlumbingError(`${say}: ${request} was not answered`, { code: 'NETLINK_NO_ANSWER' });
}

export function dumpInterrupted({ say, request }: Attempt, times: number): PlumbingError {
  return new PlumbingError(`${say}: ${request} met changes ${String(times)} times in a row`, {
    code: 'NETLINK_DUMP_INTERRUPTED',
    hint: 'what was asked for changes all the time: ask again later',
  });
}

export function kindNotSupported(kind: string, cause: SyscallError): NotSupportedError {
  return new NotSupportedError(`this kernel has no network devices of the kind ${JSON.stringify(kind)}`, {
    feature: `network devices of the kind ${kind}`,
    cause,
    hint: 'its module may have to be loaded first',
  });
}

export function notAnAddress(text: string, expected: string): PlumbingError {
  return new PlumbingError(`${JSON.stringify(text)} is not ${expected}`, { code: 'ADDRESS_INVALID', details: { text } });
}

export function notAnInterfaceName(name: string, why: string): PlumbingError {
  return new PlumbingError(`${JSON.stringify(name.slice(0, 40))} is no name of a network device: ${why}`, {
    code: 'INTERFACE_NAME_INVALID',
    details: { name },
  });
}

export function familiesDiffer(one: string, other: string): PlumbingError {
  return new PlumbingError(`${JSON.stringify(one)} and ${JSON.stringify(other)} are of different address families`, {
    code: 'ADDRESS_INVALID',
  });
}

export function invalidNetDevices(issues: readonly SpecIssue[]): SpecError {
  const [first] = issues;
  const what = issues.length === 1 && first !== undefined ? first.message : `${String(issues.length)} problems`;
  return new SpecError(`the network devices can't be moved as asked: ${what}`, { issues });
}

export function watcherFailed(code: number | null, text: string): PlumbingError {
  const why = text === '' ? `it ended with ${String(code)}` : text;
  return new PlumbingError(`watch the network: ${why}`, { code: 'NETLINK_WATCH_FAILED' });
}
