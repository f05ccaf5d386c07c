"""Runs a command that dies with its parent: `python -I -S shim.py PARENT_PID COMMAND...`.

1. Asks the kernel for SIGTERM when the parent ends (prctl(2) PR_SET_PDEATHSIG); it holds over exec.
2. Looks whether the parent is still the one that asked: it may have ended before step 1.
3. Becomes the command.

Standard library only, and started without site packages: it runs before every child. Grandchildren are not covered
here; minder.py ends whole process groups.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
PARENT_GONE = 75
"""Exit code; EX_TEMPFAIL."""


def tie_to(parent: int) -> None:
    """Has the kernel send SIGTERM to this process when `parent`, which started it, ends.

    Raises:
        OSError: the kernel cannot.
        ChildProcessError: the parent has ended already.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0) != 0:  # (1)
        raise OSError(ctypes.get_errno(), "prctl failed")
    if os.getppid() != parent:  # (2)
        raise ChildProcessError(f"expected parent {parent}, got {os.getppid()}")


def main(arguments: list[str]) -> int:
    """Returns an exit code only when the command was not run."""
    parent, command = int(arguments[0]), arguments[1:]
    try:
        tie_to(parent)
        os.execv(command[0], command)  # noqa: S606  # (3) the supervisor's own list, no shell
    except ChildProcessError:
        return PARENT_GONE
    except OSError as error:
        sys.stderr.write(f"shim: {error}\n")
    return 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
