import { closeFd, type Op, reg, sys } from '@standpipe/program';

const AF_UNIX = 1;
const SOCK_DGRAM_CLOEXEC = 2 | 0o2000000;
const SIOCSIFFLAGS = 0x8914;
const IFF_UP = 0x1;
const IFREQ_SIZE = 40;
const IFR_FLAGS = 16;

/**
 * Brings up the loopback device of a command's new network namespace, as is usual: it has its addresses by itself then. A container's
 * is its runtime's business.
 *
 * @man netdevice(7)
 */
export function bringUpLoopback(pointer: string): Op[] {
  const socket = reg('socket');
  const ifreq = new Uint8Array(IFREQ_SIZE);
  ifreq.set(Buffer.from('lo'));
  new DataView(ifreq.buffer).setUint16(IFR_FLAGS, IFF_UP, true);
  const notes = { say: 'bring up the loopback device', pointer };
  return [
    // The call is for devices by name, and any socket takes it; AF_INET may be missing from the kernel.
    sys('socket', [AF_UNIX, SOCK_DGRAM_CLOEXEC, 0], { to: socket, ...notes }),
    sys('ioctl', [socket, SIOCSIFFLAGS, ifreq], notes),
    closeFd(socket),
  ];
}
