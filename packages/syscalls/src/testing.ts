/**
 * Fakes for tests: a port that makes no system call, and a check that no fd is left behind.
 *
 * @packageDocumentation
 */
export { type Answer, type Answers, type RecordedCall, type RecordingPort, recordingPort } from './recording-port.js';
export { withoutFdLeaks } from './fd-leaks.js';
