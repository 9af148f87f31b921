import { findProgram } from '@standpipe/test-support';
import { standpipePath } from '../end-to-end/standpipe.js';
import type { Runtime } from './client.js';

export const standpipeRuntime: Runtime = { name: 'standpipe', command: [process.execPath, standpipePath] };

export function runcRuntime(): Runtime {
  return { name: 'runc', command: [findProgram('runc') ?? 'runc'] };
}
