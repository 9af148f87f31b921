import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leaveNothing, needs, run } from '@standpipe/test-support';
import { expect } from 'chai';
import { type Context, describe, it } from 'mocha';
import { defaultSpec, parseSpecText, type Spec, validateSpec } from '../src/index.js';

/** What `runc spec` writes, read by this package. */
async function runcSpec(context: Context, ...options: string[]): Promise<Spec> {
  const runc = needs(context, 'runc');
  const bundle = mkdtempSync(join(tmpdir(), 'standpipe-spec-'));
  try {
    const { code, stderr } = await run(runc, ['spec', '--bundle', bundle, ...options]);
    expect(code, stderr).to.equal(0);
    return validateSpec(parseSpecText(readFileSync(join(bundle, 'config.json'), 'utf8'))).spec;
  } finally {
    rmSync(bundle, { recursive: true });
  }
}

/**
 * What may differ: the version, which is each runtime's own; the host name, which is each runtime's own name; and the ambient
 * capabilities that older versions of runc list, which have no effect there, for they are not inheritable.
 */
function comparable({ process, ...spec }: Spec): unknown {
  const { ambient: _, ...capabilities } = process?.capabilities ?? {};
  return { ...spec, ociVersion: '', hostname: '', process: { ...process, capabilities } };
}

describe('defaultSpec beside runc', () => {
  leaveNothing();

  it('is what runc spec writes', async function () {
    expect(comparable(defaultSpec())).to.deep.equal(comparable(await runcSpec(this)));
  });

  it('is what runc spec --rootless writes', async function () {
    const rootless = { uid: process.geteuid!(), gid: process.getegid!() };
    expect(comparable(defaultSpec({ rootless }))).to.deep.equal(comparable(await runcSpec(this, '--rootless')));
  });
});
