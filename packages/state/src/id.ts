import { invalidId } from './errors.js';

/** A directory's name has no more bytes than this. runc allows 1024 and then fails at mkdir. */
const MAX_ID = 255;

/** Whether this may be a container's id: what runc allows, so it is always one plain file name. */
export function isContainerId(id: string): boolean {
  return /^[\w+.-]+$/.test(id) && id.length <= MAX_ID && id !== '.' && id !== '..';
}

/** @throws PlumbingError `CONTAINER_ID_INVALID` */
export function checkContainerId(id: string): string {
  if (!isContainerId(id)) throw invalidId(id);
  return id;
}
