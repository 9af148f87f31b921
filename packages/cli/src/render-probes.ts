import type { Probe } from '@standpipe/program';

const signs = { yes: 'yes', no: 'no ', unknown: ' ? ' } as const;
const colours = { yes: 32, no: 31, unknown: 33 } as const;
const BOLD = 1;

/** Probes for a person: by group, a line each, and below what isn't so why, and what to change. */
export function renderProbes(
  { probes, able }: { readonly probes: readonly Probe[]; readonly able: boolean },
  { colour }: { readonly colour: boolean },
): string {
  const paint = (text: string, code: number): string => (colour ? `\x1b[${String(code)}m${text}\x1b[0m` : text);
  const lines: string[] = [];
  let group: string | undefined;
  for (const probe of probes) {
    if (probe.group !== group) lines.push(...(group === undefined ? [] : ['']), paint(probe.group, BOLD));
    group = probe.group;
    lines.push(`  ${paint(signs[probe.outcome], colours[probe.outcome])}  ${probe.what}`);
    if (probe.outcome === 'yes') continue;
    if (probe.found !== undefined) lines.push(`       ${probe.found}`);
    if (probe.fix !== undefined) lines.push(`       to change: ${probe.fix}`);
  }
  return `${[...lines, '', paint(verdict(probes, able), able ? colours.yes : colours.no)].join('\n')}\n`;
}

function verdict(probes: readonly Probe[], able: boolean): string {
  const count = (outcome: Probe['outcome']): number => probes.filter((probe) => probe.outcome === outcome).length;
  if (!able) {
    const missing = probes.filter(({ essential, outcome }) => essential === true && outcome === 'no').map(({ what }) => what);
    return `No container can run here without: ${missing.join('; ')}.`;
  }
  const [no, unknown] = [count('no'), count('unknown')];
  const parts = [
    ...(no === 0 ? [] : [`${String(no)} not to be had`]),
    ...(unknown === 0 ? [] : [`${String(unknown)} not to be found out`]),
  ];
  return `Containers can run here.${parts.length === 0 ? '' : ` Of the rest, ${parts.join(', ')}.`}`;
}
