import { PlumbingError } from '@standpipe/errors';

// Clients of runc match the first words of these.

export function notExecutable(id: string, status: string): PlumbingError {
  const sentence =
    status === 'stopped' || status === 'stale'
      ? 'cannot exec in a stopped container'
      : status === 'paused'
        ? 'cannot exec in a paused container (use --ignore-paused to override)'
        : `cannot exec in a container that is ${status}`;
  return new PlumbingError(`${sentence}: ${JSON.stringify(id)}`, { code: 'CONTAINER_NOT_RUNNING', details: { id, status } });
}

export function processUnreadable(path: string, cause: unknown): PlumbingError {
  return new PlumbingError(`read the process ${JSON.stringify(path)}`, { code: 'PROCESS_NOT_READABLE', cause });
}

export function notSeparate(id: string): PlumbingError {
  return new PlumbingError(`container ${JSON.stringify(id)} has the mounts of this runtime, and no root of its own to go to`, {
    code: 'CONTAINER_NOT_SEPARATE',
  });
}

export function badId(what: 'uid' | 'gid' | 'additional gid', text: string): PlumbingError {
  return new PlumbingError(`bad ${what}: ${JSON.stringify(text)}`, {
    code: 'USER_INVALID',
    hint: 'an id is a number from 0 to 4294967294, in decimal digits; a user is UID or UID:GID',
  });
}

export function badSubCgroup(argument: string, why: string): PlumbingError {
  return new PlumbingError(`invalid --cgroup argument: ${argument} (${why})`, {
    code: 'CGROUP_PATH_INVALID',
    hint: "on v2 a path below the container's cgroup; on v1 CONTROLLER[,CONTROLLER]:PATH, or a path for all of them",
  });
}
