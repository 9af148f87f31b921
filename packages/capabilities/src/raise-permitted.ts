import { at, buf, load, type Op, reg, store, sys } from '@standpipe/program';

const LINUX_CAPABILITY_VERSION_3 = 0x20080522;
/** Two of struct __user_cap_data_struct, for the low and the high capabilities: effective, permitted, inheritable. */
const DATA_SIZE = 24;
const HALF = 12;
const PERMITTED = 4;

/**
 * Plans to have every permitted capability in effect, between the two parts of `planCapabilities`. Changing from root to another user
 * leaves those that are to be kept permitted, and none in effect; without no_new_privs it takes CAP_SYS_ADMIN in effect to
 * load a seccomp filter, or to enter a Landlock domain.
 *
 * @man capabilities(7), capget(2)
 */
export function planRaisePermitted(pointer = '/process/capabilities'): Op[] {
  const header = new Uint8Array(8);
  new DataView(header.buffer).setUint32(0, LINUX_CAPABILITY_VERSION_3, true);
  const head = buf('capability header', header.length, header);
  const data = buf('capability data', DATA_SIZE);
  const permitted = reg('permitted');
  const say = 'have the capabilities in effect that restricting oneself takes';
  return [
    sys('capget', [head, data], { say, pointer }),
    ...[0, HALF].flatMap((half) => [load(at(data, half + PERMITTED), 4, permitted), store(at(data, half), 4, permitted)]),
    sys('capset', [head, data], { say, pointer }),
  ];
}
