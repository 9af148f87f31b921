/**
 * The device nodes of a container.
 *
 * `planDevices` gives the ops that fill a root's /dev with the nodes and links that every container
 * has, and with what `linux.devices` declares:
 *
 * ```ts
 * const root = reg('root');
 * const ops = planDevices([hostDevice('/dev/fuse')], { root, inUserNamespace: false });
 * ```
 *
 * Nothing is touched until the ops run, in a container's program or by themselves. Which devices a
 * container may *use* is another matter: that is the cgroup's.
 *
 * @packageDocumentation
 */
export { type DefaultLink, defaultLinks, defaultNodes } from './defaults.js';
export { deviceNumber, type DeviceNode, type LinuxDevice } from './device.js';
export { hostDevice } from './host-device.js';
export { parseDevices } from './parse.js';
export { type DevMount, planDevices, type PlanDevicesInput } from './plan.js';
