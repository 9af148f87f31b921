// Loads Docker's default profile by libseccomp and by ours, by turns, and prints how long the fastest took, in milliseconds.
import koffi from 'koffi';
import { compileProfile, dockerProfile } from '../src/index.js';
import { openLibseccomp, toldLibseccomp } from './libseccomp.js';

const lib = openLibseccomp();
if (lib === undefined) throw new Error('needs libseccomp2');
const syscall = koffi.load('libc.so.6').func('syscall', 'long', ['long', 'long', 'long', 'void *']) as (...args: unknown[]) => number;
const prctl = koffi.load('libc.so.6').func('prctl', 'int', ['int', 'long', 'long', 'long', 'long']) as (...args: number[]) => number;
prctl(38, 1, 0, 0, 0);

const profile = dockerProfile();
const { bytes, instructions } = compileProfile(profile);
const program = Buffer.alloc(16);
program.writeUInt16LE(instructions.length);
program.writeBigUInt64LE(koffi.address(bytes), 8);
const best = { ours: Infinity, theirs: Infinity };
for (let round = 0; round < 9; round++) {
  const context = toldLibseccomp(lib, profile);
  const start = performance.now();
  if (lib.load(context) !== 0) throw new Error('seccomp_load failed');
  const between = performance.now();
  if (syscall(317, 1, 0, program) !== 0) throw new Error('seccomp failed');
  const end = performance.now();
  lib.release(context);
  best.theirs = Math.min(best.theirs, between - start);
  best.ours = Math.min(best.ours, end - between);
}
process.stdout.write(JSON.stringify(best));
