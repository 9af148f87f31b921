import type { StandardSchema } from '@standpipe/kernel';

export interface AppArmorConfig {
  /** Of containers whose config names none. */
  readonly profile?: string | undefined;
}

export const AppArmorConfig: StandardSchema<unknown, AppArmorConfig> = {
  '~standard': {
    version: 1,
    vendor: 'standpipe',
    validate(value) {
      const { profile, ...others } = (value ?? {}) as Readonly<Record<string, unknown>>;
      const issues = Object.keys(others).map((key) => ({ message: 'there is no such option; there is profile', path: [key] }));
      if (profile === undefined || (typeof profile === 'string' && /^[^\0\n]+$/.test(profile)))
        return issues.length > 0 ? { issues } : { value: { profile } };
      return { issues: [...issues, { message: 'is no name of a profile', path: ['profile'] }] };
    },
  },
};
