import { expect } from 'chai';
import { describe, it } from 'mocha';
import { AT, CLONE, describeCall, type DescribableArg, describeFlags, MFD, O, openFlags, RESOLVE } from '@standpipe/syscalls';

describe('a call as strace shows it', () => {
  const how = (flags: number, mode: number, resolve: number): Uint8Array =>
    new Uint8Array(new BigUint64Array([BigInt(flags), BigInt(mode), BigInt(resolve)]).buffer);
  const calls: readonly [string, readonly DescribableArg[], string][] = [
    [
      'openat2',
      [3, 'etc', how(O.PATH | O.CLOEXEC, 0, RESOLVE.IN_ROOT), 24],
      'openat2(3, "etc", {flags=O_CLOEXEC|O_PATH, resolve=RESOLVE_IN_ROOT}, 24)',
    ],
    [
      'openat2',
      [3, 'new', how(O.WRONLY | O.CREAT | O.EXCL, 0o644, 0), 24],
      'openat2(3, "new", {flags=O_WRONLY|O_CREAT|O_EXCL, mode=0644}, 24)',
    ],
    ['openat', [AT.FDCWD, 'a"b\n', O.RDONLY, 0], 'openat(AT_FDCWD, "a\\"b\\n", O_RDONLY, 0)'],
    ['openat', [AT.FDCWD, 'x', O.TMPFILE | O.RDWR, 0o600], 'openat(AT_FDCWD, "x", O_RDWR|O_TMPFILE, 0600)'],
    ['write', [4, new TextEncoder().encode('a\t"b"\n'), 6], 'write(4, "a\\x09\\"b\\"\\n", 6)'],
    ['write', [4, new Uint8Array(40).fill(0x61), 40], `write(4, "${'a'.repeat(32)}"..., 40)`],
    ['read', [4, new Uint8Array(40), 40], 'read(4, <40 bytes>, 40)'],
    ['memfd_create', ['init', MFD.CLOEXEC | MFD.ALLOW_SEALING | 0x100], 'memfd_create("init", MFD_CLOEXEC|MFD_ALLOW_SEALING|0x100)'],
    ['fcntl', [3, 1033, 3], 'fcntl(3, F_ADD_SEALS, F_SEAL_SEAL|F_SEAL_SHRINK)'],
    ['fcntl', [3, 4], 'fcntl(3, F_SETFL)'],
    ['unshare', [CLONE.NEWNS | CLONE.NEWPID], 'unshare(CLONE_NEWNS|CLONE_NEWPID)'],
    ['pidfd_send_signal', [5, 9, null, 0], 'pidfd_send_signal(5, SIGKILL, NULL, 0)'],
    ['execveat', [7, '', ['sh', '-c'], ['A=b'], AT.EMPTY_PATH], 'execveat(7, "", ["sh", "-c"], ["A=b"], AT_EMPTY_PATH)'],
    ['unlinkat', [3, 'd', AT.REMOVEDIR], 'unlinkat(3, "d", AT_REMOVEDIR)'],
    ['prctl', [38, 1, 0, 0, 0], 'prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)'],
    ['waitid', [3, 9, new Uint8Array(128), 5, null], 'waitid(P_PIDFD, 9, <128 bytes>, WEXITED|WNOHANG, NULL)'],
    ['unknown_call', [1, 2n, null], 'unknown_call(1, 2, NULL)'],
  ];
  for (const [name, args, text] of calls) it(text, () => expect(sorted(describeCall(name, args))).to.equal(sorted(text)));

  it('names flags as the given architecture numbers them', () => {
    expect(describeCall('openat', [3, 'x', openFlags('arm64').NOFOLLOW, 0], 'arm64')).to.equal('openat(3, "x", O_RDONLY|O_NOFOLLOW, 0)');
  });

  it('shows 0 by its name where it has one', () => {
    expect(describeFlags(0, { NONE: 0, SOME: 1 }, 'X_')).to.equal('X_NONE');
    expect(describeFlags(0, { SOME: 1 }, 'X_')).to.equal('0');
    expect(describeFlags(3, { BOTH: 3, ONE: 1 }, 'X_')).to.equal('X_BOTH');
  });
});

/** Flags in any order. */
function sorted(text: string): string {
  return text.replace(/[A-Z_0-9x]+(\|[A-Z_0-9x]+)+/g, (flags) => flags.split('|').sort().join('|'));
}
