"""Ends what a killed supervisor leaves behind: `python -I -S minder.py`, with a pipe from the supervisor as its input.

Lines `+PID` and `-PID` say which process groups run. When the pipe closes, the supervisor has ended: every group that
is still named gets SIGTERM and, after GRACE_S, SIGKILL. So worker processes of a child end too, which the kernel's
parent-death signal (shim.py) does not reach. Standard library only.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable

GRACE_S = 4.0
STEP_S = 0.05


def main(lines: Iterable[str]) -> int:
    """Returns 0 once every named group has ended."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in lines:
        sign, group = line[:1], line[1:].strip()
        if group.isdigit() and int(group) > 1:
            (groups.add if sign == "+" else groups.discard)(int(group))
    end(groups)
    return 0


def end(groups: set[int]) -> None:
    """Sends SIGTERM to the groups, waits, and kills what is left."""
    left = {group for group in groups if signalled(group, signal.SIGTERM)}
    for _ in range(int(GRACE_S / STEP_S)):
        if not left:
            return
        time.sleep(STEP_S)
        left = {group for group in left if signalled(group, 0)}
    for group in left:
        signalled(group, signal.SIGKILL)


def signalled(group: int, number: int) -> bool:
    """Sends a signal, or only asks with 0; returns whether the group has a member that is ours."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


if __name__ == "__main__":
    raise SystemExit(main(sys.stdin))
