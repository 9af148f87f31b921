import { NotSupportedError, PlumbingError } from '@standpipe/errors';

// Clients match "container not running" and "container not paused".

export function notRunning(id: string, status: string): PlumbingError {
  return new PlumbingError(`container not running: ${JSON.stringify(id)} is ${status}`, {
    code: 'CONTAINER_NOT_RUNNING',
    details: { id, status },
  });
}

export function unknownSignal(name: string): PlumbingError {
  return new PlumbingError(`unknown signal ${JSON.stringify(name)}`, {
    code: 'SIGNAL_UNKNOWN',
    hint: 'name it as in TERM or SIGTERM, or by its number',
  });
}

export function notPaused(id: string, status: string): PlumbingError {
  return new PlumbingError(`container not paused: ${JSON.stringify(id)} is ${status}`, {
    code: 'CONTAINER_NOT_PAUSED',
    details: { id, status },
  });
}

export function noCgroup(id: string): NotSupportedError {
  return new NotSupportedError(`container ${JSON.stringify(id)} has no cgroup of its own`, {
    feature: 'the cgroup of a container',
    hint: 'it was made by an assembly without the cgroups plugin, or by a user that may make no cgroups',
  });
}

export function noDevicesController(path: string): NotSupportedError {
  return new NotSupportedError(`cgroup ${JSON.stringify(path)} has no rules for devices`, {
    feature: 'device rules',
    hint: 'they take the devices controller of cgroup v1, or cgroup v2',
  });
}

/** The one part of an update that is no write to a file, and comes last. */
export function devicesNotReplaced(cause: unknown): PlumbingError {
  return new PlumbingError('the device rules are as they were, and the other limits of this update took effect', {
    code: 'UPDATED_IN_PART',
    cause,
  });
}
