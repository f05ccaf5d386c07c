"""Has chosen system calls of a live process fail when a test says so, as a broken or full disk would; needs no privileges.

The process starts through this module: `python -m tests.failing_syscalls FD NAMES MODULE ARGUMENTS`. It installs a seccomp
filter that asks before each of the calls (`SECCOMP_RET_USER_NOTIF`, Linux 5.5, seccomp(2) and seccomp_unotify(2)), sends
the listener over the socket FD, and becomes the module. `FailingSyscalls` answers from the test: go on, or fail with an
errno. The program under test is unchanged, and it is the kernel that tells it of the error.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import platform
import runpy
import select
import socket
import struct
import sys
import threading
from collections import Counter
from types import TracebackType
from typing import Self

NUMBERS = {
    "x86_64": {"seccomp": 317, "pwrite64": 18, "fdatasync": 75, "fallocate": 285},
    "aarch64": {"seccomp": 277, "pwrite64": 68, "fdatasync": 83, "fallocate": 47},
}[platform.machine()]
"""System call numbers of this machine."""

PR_SET_NO_NEW_PRIVS = 38
SET_MODE_FILTER, NEW_LISTENER = 1, 1 << 3
RET_ALLOW, RET_USER_NOTIF = 0x7FFF0000, 0x7FC00000
LOAD_NUMBER, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
NOTIF_RECV, NOTIF_SEND = 0xC0502100, 0xC0182101
CONTINUE = 1

_INSTRUCTION = struct.Struct("HBBI")
_NOTIFICATION = struct.Struct("QIIiIQ6Q")  # id, pid, flags; number, architecture, address, arguments
_ANSWER = struct.Struct("QqiI")  # id, value, error, flags


class FailingSyscalls:
    """Listens to one process. `fail("fdatasync", errno.EIO)` from now on, `fail("fdatasync", 0)` no more."""

    def __init__(self, *names: str) -> None:
        self._names = {NUMBERS[name]: name for name in names}
        self._errors: dict[str, int] = {}
        self.failed: Counter[str] = Counter()
        self._ours, self._theirs = socket.socketpair()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    @property
    def launcher(self) -> tuple[str, ...]:
        """Arguments of Python that run the module which follows them."""
        return ("-m", __name__, str(self._theirs.fileno()), ",".join(self._names.values()))

    @property
    def inherited(self) -> int:
        """The descriptor that the process has to inherit."""
        return self._theirs.fileno()

    def fail(self, name: str, error: int) -> None:
        """Has the call fail with `error`, or go on with 0."""
        self._errors[name] = error

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._theirs.close()
        self._ours.close()
        self._thread.join(30)

    def _listen(self) -> None:
        try:
            _, (listener,), _, _ = socket.recv_fds(self._ours, 1, 1)
        except (OSError, ValueError):  # the test ended before the process began
            return
        poll = select.poll()
        poll.register(listener, select.POLLIN)
        while poll.poll()[0][1] & select.POLLIN:
            self._answer(listener)
        os.close(listener)

    def _answer(self, listener: int) -> None:
        raw = bytearray(_NOTIFICATION.size)
        try:
            fcntl.ioctl(listener, NOTIF_RECV, raw)
            identifier, _, _, number, *_ = _NOTIFICATION.unpack(raw)
            name = self._names[number]
            error = self._errors.get(name, 0)
            self.failed[name] += 1 if error else 0
            fcntl.ioctl(listener, NOTIF_SEND, _ANSWER.pack(identifier, 0, -error, 0 if error else CONTINUE))
        except OSError as gone:  # whoever called was killed meanwhile
            if gone.errno not in (errno.ENOENT, errno.EINTR):
                raise


def _install(numbers: list[int]) -> int:
    """Installs the filter in this process and returns its listener. Raises OSError."""
    instructions = [_INSTRUCTION.pack(LOAD_NUMBER, 0, 0, 0)]
    for index, number in enumerate(numbers):
        instructions.append(_INSTRUCTION.pack(JUMP_IF_EQUAL, len(numbers) - index, 0, number))
    instructions.append(_INSTRUCTION.pack(RETURN, 0, 0, RET_ALLOW))
    instructions.append(_INSTRUCTION.pack(RETURN, 0, 0, RET_USER_NOTIF))
    code = ctypes.create_string_buffer(b"".join(instructions))
    program = struct.pack("HxxxxxxP", len(instructions), ctypes.addressof(code))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    listener: int = libc.syscall(NUMBERS["seccomp"], SET_MODE_FILTER, NEW_LISTENER, program)
    if listener < 0:
        raise OSError(ctypes.get_errno(), "seccomp")
    return listener


def main() -> None:
    """Installs the filter, sends the listener, and becomes the module."""
    number, names, module = int(sys.argv[1]), sys.argv[2].split(","), sys.argv[3]
    with socket.socket(fileno=number) as ours:
        listener = _install([NUMBERS[name] for name in names])
        socket.send_fds(ours, [b"x"], [listener])
    os.close(listener)
    sys.argv = sys.argv[3:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
