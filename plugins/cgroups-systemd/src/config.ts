import type { StandardSchema } from '@standpipe/kernel';

export interface CgroupsSystemdConfig {
  /** For which containers: those whose `cgroupsPath` is `slice:prefix:name`, or all. A command line may say otherwise. */
  readonly scopes: 'asked' | 'always';
}

export const CgroupsSystemdConfig: StandardSchema<unknown, CgroupsSystemdConfig> = {
  '~standard': {
    version: 1,
    vendor: 'standpipe',
    validate(value) {
      const { scopes = 'asked', ...others } = (value ?? {}) as Readonly<Record<string, unknown>>;
      const issues = Object.keys(others).map((key) => ({ message: 'there is no such option; there is scopes', path: [key] }));
      if (scopes !== 'asked' && scopes !== 'always') issues.push({ message: 'scopes is "asked" or "always"', path: ['scopes'] });
      return issues.length > 0 ? { issues } : { value: { scopes: scopes === 'always' ? 'always' : 'asked' } };
    },
  },
};
