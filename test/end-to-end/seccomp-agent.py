"""A seccomp agent: takes one listener at a Unix socket, tells what came with it, and fails the first call with EDQUOT."""
import array
import errno
import fcntl
import socket
import struct
import sys

SECCOMP_IOCTL_NOTIF_RECV = 0xC0502100
SECCOMP_IOCTL_NOTIF_SEND = 0xC0182101

server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen()
print("listening", flush=True)
connection, _ = server.accept()
text, ancillary, _, _ = connection.recvmsg(65536, 64)
listener = array.array("i", ancillary[0][2])[0]
while more := connection.recv(65536):
    text += more
print(text.decode(), flush=True)
request = bytearray(80)
fcntl.ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, request)
cookie, pid, _, number = struct.unpack_from("QIIi", request)
print(f"notified of {number} by {pid}", flush=True)
fcntl.ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, struct.pack("QqiI", cookie, 0, -errno.EDQUOT, 0))
server.close()
import os

os.unlink(sys.argv[1])
