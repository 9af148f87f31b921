import { SpecError } from '@standpipe/errors';
import { type LandlockPolicy, parsePolicy } from '@standpipe/landlock';

const name = 'org.standpipe.landlock';
const pointer = `/annotations/${name}`;

/**
 * The policy that a config brings along, as JSON, and where it lies. It may come from an image: a policy can only restrict.
 *
 * @throws SpecError
 */
export function policyOfAnnotation(
  annotations: Readonly<Record<string, string>> | undefined,
): readonly [LandlockPolicy | undefined, string] {
  const text = annotations?.[name];
  if (text === undefined) return [undefined, pointer];
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SpecError('the Landlock policy is no JSON', { issues: [{ pointer, message: (error as Error).message }] });
  }
  return [parsePolicy(value, pointer), pointer];
}
