/**
 * Texts of runc's by which clients tell what happened: containerd's shim whether a container is gone, dockerd and Podman the exit
 * code of a command that can't be executed. What a runtime says where runc says one of them, and where it doesn't, is an interface.
 */
const phrases = [
  'does not exist',
  'container does not exist',
  'container not running',
  'container not paused',
  'container with given ID already exists',
  'cannot start a container that has stopped',
  'cannot start an already running container',
  'process already finished',
  'no such process',
  'no such file or directory',
  'executable file not found in $PATH',
  'permission denied',
  'operation not permitted',
  'is not stopped',
  'exec: ',
] as const;

export function phrasesIn(text: string): string[] {
  return phrases.filter((phrase) => text.includes(phrase));
}
