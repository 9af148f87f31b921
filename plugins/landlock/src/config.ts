import { SpecError } from '@standpipe/errors';
import type { StandardSchema } from '@standpipe/kernel';
import { type LandlockPolicy, parsePolicy } from '@standpipe/landlock';

export interface LandlockConfig {
  /** For every container, whatever its config says. */
  readonly policy?: LandlockPolicy | undefined;
  /** Fail where the kernel can enforce only a part of a policy, instead of warning. */
  readonly strict: boolean;
}

const known = ['policy', 'strict'];

export const LandlockConfig: StandardSchema<unknown, LandlockConfig> = {
  '~standard': {
    version: 1,
    vendor: 'standpipe',
    validate(value) {
      const { policy, strict = false, ...others } = (value ?? {}) as Readonly<Record<string, unknown>>;
      const issues: { message: string; path: string[] }[] = Object.keys(others).map((key) => ({
        message: `there is no such option; there are ${known.join(', ')}`,
        path: [key],
      }));
      if (typeof strict !== 'boolean') issues.push({ message: 'is neither true nor false', path: ['strict'] });
      try {
        const parsed = policy === undefined ? undefined : parsePolicy(policy);
        if (issues.length === 0) return { value: { policy: parsed, strict: strict === true } };
      } catch (error) {
        if (!SpecError.is(error)) throw error;
        issues.push(...error.issues.map(({ pointer, message }) => ({ message, path: ['policy', ...pointer.split('/').slice(1)] })));
      }
      return { issues };
    },
  },
};
