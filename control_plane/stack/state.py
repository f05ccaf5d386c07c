"""The state of one stack over its starts and stops: begun once, sealed at a clean stop, counted again after any other.

Runs the verbs of the decision point as processes, which the control plane never imports.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

from control_plane.stack.layout import Layout
from control_plane.stack.programs import run_module
from control_plane.stack.ready import redis_run_id
from writ.errors import DependencyFailed

VERBS = ("writ.cli.main", "state")

LOGS_MISSING = "STATE_LOGS_MISSING"
"""Why a verb counts nothing: other decision points have counted here too, and their logs lie elsewhere."""

TIMEOUT_S = 600
"""Counting again reads every receipt of the log."""

SEAL_TIMEOUT_S = 30
"""Some two seconds on a machine that has time. A seal that is cut off makes the next start count again, and what agents read
counts as lost for a day then: that is worth waiting for on a busy one."""

CHECK_TIMEOUT_S = 60
"""A look at each organisation."""

MAX_NAMED = 8
"""Organisations in one line."""

MARK_BYTES = 16

_REBUILD = "limits have no data until `writ state rebuild` is run with the logs of all decision points"


class StackState:
    """What `writ up` does about Redis. `random(n)` gives n secret bytes, `report(text)` tells people."""

    def __init__(self, layout: Layout, *, random: Callable[[int], bytes], report: Callable[[str], None]) -> None:
        self._layout = layout
        self._random = random
        self._report = report
        self._begun = False

    async def begin(self, *, own_redis: bool) -> None:
        """Sets the state epoch once in the life of a state folder; later makes sure that what Redis holds is whole.

        A Redis that was neither stopped cleanly nor killed on a machine that ran on may have lost its last second (appendfsync
        everysec), so counters are `no_data` until they are counted again from the receipts, which lie beside it.
        """
        mark, killed = _read(self._layout.sealed), self._killed()
        if not self._layout.initialised.exists():
            await self._run("init")
            # A crash before this line asks again; an epoch that is there is kept.
            self._layout.initialised.touch()
        elif own_redis and mark:
            self._report(f"state after a clean stop: {await self._rebuild('--unless-sealed', mark)}")
        elif own_redis and killed:
            self._report(f"state after a kill: {await self._rebuild('--unless-killed', killed)}")
        elif own_redis:
            self._report(f"counted again from receipts: {await self._rebuild()}")
        for proof in self._proofs():  # also those that this start had no use for
            _destroy(proof)
        if own_redis:
            await self._serve()
        self._begun = True

    async def resume(self) -> None:
        """Goes on with what our own Redis holds after it was killed and started again; counts again where that is not whole.
        A state that did not begin in this run is left to those who decide with it: their receipts lie elsewhere, and counting
        without them would say of limits that they are free. Raises DependencyFailed."""
        if not self._begun:
            self._report(f"redis came back, and by `writ.yaml` others decide with what it holds: {_REBUILD}")
            return
        self._report(f"state after redis came back: {await self._rebuild('--unless-killed', self._killed())}")
        await self._serve()

    async def seal(self) -> str:
        """Seals what Redis holds when nobody decides any more; returns the mark, or "" when it could not be sealed. A state
        that did not begin in this run is left as it is, with the seal that it may have."""
        if not self._begun:
            return ""
        mark = self._random(MARK_BYTES).hex()
        try:
            await self._run("seal", "--mark", mark, timeout_s=SEAL_TIMEOUT_S)
        except DependencyFailed as error:
            self._report(f"not sealed, so the next start counts again: {error}")
            return ""
        return mark

    def keep_mark(self, mark: str) -> None:
        """Keeps the mark of a seal once Redis has stopped with all that it holds on the disk."""
        _write(self._layout.sealed, mark)

    async def _serve(self) -> None:
        """Notes which run of our own Redis holds the state from now on."""
        _write(self._layout.served, f"{_boot()} {await redis_run_id(self._layout.socket('redis'))}")

    def _killed(self) -> str:
        """Returns the run id of the Redis that held the state on this boot of the machine, "" for none."""
        boot, _, run_id = _read(self._layout.served).partition(" ")
        return run_id if boot and boot == _boot() else ""

    def _proofs(self) -> tuple[Path, Path]:
        """Files that prove one start each. Only what is about to change Redis by them destroys them: one that fails before, by a
        setting, say, has not cost them, and one that is killed behind it has."""
        return self._layout.sealed, self._layout.served

    async def _rebuild(self, *unless: str) -> str:
        spent = (word for proof in self._proofs() for word in ("--spend", str(proof)))
        try:
            return await self._run("rebuild", *unless, *spent)
        except DependencyFailed as error:
            if LOGS_MISSING not in error.message:
                raise
            # Whoever has the logs needs this Redis to run: limits have no data until then, so nothing is allowed by them.
            return f"nothing, so limits have no data until you run it with all logs: {error.message}"

    async def _run(self, verb: str, *arguments: str, timeout_s: float = TIMEOUT_S) -> str:
        settings = ("--config", str(self._layout.settings))
        try:
            ended = await run_module(*VERBS, verb, *settings, *arguments, timeout_s=timeout_s)
        except TimeoutError as error:
            raise DependencyFailed("STATE_VERB_FAILED", f"`writ state {verb}` took over {timeout_s:.0f} s") from error
        if ended.code != 0:
            raise DependencyFailed("STATE_VERB_FAILED", f"`writ state {verb}` failed: {ended.said[-500:]}")
        return ", ".join(ended.said.splitlines())


async def state_lacks(layout: Layout) -> str:
    """Looks at the Redis that `writ.yaml` names and changes nothing. Returns what limits have no data of, "" when all have."""
    settings = ("--config", str(layout.settings), "--json")
    try:
        ended = await run_module(*VERBS, "check", *settings, timeout_s=CHECK_TIMEOUT_S)
        found = json.loads(ended.said)
        if "error" in found:
            return f"{found['error']['reason']}: {found['error']['message']}"
        begun, lost = found["begun"], found["lost"]
    except TimeoutError:
        return f"`writ state check` took over {CHECK_TIMEOUT_S:.0f} s"
    except (ValueError, KeyError, TypeError):
        return ended.said.rpartition("\n")[2]  # it was killed, or has a defect
    if not begun:
        return f"never begun in this Redis, or emptied: {_REBUILD}; or `writ state init` where nothing ever was counted"
    more = ", ..." if len(lost) > MAX_NAMED else ""
    return f"lost for {', '.join(lost[:MAX_NAMED])}{more}: {_REBUILD}" if lost else ""


def _read(path: Path) -> str:
    """Returns what a file says, "" without one."""
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return ""


def _destroy(path: Path) -> None:
    """At return the file is gone for good, after a crash of the machine too."""
    path.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _write(path: Path, text: str) -> None:
    partial = path.with_suffix(".partial")
    with partial.open("w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def _boot() -> str:
    """Returns what the kernel calls this boot of the machine (proc(5)), "" when it does not say."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
