import { ANY, overlaps } from '../../src/devices/rule.js';
import type { DeviceUse } from '../../src/devices/table.js';

interface Exception {
  type: string;
  major: number;
  minor: number;
  access: number;
}

const bits = (text: string): number => (text.includes('r') ? 2 : 0) | (text.includes('w') ? 4 : 0) | (text.includes('m') ? 1 : 0);

/**
 * A devices cgroup as security/device_cgroup.c of the kernel keeps it: exceptions are merged with those of just the same devices and
 * taken from just those, and whatever doesn't fit is left out without a word.
 */
export class V1Kernel {
  allow = true;
  exceptions: Exception[] = [];

  write(file: string, value: string): void {
    const allowed = file === 'devices.allow';
    if (value.startsWith('a')) {
      this.allow = allowed;
      this.exceptions = [];
      return;
    }
    const [, type = '', major, minor, access = ''] = /^([bc]) (\*|\d+):(\*|\d+) ([rwm]{1,3})$/.exec(value) ?? [];
    if (type === '') throw new Error(`EINVAL for ${value}`);
    const number = (text = ''): number => (text === '*' ? ANY : Number(text));
    const wanted = { type, major: number(major), minor: number(minor), access: bits(access) };
    const same = this.exceptions.find((one) => one.type === type && one.major === wanted.major && one.minor === wanted.minor);
    if (allowed === this.allow) {
      if (same !== undefined) same.access &= ~wanted.access;
      this.exceptions = this.exceptions.filter((one) => one.access !== 0);
    } else if (same !== undefined) same.access |= wanted.access;
    else this.exceptions.push(wanted);
  }

  /** devices.list */
  get list(): string {
    if (this.allow) return 'a *:* rwm\n';
    const number = (value: number): string => (value === ANY ? '*' : String(value));
    const letters = (access: number): string => `${access & 2 ? 'r' : ''}${access & 4 ? 'w' : ''}${access & 1 ? 'm' : ''}`;
    return this.exceptions.map((one) => `${one.type} ${number(one.major)}:${number(one.minor)} ${letters(one.access)}\n`).join('');
  }

  allows(use: DeviceUse): boolean {
    const meets = this.exceptions.filter(({ type, major, minor }) => overlaps({ type: type === 'b' ? 'b' : 'c', major, minor }, use));
    return this.allow ? !meets.some(({ access }) => (access & use.access) !== 0) : meets.some(({ access }) => (use.access & ~access) === 0);
  }
}
