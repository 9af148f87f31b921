import { NotSupportedError, PlumbingError, SpecError, type SpecIssue } from '@standpipe/errors';

export function scopeNameInvalid(cgroupsPath: string, why: string): SpecError {
  return new SpecError('the path of the cgroup is no unit of systemd', {
    code: 'CGROUPS_PATH_INVALID',
    issues: [
      {
        pointer: '/linux/cgroupsPath',
        message: `${JSON.stringify(cgroupsPath)} ${why}`,
        expected: 'slice:prefix:name, such as "system.slice:pods:web"',
      },
    ],
    hint: "systemd's cgroup manager was asked for; with --cgroup-manager=cgroupfs the path is that of a directory",
  });
}

export function annotationsInvalid(issues: readonly SpecIssue[]): SpecError {
  const [first] = issues;
  const message = issues.length === 1 && first !== undefined ? first.message : `${String(issues.length)} problems`;
  return new SpecError(`the properties of the scope can't be set as asked: ${message}`, { code: 'UNIT_PROPERTY_INVALID', issues });
}

export function cpuListInvalid(list: string): PlumbingError {
  return new PlumbingError(`${JSON.stringify(list)} is no list of CPUs or memory nodes`, { code: 'CPU_LIST_INVALID' });
}

export function systemdNotRunning(): NotSupportedError {
  return new NotSupportedError('systemd is not running here: there is no /run/systemd/system', {
    feature: 'systemd scopes',
    hint: 'let the cgroup be made without it: --cgroup-manager=cgroupfs, and a cgroupsPath that is a path',
  });
}

export function notForOrdinaryUsersOnV1(): NotSupportedError {
  return new NotSupportedError("an ordinary user's systemd can limit nothing on cgroup v1", {
    feature: 'systemd scopes of ordinary users',
    hint: 'they take cgroup v2, which a machine boots with unless told otherwise',
  });
}

export function noUserBus(): NotSupportedError {
  return new NotSupportedError(
    'there is no bus to the systemd of this user: neither DBUS_SESSION_BUS_ADDRESS nor a bus in XDG_RUNTIME_DIR',
    {
      feature: 'systemd scopes of ordinary users',
      hint: 'log in with a session of its own (not by su), or have the user linger: loginctl enable-linger',
    },
  );
}

export function addressUnusable(address: string): NotSupportedError {
  return new NotSupportedError(`the bus at ${JSON.stringify(address)} is no unix socket`, { feature: 'buses that are not unix sockets' });
}

export function busUnreachable(path: string, cause: unknown): PlumbingError {
  return new PlumbingError(`reach systemd over ${JSON.stringify(shown(path))}`, {
    code: 'SYSTEMD_UNREACHABLE',
    cause,
    hint: 'it takes a bus that runs (the package dbus), and for users their own (dbus-user-session)',
  });
}

export function busGone(path: string): PlumbingError {
  return new PlumbingError(`the connection to ${JSON.stringify(shown(path))} was closed by the other side`, {
    code: 'SYSTEMD_UNREACHABLE',
  });
}

export function noAnswer(what: string, timeoutMs: number): PlumbingError {
  return new PlumbingError(`${what}: systemd did not answer within ${String(timeoutMs)} ms`, { code: 'SYSTEMD_TIMEOUT' });
}

/** What systemd, or the bus, answered instead of a result. */
export interface Refusal {
  /** `org.freedesktop.systemd1.NoSuchUnit` */
  readonly name: string;
  readonly message: string;
}

export function refused(what: string, { name, message }: Refusal): PlumbingError {
  return new PlumbingError(`${what}: ${message === '' ? name : message}`, {
    code: 'SYSTEMD_REFUSED',
    details: { name },
    hint: hints[name],
  });
}

const ordinary =
  "the system's systemd makes scopes for root; an ordinary user has a systemd of its own, reached when it is logged in with a session";
const hints: Readonly<Record<string, string>> = {
  'org.freedesktop.DBus.Error.InteractiveAuthorizationRequired': ordinary,
  'org.freedesktop.DBus.Error.AccessDenied': ordinary,
  'org.freedesktop.DBus.Error.ServiceUnknown': 'systemd is not on that bus',
  'org.freedesktop.systemd1.UnitExists': 'another container has that cgroupsPath: choose another name',
  'org.freedesktop.DBus.Error.PropertyReadOnly': 'this version of systemd does not know the property, or sets it for no scope',
};

/** Whether systemd, or the bus, said no for this reason: `NoSuchUnit`. */
export function isRefusal(error: unknown, reason: string): boolean {
  if (!PlumbingError.is(error) || error.code !== 'SYSTEMD_REFUSED') return false;
  return String(error.details['name']).endsWith(`.${reason}`);
}

export function jobFailed(what: string, result: string): PlumbingError {
  return new PlumbingError(`${what}: systemd's job ended with ${JSON.stringify(result)}`, {
    code: 'SYSTEMD_JOB_FAILED',
    details: { result },
    hint: 'journalctl has what systemd says of the unit',
  });
}

export function scopeElsewhere(unit: string, expected: string, found: string): PlumbingError {
  return new PlumbingError(`systemd has put ${JSON.stringify(unit)} at ${JSON.stringify(found)}, not at ${JSON.stringify(expected)}`, {
    code: 'SCOPE_ELSEWHERE',
  });
}

function shown(path: string): string {
  return path.replace('\0', '@');
}
