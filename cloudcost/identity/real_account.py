"""Whether the kernel really runs this process as the account that it claims: what a process can fake is checked.

In a user namespace, which anybody may make, a process has whatever user id it likes; a library that is loaded before
all others answers in the kernel's place. A process that asks about itself alone cannot rule out all of this, so several
ways of asking must give one answer.
"""

import fcntl
import os
import socket
import struct
import sys
from collections.abc import Iterator
from pathlib import Path

#: `ioctl` of a process's descriptor that opens its user namespace, from Linux 6.11 on; no path is in between over which
#: somebody could lay a file. `PIDFD_GET_USER_NAMESPACE` and `PROC_USER_INIT_INO` of the kernel's headers.
GET_USER_NAMESPACE = 0xFF09
FIRST_USER_NAMESPACE = 0xEFFFFFFD
#: A namespace whose users are those of the machine, all of them; only root can make another one like it.
ALL_USERS = ["0", "0", "4294967295"]
PEER = struct.Struct("3i")


def find_doubt(uid: int) -> str | None:
    """Why it is not certain that this process runs as ``uid``; None where it is, and where there are no namespaces."""
    if sys.platform != "linux":
        return None
    try:
        if Path("/proc/self/uid_map").read_text(encoding="ascii").split() != ALL_USERS or not _is_first_namespace():
            return "the process is in a user namespace, in which anybody can be any account"
        others = sorted({found for found in _list_user_ids() if found != uid})
    except (OSError, ValueError, StopIteration) as error:
        return f"the kernel does not tell: {error}"
    return f"the kernel knows this process as another account than it says: uid {others[0]}" if others else None


def _list_user_ids() -> Iterator[int]:
    """The user ids, real and effective ones, that the kernel shows in different ways."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8", errors="replace").splitlines()
    yield from map(int, next(line for line in lines if line.startswith("Uid:")).split()[1:])
    ours, peer = socket.socketpair()
    with ours, peer:
        yield PEER.unpack(ours.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, PEER.size))[1]
    file = os.memfd_create("account")
    try:
        yield os.fstat(file).st_uid
    finally:
        os.close(file)


def _is_first_namespace() -> bool:
    """Whether the process is in the machine's own user namespace; True where the kernel is too old for that."""
    try:
        process = os.pidfd_open(os.getpid())
    except OSError:
        return True
    try:
        namespace = fcntl.ioctl(process, GET_USER_NAMESPACE, 0)
    except OSError:
        return True
    finally:
        os.close(process)
    try:
        return os.fstat(namespace).st_ino == FIRST_USER_NAMESPACE
    finally:
        os.close(namespace)
