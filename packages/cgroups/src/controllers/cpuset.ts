import type { LinuxCPU } from './cpu.js';
import type { Section } from './section.js';

/** The files lack their prefix where v1's hierarchy is mounted with `noprefix`. */
export function planCpuset({ cpus = '', mems = '' }: LinuxCPU, section: Section): void {
  for (const [field, value] of Object.entries({ cpus, mems })) {
    if (value === '') continue;
    section.write(field, `cpuset.${field}`, value, section.version === 1 ? { fallback: { file: field, value } } : {});
  }
}
