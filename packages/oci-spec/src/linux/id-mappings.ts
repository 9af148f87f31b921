import { type Check, list, object, required, type Shape } from '../check.js';
import { id, integer } from '../values.js';

/** Lines of a uid_map. @kernel 4.15 (5 before) */
const MAX_MAPPINGS = 340;
const LAST_ID = 2 ** 32 - 2;

const idMappingFields = {
  /** First id of the range, as the container sees it. */
  containerID: required(id),
  /** First id of the range, as the host sees it. */
  hostID: required(id),
  /** Ids in the range. */
  size: required(integer(1, LAST_ID + 1)),
};

/** A range of ids and the range that it stands for. */
export interface LinuxIDMapping extends Shape<typeof idMappingFields> {}

const idMapping: Check<LinuxIDMapping> = object(idMappingFields, (rule) => [
  rule(['containerID', 'hostID', 'size'], ({ containerID, hostID, size }, at, report) => {
    if (Math.max(containerID, hostID) + size - 1 > LAST_ID)
      report.issue(`${at}/size`, 'the range ends behind the last id', `at most ${String(LAST_ID - Math.max(containerID, hostID) + 1)}`);
  }),
]);

export const idMappings: Check<readonly LinuxIDMapping[]> = list(idMapping, { max: MAX_MAPPINGS });
