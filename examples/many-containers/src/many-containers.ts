// Runs a command in many containers of one bundle at once, and collects what each of them writes:
//
//     many-containers BUNDLE [--count N] -- COMMAND [ARGS...]
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultSpec, type Spec } from '@standpipe/oci-spec';
import { openRuntime } from '@standpipe/runtime';

const { values, positionals } = parseArgs({ options: { count: { type: 'string', default: '20' } }, allowPositionals: true });
const [bundle, ...args] = positionals;
if (bundle === undefined || args.length === 0) throw new Error('which bundle, and which command?');

const { process: usual, ...spec } = defaultSpec();

/** The same for each, but for its name. They share the bundle's root, which none of them can write to. */
function numbered(number: number): Spec {
  return {
    ...spec,
    hostname: `number-${String(number)}`,
    root: { path: resolve(bundle ?? '', 'rootfs'), readonly: true },
    process: { ...usual!, terminal: false, args, env: [...(usual?.env ?? []), `NUMBER=${String(number)}`] },
  };
}

const abort = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => abort.abort(new Error(`ended by ${signal}`)));

const runtime = await openRuntime();
const began = performance.now();
const results = await Promise.all(
  Array.from({ length: Number(values.count) }, async (_, number) => {
    const id = `standpipe-many-${String(process.pid)}-${String(number)}`;
    return runtime.run({ id, bundle, spec: numbered(number), signal: abort.signal });
  }),
);
const took = performance.now() - began;

for (const [number, { code, stdout, stderr }] of results.entries()) {
  console.log(
    `${String(number).padStart(3)}  ${stdout.trimEnd()}${stderr === '' ? '' : `  (${stderr.trimEnd()})`}${code === 0 ? '' : `  code ${String(code)}`}`,
  );
}
console.error(`${String(results.length)} containers in ${took.toFixed(0)} ms`);
process.exitCode = results.every(({ code }) => code === 0) ? 0 : 1;
