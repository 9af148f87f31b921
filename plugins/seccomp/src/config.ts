import type { StandardSchema } from '@standpipe/kernel';

export interface SeccompConfig {
  /** For containers whose config has no `linux.seccomp`. */
  readonly profile?: 'docker' | undefined;
}

export const SeccompConfig: StandardSchema<unknown, SeccompConfig> = {
  '~standard': {
    version: 1,
    vendor: 'standpipe',
    validate(value) {
      const { profile, ...others } = (value ?? {}) as Readonly<Record<string, unknown>>;
      const issues = Object.keys(others).map((key) => ({ message: 'there is no such option; there is profile', path: [key] }));
      if (profile !== undefined && profile !== 'docker')
        issues.push({ message: 'is no profile that is known by name; docker is', path: ['profile'] });
      return issues.length > 0 ? { issues } : { value: { profile: profile as 'docker' | undefined } };
    },
  },
};
