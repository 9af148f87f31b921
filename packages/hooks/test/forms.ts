import { PlumbingError } from '@standpipe/errors';
import { buf, type Op, reg, set } from '@standpipe/program';
import { runOps, type RunSettings } from '@standpipe/program/testing';
import { type Hook, type HookedState, planHooks, runHooks, SENTENCE_SIZE } from '../src/index.js';

export const state: HookedState = { ociVersion: '1.3.0', id: 'web', pid: 42, bundle: '/srv/web', annotations: { 'a"b': 'ü' } };

export const shell = (script: string, more: Partial<Hook> = {}): Hook => ({
  path: '/bin/sh',
  args: ['sh', '-c', script],
  env: ['PATH=/usr/sbin:/usr/bin:/sbin:/bin'],
  ...more,
});

/** Runs hooks, and gives the sentence of what failed, or "". */
export type Form = (hooks: readonly Hook[], of?: HookedState) => Promise<string>;

export interface OpsSettings extends RunSettings {
  /** Ops of the process before it runs hooks. */
  readonly before?: readonly Op[];
}

/** As ops, in a process of their own. */
export async function runAsOps(hooks: readonly Hook[], of = state, { before = [], ...settings }: OpsSettings = {}): Promise<string> {
  const pid = reg('pid');
  const plan = planHooks({ kind: 'createRuntime', hooks, container: of }, { pid, sentence: buf('sentence', SENTENCE_SIZE) });
  const { code, signal, stderr } = await runOps([...before, set(pid, of.pid ?? 0), ...plan.ops], { ...settings, sections: plan.sections });
  if (code === 0) return '';
  if (code === null) throw new Error(`ended by ${String(signal)}`);
  return stderr.trimEnd();
}

export const forms: Readonly<Record<string, Form>> = {
  'as ops': async (hooks, of) => runAsOps(hooks, of),
  'by runHooks': async (hooks, of = state) => {
    try {
      await runHooks('createRuntime', hooks, of);
      return '';
    } catch (error) {
      if (!PlumbingError.is(error) || error.code !== 'HOOK_FAILED') throw error;
      return error.message;
    }
  },
};

/** What was killed a moment ago may still be on its way out. */
export async function until(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((resolve) => setTimeout(resolve, 10));
}
