"""Watched processes, with small real ones: restart, stop, and what a killed supervisor leaves behind."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from control_plane.stack import child as child_module
from control_plane.stack import layout as layout_module
from control_plane.stack.child import Child, ChildSpec, Pace, end_leftovers, start_ticks
from control_plane.stack.layout import Layout, make_layout, set_logs_aside
from writ.errors import DependencyFailed

PATIENCE_S = 20.0
"""Upper bound of waiting; nothing is asserted about how long a thing takes."""

PACE = Pace(ready_timeout_s=PATIENCE_S, stop_timeout_s=5.0, restart_min_s=0.01, restart_max_s=0.05)

SLEEPER = "import sys, time, pathlib; pathlib.Path(sys.argv[1]).touch(); time.sleep(600)"

SUPERVISOR = """
import asyncio, json, os, sys
from pathlib import Path
from control_plane.stack.child import Child, ChildSpec, Pace
from control_plane.stack.layout import make_layout
from control_plane.stack.supervisor import Supervisor

PARENT = (
    "import subprocess, time; p = subprocess.Popen(['/bin/sleep', '600']);"
    "print(p.pid, flush=True); time.sleep(600)"
)

async def main():
    layout = make_layout(Path(sys.argv[1]))
    supervisor = Supervisor(layout, random=os.urandom, now_s=lambda: 0.0, report=print)
    await supervisor._start_minder()
    async def ready():
        from writ.errors import DependencyFailed
        if not layout.log("family").read_text().strip():
            raise DependencyFailed("NOT_READY", "no worker yet")
    pace = Pace(ready_timeout_s=20, stop_timeout_s=5, restart_min_s=0.1, restart_max_s=1)
    await supervisor._start_child(ChildSpec(name="family", command=(sys.executable, "-c", PARENT), ready=ready), pace)
    worker = int(layout.log("family").read_text())
    pids = {"child": supervisor.pids["family"], "worker": worker, "minder": supervisor._minder.pid}
    print(json.dumps(pids), flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return make_layout(tmp_path / "s")


def running(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(condition: object) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def sleeper(layout: Layout, name: str = "sleeper", code: str = SLEEPER) -> ChildSpec:
    mark = layout.root / f"{name}.up"

    async def ready() -> None:
        if not mark.exists():
            raise DependencyFailed("NOT_READY", "not up yet")

    return ChildSpec(name=name, command=(sys.executable, "-c", code, str(mark)), ready=ready)


@contextlib.asynccontextmanager
async def started(spec: ChildSpec, layout: Layout, said: list[str]) -> AsyncIterator[Child]:
    child = Child(spec, layout, PACE, report=said.append, mind=lambda _: None)
    await child.start()
    try:
        yield child
    finally:
        await child.stop()


async def test_a_child_runs_until_it_is_stopped(layout: Layout) -> None:
    async with started(sleeper(layout), layout, []) as child:
        pid = child.pid
        assert pid is not None
        assert running(pid)
        assert layout.process("sleeper").read_text().split() == [str(pid), start_ticks(pid)]
    assert not running(pid)
    assert not layout.process("sleeper").exists()


async def test_a_crashed_child_is_named_and_started_again(layout: Layout) -> None:
    said: list[str] = []
    async with started(sleeper(layout), layout, said) as child:
        first = child.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        async with asyncio.timeout(PATIENCE_S):
            while "sleeper is ready again" not in said:
                await asyncio.sleep(0.01)
        assert child.pid not in (None, first)
    assert said[0].startswith("sleeper was ended by SIGKILL; starting again")


async def test_pauses_grow_while_a_child_does_not_come_back(layout: Layout) -> None:
    said: list[str] = []
    broken = layout.root / "broken"
    code = "import sys, pathlib; pathlib.Path(sys.argv[1]).with_name('broken').exists() and sys.exit(3)\n" + SLEEPER

    async def ready() -> None:
        if broken.exists() or not (layout.root / "sleeper.up").exists():
            raise DependencyFailed("NOT_READY", "not up yet")

    spec = dataclasses.replace(sleeper(layout, code=code), ready=ready)
    async with started(spec, layout, said) as child:
        broken.touch()
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        async with asyncio.timeout(PATIENCE_S):
            while sum("did not come back" in line for line in said) < 4:
                await asyncio.sleep(0.01)
        broken.unlink()
        async with asyncio.timeout(PATIENCE_S):
            while "sleeper is ready again" not in said:
                await asyncio.sleep(0.01)
    pauses = [line.rsplit("next try in ", 1)[1] for line in said if "next try" in line][:4]
    assert pauses == ["0.02 s", "0.04 s", "0.05 s", "0.05 s"]


async def test_a_child_that_ends_before_it_is_ready_shows_its_last_words(layout: Layout) -> None:
    code = "import sys; print('no such luck'); sys.exit(7)"
    with pytest.raises(DependencyFailed, match=r"exit code 7 before it was ready.*no such luck"):
        async with started(sleeper(layout, code=code), layout, []):
            pass


async def test_last_words_are_of_this_run_and_end_where_the_child_says_why(layout: Layout) -> None:
    layout.log("gone").write_text("said by an earlier run\n")
    code = "import sys; sys.exit('starting\\ngone: PORT_TAKEN: cannot listen\\nTraceback of a library')"
    with pytest.raises(DependencyFailed) as caught:
        await Child(sleeper(layout, "gone", code), layout, PACE, report=print, mind=lambda _: None).start()
    assert caught.value.message.endswith(f"last words in {layout.log('gone')}: gone: PORT_TAKEN: cannot listen")


async def test_of_a_log_in_json_the_last_words_are_why_it_gave_up(layout: Layout) -> None:
    lines = [
        {"level": "error", "reason": "STORAGE_UNAVAILABLE", "message": "for a moment"},
        {"level": "critical", "reason": "ADDRESS_UNAVAILABLE", "message": "cannot listen"},
        {"level": "info", "message": "a library goes on"},
    ]
    text = "\n".join([*map(json.dumps, lines), "[" * 2000, '"critical"'])
    spec = sleeper(layout, "gone", f"import sys; sys.exit({text!r})")
    with pytest.raises(DependencyFailed) as caught:
        await Child(spec, layout, PACE, report=print, mind=lambda _: None).start()
    assert caught.value.message.endswith(
        f"last words in {layout.log('gone')}: gone: ADDRESS_UNAVAILABLE: cannot listen"
    )


async def test_a_child_that_is_not_ready_in_time_says_what_it_complains_of(layout: Layout) -> None:
    lines = [
        {"level": "warning", "message": "bundle not readable", "reason": "BUNDLE_MISSING", "detail": "none is active"},
        {"level": "info", "message": "waiting"},
    ]
    # Sleeps until it is stopped, as a server that never gets ready.
    code = f"import sys, time; print({chr(10).join(map(json.dumps, lines))!r}, flush=True); time.sleep(600)"
    layout.log("slow").write_text(json.dumps({"level": "error", "message": "of an earlier run"}) + "\n")
    pace = replace(PACE, ready_timeout_s=3.0)
    with pytest.raises(DependencyFailed) as caught:
        await Child(sleeper(layout, "slow", code), layout, pace, report=print, mind=lambda _: None).start()
    assert caught.value.reason == "CHILD_NOT_READY"
    assert caught.value.message.endswith(
        f"not up yet; {layout.log('slow')} says: bundle not readable: BUNDLE_MISSING: none is active"
    )


async def test_a_log_is_set_aside_while_its_child_writes_on(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout_module, "MAX_LOG_BYTES", 20_000)
    log, said = layout.log("talker"), list[str]()
    # It waits for a file, so that the log is set aside between its two lines, and then until it is killed.
    code = (
        "import pathlib, sys, time\n"
        "print('x' * 30_000, flush=True); pathlib.Path(sys.argv[1]).touch()\n"
        "while not pathlib.Path(sys.argv[1] + '.go').exists(): time.sleep(0.01)\n"
        "print('after the cut', flush=True); time.sleep(600)\n"
    )
    async with started(sleeper(layout, "talker", code), layout, said) as child:
        set_logs_aside(layout)
        assert log.read_bytes() == b""
        (layout.root / "talker.up.go").touch()
        async with asyncio.timeout(PATIENCE_S):
            while log.read_text() != "after the cut\n":
                await asyncio.sleep(0.01)
        set_logs_aside(layout)  # small again: left alone
        aside = log.with_suffix(".log.1")
        assert aside.read_text() == "x" * 30_000 + "\n"
        assert aside.stat().st_mode & 0o777 == 0o600
        os.kill(child.pid or 0, signal.SIGKILL)
        async with asyncio.timeout(PATIENCE_S):
            while not said:
                await asyncio.sleep(0.01)
    assert said[0].endswith(f"last words in {log}: after the cut")


async def test_a_child_that_ignores_sigterm_is_killed(layout: Layout) -> None:
    code = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + SLEEPER
    said: list[str] = []
    pace = Pace(ready_timeout_s=PATIENCE_S, stop_timeout_s=0.05, restart_min_s=1, restart_max_s=1)
    child = Child(sleeper(layout, code=code), layout, pace, report=said.append, mind=lambda _: None)
    await child.start()
    pid = child.pid
    await child.stop()
    assert pid is not None
    assert not running(pid)
    assert "was killed" in said[0]


async def test_workers_of_a_crashed_child_end_with_it(layout: Layout) -> None:
    code = "import subprocess, sys\np = subprocess.Popen(['/bin/sleep', '600']); print(p.pid, flush=True)\n" + SLEEPER
    async with started(sleeper(layout, code=code), layout, []) as child:
        worker = int(layout.log("sleeper").read_text())
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
        async with asyncio.timeout(PATIENCE_S):
            while running(worker):
                await asyncio.sleep(0.01)


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], dict[str, int]]]:
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(tmp_path / "s")], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    pids = json.loads(process.stdout.readline())
    yield process, pids
    process.kill()
    process.wait()
    process.stdout.close()
    until(lambda: not any(running(pid) for pid in pids.values()))


def test_no_orphan_is_left_when_the_supervisor_is_killed(
    supervisor: tuple[subprocess.Popen[str], dict[str, int]],
) -> None:
    process, pids = supervisor
    assert all(running(pid) for pid in pids.values())
    process.kill()
    until(lambda: not any(running(pid) for pid in pids.values()))


def test_children_end_also_when_the_minder_was_killed_first(
    supervisor: tuple[subprocess.Popen[str], dict[str, int]],
) -> None:
    process, pids = supervisor
    os.kill(pids["minder"], signal.SIGKILL)
    process.kill()
    until(lambda: not running(pids["child"]))
    os.kill(pids["worker"], signal.SIGKILL)


def test_leftovers_of_a_killed_supervisor_are_ended(layout: Layout) -> None:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)
    layout.process("old").write_text(f"{process.pid} {start_ticks(process.pid)}\n")
    assert end_leftovers(layout) == ["old"]
    assert process.wait() == -signal.SIGKILL
    assert not layout.process("old").exists()


def test_a_process_number_that_belongs_to_another_now_is_left_alone(layout: Layout) -> None:
    layout.process("old").write_text(f"{os.getpid()} 1\n")
    layout.process("torn").write_text("12")
    assert end_leftovers(layout) == []
    assert list((layout.root / "run").glob("*.pid")) == []


def test_the_shim_runs_nothing_when_its_parent_is_gone() -> None:
    command = [sys.executable, "-I", "-S", str(child_module.SHIM), "1", "/bin/echo", "ran"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (75, "")
