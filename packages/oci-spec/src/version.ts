import { type Check, shown } from './check.js';
import { name } from './values.js';

/** The version of the OCI runtime specification that this package knows. */
export const OCI_VERSION = '1.3.0';

const [KNOWN_MAJOR, KNOWN_MINOR] = [1, 3];
const semver = /^(\d+)\.(\d+)\.\d+(?:-[\w.-]+)?(?:\+[\w.-]+)?$/;

const short = name({ maxBytes: 255 });

/** A version of the same major number. A newer minor one may hold what nobody here knows, and is warned of. */
export const ociVersion: Check<string> = (value, at, report) => {
  const version = short(value, at, report);
  if (version === undefined) return undefined;
  const match = semver.exec(version);
  if (match === null || Number(match[1]) !== KNOWN_MAJOR) {
    report.issue(
      at,
      match === null ? `${shown(version)} is no version` : `version ${version} of the specification is not known`,
      '1.x, such as 1.0.2 or 1.3.0',
    );
    return undefined;
  }
  if (Number(match[2]) > KNOWN_MINOR) report.warn(at, `version ${version} is newer than ${OCI_VERSION}: what it added since is ignored`);
  return version;
};
