/**
 * Steering containers that are there, whoever made them: pause, resume, update, measure.
 *
 * ```ts
 * import { pauseContainer, resumeContainer, updateContainer } from '@standpipe/runtime/steer';
 *
 * await updateContainer('/run/standpipe', 'web', { memory: { limit: 512 * 2 ** 20 }, pids: { limit: 100 } });
 * await pauseContainer('/run/standpipe', 'web');
 * await resumeContainer('/run/standpipe', 'web');
 * ```
 *
 * @packageDocumentation
 */
export { type Container, listContainers, readContainer, type SteeredStatus } from './container.js';
export { containerEvents, type ContainerEvent, type EventsSettings, formatContainerEvent, readContainerStats } from './events.js';
export { type ContainerDescription, describeContainer, describeContainers } from './describe.js';
export { killContainer, type KillSettings } from './kill.js';
export { deleteContainer, type DeleteSettings } from '../delete-container.js';
export { pauseContainer, resumeContainer } from './pause.js';
export { listProcesses } from './processes.js';
export { updateContainer } from './update.js';
export { type ContainerUsage, sampleUsage, type Usage, usageBetween, type UsageSample } from './usage.js';
export { startContainer, type StartSettings } from '../start-container.js';
export { defaultStateRoot } from '@standpipe/state';
