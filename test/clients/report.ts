// npm run clients                    runs every session over both runtimes and writes docs/compatibility.md
// npm run clients -- CLIENT [STEP]   runs one (of it the steps with these words in their names) and prints what differs
import { writeFileSync } from 'node:fs';
import { arch, release } from 'node:os';
import { join } from 'node:path';
import { run } from '@standpipe/test-support';
import { root } from '../architecture/workspaces.js';
import type { Client, Outcome, Runtime } from './client.js';
import { clients } from './clients.js';
import { type Comparison, comparePairs, type Pair } from './compare.js';
import { differences, rewordings } from './differences.js';
import { runcRuntime, standpipeRuntime } from './runtimes.js';
import { runSession } from './sandbox.js';

interface Session {
  readonly client: Client;
  readonly version: string;
  readonly pairs: readonly Pair[];
}

/** One after the other, so that the times can be compared. */
async function runBoth(client: Client, only?: string): Promise<Session> {
  const chosen = { ...client, steps: client.steps.filter(({ name }) => only === undefined || name.includes(only)) };
  const sessionOver = async (runtime: Runtime): Promise<Outcome[]> =>
    runSession(chosen, runtime, { onStep: () => process.stderr.write('.') });
  let version = '';
  process.stderr.write(client.name);
  const pairs = await comparePairs(chosen, async () => {
    const [runc, standpipe] = [await sessionOver(runcRuntime()), await sessionOver(standpipeRuntime)];
    version = standpipe.find(({ step }) => step === 'version')?.stdout.trim() ?? '';
    return { runc, standpipe };
  });
  process.stderr.write('\n');
  return { client, version, pairs };
}

function table({ client, version, pairs }: Session): string {
  const rows = pairs.map(({ step, runc, standpipe, verdict }) => {
    const [theirs, ours] = [shown(runc), shown(standpipe)];
    return `| ${escape(step.name)} | ${theirs} | ${ours === theirs ? '″' : ours} | ${{ same: 'yes', known: 'known', different: '**no**' }[verdict]} |`;
  });
  return [
    `## ${client.name}`,
    '',
    version
      .split('\n')
      .map((line) => `\`${line}\``)
      .join(', '),
    '',
    '| step | over runc | over standpipe | same |',
    '| --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** The exit code, and the beginning of what was printed. */
function shown(outcome: Outcome | undefined): string {
  if (outcome === undefined) return 'not reached';
  const [line = ''] = `${outcome.stdout}\n${outcome.stderr}`.split('\n').filter((each) => each.trim() !== '');
  return `${String(outcome.code)}${line === '' ? '' : ` ${code(line.length > 60 ? `${line.slice(0, 59)}…` : line)}`}`;
}

function code(text: string): string {
  const plain = text.replace(/[\t ]+/g, ' ').trim();
  return plain.includes('`') ? `\`\` ${escape(plain)} \`\`` : `\`${escape(plain)}\``;
}

/** A pattern without what is there for the machine alone. */
function plain({ source }: RegExp): string {
  return source
    .replaceAll('\\/', '/')
    .replaceAll('.*', '…')
    .replace(/^\^|\$$|\\n$/g, '')
    .trim();
}

function escape(text: string): string {
  return text.replaceAll('|', '\\|');
}

function secondsOf(pairs: readonly Pair[], runtime: 'runc' | 'standpipe'): number {
  return pairs.reduce((sum, pair) => sum + (pair[runtime]?.milliseconds ?? 0), 0) / 1000;
}

function summary({ client, pairs }: Session): string {
  const count = (verdict: Comparison['verdict']): number => pairs.filter((pair) => pair.verdict === verdict).length;
  const [theirs, ours] = [secondsOf(pairs, 'runc'), secondsOf(pairs, 'standpipe')];
  return `| ${client.name} | ${pairs.length} | ${count('same')} | ${count('known')} | ${count('different')} | ${theirs.toFixed(1)} | ${ours.toFixed(1)} | ${(ours / theirs).toFixed(2)} |`;
}

async function page(sessions: readonly Session[]): Promise<string> {
  const versionOf = async ({ command: [program = '', ...words] }: Runtime): Promise<string> =>
    (await run(program, [...words, '--version'])).stdout.trim().split('\n').slice(0, 2).join(', ');
  return `# Compatibility

Made by \`npm run clients\`, not by hand: what container clients from Debian's packages do over runc and over Standpipe. Each goes
through a session of its own ([\`test/clients\`](../test/clients)) over both, in a sandbox with private daemons, storage, networks and cgroups.
A step is the same when its exit code, its standard output and its standard error are, or, where it is meant to fail, its
standard error says what is expected of either. CI does the same comparison.

- runc: \`${await versionOf(runcRuntime())}\`
- Standpipe: \`${await versionOf(standpipeRuntime)}\`, on Node ${process.version}
- Linux ${release()}, ${arch()}

The times are those of the sessions' commands, clients and daemons included. Podman starts a runtime 3 to 4 times for a container, containerd
5 times, and each start of Standpipe is a start of Node.

| client | steps | same | known differences | other differences | s over runc | s over Standpipe | ratio |
| --- | --- | --- | --- | --- | --- | --- | --- |
${sessions.map(summary).join('\n')}

## Known differences

Of whole steps:

${differences.map(({ steps, reason }) => `- ${steps.map((name) => `*${name}*`).join(', ')}: ${reason}`).join('\n')}

Of words:

${rewordings.map(({ steps, text, reason }) => `- ${steps === undefined ? '' : `*${steps.join(', ')}*: `}${code(plain(text))}: ${reason}`).join('\n')}

${sessions.map(table).join('\n')}`;
}

const [named, only] = process.argv.slice(2);
const chosen = clients.filter(({ name }) => named === undefined || name === named);
if (chosen.length === 0) throw new Error(`no client ${String(named)}: there are ${clients.map(({ name }) => name).join('; ')}`);
const sessions: Session[] = [];
for (const client of chosen) sessions.push(await runBoth(client, only));
if (named === undefined) {
  writeFileSync(join(root, 'docs/compatibility.md'), await page(sessions));
}
for (const { client, pairs } of sessions) {
  for (const { step, verdict, problems } of pairs)
    if (verdict !== 'same') console.log(`${client.name}, ${step.name}: ${verdict}\n${problems.join('\n')}\n`);
}
console.log(`| client | steps | same | known | other | s over runc | s over standpipe | ratio |\n${sessions.map(summary).join('\n')}`);
