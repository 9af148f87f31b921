import type { StandardSchema } from '@standpipe/kernel';

export interface HostRootConfig {
  /** How much may be written in all, as tmpfs takes it. @man tmpfs(5) */
  readonly size: string;
}

const known = ['size'];

/** Checked here, so that a mistake shows before anything runs. The kernel would say EINVAL. */
export const HostRootConfig: StandardSchema<unknown, HostRootConfig> = {
  '~standard': {
    version: 1,
    vendor: 'standpipe',
    validate(value) {
      const { size = '50%', ...others } = (value ?? {}) as Readonly<Record<string, unknown>>;
      const issues = Object.keys(others).map((key) => ({ message: `there is no such option; there is ${known.join(', ')}`, path: [key] }));
      if (typeof size === 'string' && /^[1-9]\d*[%kmgKMG]?$/.test(size) && issues.length === 0) return { value: { size } };
      if (issues.length > 0) return { issues };
      return {
        issues: [{ message: 'a size is a number of bytes, with k, m or g behind it, or a percentage of the memory', path: ['size'] }],
      };
    },
  },
};
