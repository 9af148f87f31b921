import type { AssemblyReport, PipelineReport, PluginReport, StepReport } from '@standpipe/kernel';

/** An assembly for people: its plugins with their state, then each pipeline's steps in the order they run. */
export function renderAssembly(report: AssemblyReport): string {
  const blocks = [
    renderPlugins(report.plugins),
    ...report.services.map(({ id, provider, passedOver, requiredBy }) =>
      lines(`service ${id}: ${provider}`, [
        ...(passedOver.length === 0 ? [] : [`passed over: ${passedOver.join(', ')}`]),
        ...(requiredBy.length === 0 ? [] : [`for ${requiredBy.join(', ')}`]),
      ]),
    ),
    ...report.pipelines.map(renderPipeline),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function renderPlugins(plugins: readonly PluginReport[]): string {
  const rows = plugins.map(({ id, plugin, state, reason, required }) => [
    plugin === id ? id : `${id} (${plugin})`,
    reason === undefined ? state : `${state}: ${reason}`,
    required ? 'required' : '',
  ]);
  return lines('plugins, in the order of the config', align(rows));
}

function renderPipeline({ id, phases }: PipelineReport): string {
  const rows: string[][] = [];
  for (const { name, steps } of phases) {
    if (steps.length === 0) rows.push([name, '-']);
    for (const [i, step] of steps.entries()) rows.push([i === 0 ? name : '', step.id, `by ${step.plugin}`, whyHere(step)]);
  }
  return lines(`pipeline ${id}: phases, and in each its steps in order`, align(rows));
}

/** Each step that comes first, once, with all that puts it there. */
function whyHere({ because, absent }: StepReport): string {
  const reasons = new Map<string, string[]>();
  for (const { step, why } of because) reasons.set(step, [...(reasons.get(step) ?? []), why]);
  return [
    ...[...reasons].map(([step, why]) => `after ${step} (${why.join(', ')})`),
    ...absent.map(({ edge, step }) => `${edge} ${step}, which is not there`),
  ].join('; ');
}

function lines(title: string, rows: readonly string[]): string {
  return [title, ...rows.map((row) => `  ${row}`)].join('\n');
}

function align(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}
