import { PlumbingError, SafetyError } from '@standpipe/errors';

export function invalidId(id: string): PlumbingError {
  return new PlumbingError(`invalid container id ${JSON.stringify(id.slice(0, 80))}`, {
    code: 'CONTAINER_ID_INVALID',
    hint: 'an id is made of letters, digits and _ + - . (at most 255), and is not "." or ".."',
  });
}

export function invalidRoot(root: string): PlumbingError {
  return new PlumbingError(`the state directory ${JSON.stringify(root)} is not an absolute path`, { code: 'STATE_ROOT_INVALID' });
}

export function unsafeRoot(root: string, why: string): SafetyError {
  return new SafetyError(`the state directory ${JSON.stringify(root)} ${why}`, {
    invariant: 'nobody else may plant anything among the states of containers',
    hint: 'choose another one with --root, or correct its owner and mode',
  });
}

export function unknownContainer(id: string): PlumbingError {
  return new PlumbingError(`container does not exist: ${JSON.stringify(id)}`, { code: 'CONTAINER_UNKNOWN', details: { id } });
}

export function malformedState(id: string, why: string): PlumbingError {
  return new PlumbingError(`the state of container ${JSON.stringify(id)} can't be read: ${why}`, {
    code: 'STATE_MALFORMED',
    hint: 'delete the container with --force',
  });
}

export function containerBusy(id: string): PlumbingError {
  return new PlumbingError(`container ${JSON.stringify(id)} is being created or is held by a runtime in the foreground`, {
    code: 'CONTAINER_BUSY',
  });
}

export function containerNotStopped(id: string, status: string): PlumbingError {
  return new PlumbingError(`cannot delete container ${JSON.stringify(id)} that is not stopped: ${status}`, {
    code: 'CONTAINER_NOT_STOPPED',
    hint: 'stop it first, or delete it with --force',
  });
}

/** Clients of runc match "container not running". */
export function notRunning(id: string): PlumbingError {
  return new PlumbingError(`container not running: ${JSON.stringify(id)}`, { code: 'CONTAINER_NOT_RUNNING', details: { id } });
}

export function notStartable(id: string, status: string): PlumbingError {
  const sentence =
    status === 'stopped' || status === 'stale'
      ? 'cannot start a container that has stopped'
      : status === 'running'
        ? 'cannot start an already running container'
        : `cannot start a container that is ${status}`;
  return new PlumbingError(`${sentence}: ${JSON.stringify(id)}`, { code: 'CONTAINER_NOT_CREATED', details: { id, status } });
}

export function startFailed(id: string, text: string): PlumbingError {
  return new PlumbingError(`start container ${JSON.stringify(id)}: ${text}`, { code: 'START_FAILED', details: { id } });
}

export function wontDie(id: string, pid: number): PlumbingError {
  return new PlumbingError(`process ${String(pid)} of container ${JSON.stringify(id)} was killed and is still there`, {
    code: 'CONTAINER_NOT_STOPPED',
  });
}
