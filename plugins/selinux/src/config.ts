import type { StandardSchema } from '@standpipe/kernel';

export interface SelinuxConfig {
  /** Of containers whose config names none. */
  readonly label?: string | undefined;
}

export const SelinuxConfig: StandardSchema<unknown, SelinuxConfig> = {
  '~standard': {
    version: 1,
    vendor: 'standpipe',
    validate(value) {
      const { label, ...others } = (value ?? {}) as Readonly<Record<string, unknown>>;
      const issues = Object.keys(others).map((key) => ({ message: 'there is no such option; there is label', path: [key] }));
      if (label === undefined || (typeof label === 'string' && /^[^\0\n]+$/.test(label)))
        return issues.length > 0 ? { issues } : { value: { label } };
      return { issues: [...issues, { message: 'is no SELinux label', path: ['label'] }] };
    },
  },
};
