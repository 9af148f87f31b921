/**
 * What a container's config lets through.
 *
 *     const { score, findings } = audit(spec);
 *     for (const { severity, pointer, message, fix } of findings) console.log(severity, pointer, message, fix);
 *
 * @packageDocumentation
 */
export { audit, type Audit, isAsBadAs } from './audit.js';
export { type Finding, severities, type Severity } from './finding.js';
