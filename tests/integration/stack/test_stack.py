"""The whole stack by `writ up`, with real OPA, Redis, control plane and decision point."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import redis

from control_plane.stack.child import start_ticks
from control_plane.stack.config import write_settings
from control_plane.stack.doctor import CLOCK_FLOOR_S
from control_plane.stack.layout import make_layout
from control_plane.stack.places import CHECKOUT

PATIENCE_S = 120.0
"""Upper bound of waiting; nothing is asserted about how long a thing takes."""

PROCESSES = ["redis", "control-plane", "opa", "pdp"]

WRIT = [sys.executable, "-m", "writ.cli.main"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A running `writ up` and what it said when it was ready."""

    process: subprocess.Popen[bytes]
    state: Path
    ready: dict[str, Any]
    log: Path

    def pid(self, name: str) -> int:
        return int((self.state / "run" / f"{name}.pid").read_text().split()[0])


def alive(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(condition: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {log.read_text(errors='replace')[-3000:]}"
        time.sleep(0.02)


def writ(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*WRIT, *arguments], capture_output=True, text=True, timeout=PATIENCE_S, check=False)


@contextlib.contextmanager
def up(state: Path) -> Iterator[Running]:
    mark, log = state.with_suffix(".ready"), state.with_suffix(".log")
    mark.unlink(missing_ok=True)
    with log.open("ab") as out:
        process = subprocess.Popen(
            [*WRIT, "up", "--state", str(state), "--once-ready", str(mark)], stdout=out, stderr=out
        )
    try:
        until(lambda: mark.exists() or process.poll() is not None, log)
        assert process.poll() is None, log.read_text(errors="replace")
        yield Running(process=process, state=state, ready=json.loads(mark.read_text()), log=log)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One state folder for all: keys, bundle and epoch are made by the first start."""
    return tmp_path_factory.mktemp("stack") / "s"


@pytest.fixture(scope="module")
def stack(state: Path) -> Iterator[Running]:
    with up(state) as running:
        yield running


def test_a_ready_stack_says_where_it_listens(stack: Running) -> None:
    assert sorted(stack.ready["processes"]) == sorted(PROCESSES)
    assert stack.ready["decision_point"] == f"unix://{stack.state / 'pdp.sock'}"
    for name in ("pdp", "opa", "redis", "control-plane"):
        assert (stack.state / f"{name}.sock").stat().st_mode & 0o777 == 0o600


def test_what_a_stack_makes_is_for_its_owner_alone(stack: Running) -> None:
    made = [path for path in stack.state.rglob("*") if not path.is_symlink()]
    assert {"appendonlydir", "pdp.log", "config.json", "bundle-digests.json"} <= {path.name for path in made}
    assert [path for path in made if path.stat().st_mode & 0o077] == []


def test_the_memory_of_its_redis_is_bounded_and_nothing_is_evicted(stack: Running) -> None:
    with redis.Redis(unix_socket_path=str(stack.state / "redis.sock"), decode_responses=True) as client:
        settings = client.config_get("maxmemory*")
    assert 0 < int(settings["maxmemory"]) < os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert settings["maxmemory-policy"] == "noeviction"


def test_doctor_finds_nothing_wrong(stack: Running) -> None:
    result = writ("doctor", "--state", str(stack.state), "--json")
    wrong = [finding for finding in json.loads(result.stdout) if not finding["right"]]
    # The interpreter that runs the tests need not hold exactly the locked packages.
    assert [finding["name"] for finding in wrong if finding["name"] != "packages"] == []


def test_each_line_of_both_servers_is_json_with_a_time(stack: Running, tmp_path: Path) -> None:
    # A program in an argument is parsed in a process of its own: gRPC had a word to say about each that was started.
    call = {"server": "ops-shell", "name": "bash"}
    action = {"agent": {"id": "billing-1"}, "tool": call, "args": {"command": 'psql -c "select 1"; ' * 200}}
    (tmp_path / "action.json").write_text(json.dumps(action))
    assert writ("decide", "--state", str(stack.state), "-f", str(tmp_path / "action.json")).stdout
    for name in ("pdp", "control-plane"):
        lines = (stack.state / "logs" / f"{name}.log").read_text().splitlines()
        assert lines, name
        assert all(json.loads(line)["time_ms"] > CLOCK_FLOOR_S * 1000 for line in lines)


def test_a_second_supervisor_on_the_same_folder_is_refused(stack: Running) -> None:
    result = writ("up", "--state", str(stack.state))
    assert result.returncode == 1
    assert f"STACK_RUNNING: `writ up` runs already on `{stack.state}`, process {stack.process.pid}" in result.stderr


@pytest.mark.parametrize("name", PROCESSES)
def test_a_killed_process_is_named_and_comes_back(stack: Running, name: str) -> None:
    before = stack.pid(name)
    said = stack.log.read_text().count(f"{name} is ready again")
    os.kill(before, signal.SIGKILL)
    until(lambda: stack.log.read_text().count(f"{name} is ready again") > said, stack.log)
    assert f"{name} was ended by SIGKILL; starting again" in stack.log.read_text()
    assert stack.pid(name) != before


def test_after_a_kill_of_redis_its_state_goes_on(stack: Running) -> None:
    action = {"request_id": "k1", "agent": {"id": "billing-agent"}, "tool": {"server": "x", "name": "y"}, "args": {}}
    file = stack.state.parent / "action.json"
    file.write_text(json.dumps(action))
    assert writ("decide", "-f", str(file), "--state", str(stack.state), "--json").stdout
    socket = stack.state / "redis.sock"

    def marks() -> dict[str, bytes]:
        with redis.Redis(unix_socket_path=str(socket)) as client:
            return {key: client.hget(key, "e") for key in client.scan_iter("*:m")}

    before, said = marks(), stack.log.read_text().count("state after redis came back")
    assert before
    os.kill(stack.pid("redis"), signal.SIGKILL)
    until(lambda: stack.log.read_text().count("state after redis came back") > said, stack.log)
    assert "resumed" in stack.log.read_text().rsplit("state after redis came back", 1)[1]
    assert marks() == before  # no new epoch, so nothing counts as lost


def test_ctrl_c_stops_everything_and_a_later_start_makes_nothing_again(tmp_path: Path) -> None:
    state = tmp_path / "s"
    with up(state) as first:
        pids = [first.pid(name) for name in PROCESSES]
    assert first.process.returncode == 0
    assert not any(alive(pid) for pid in pids)
    assert list((state / "run").glob("*.pid")) == []
    keys = {path: path.read_bytes() for path in (state / "keys").glob("*.pem")}
    with up(state) as second:
        assert second.log.read_text().count("built, tested, signed and pushed") == 1
        assert second.log.read_text().count("made keys") == 1
        assert "state after a clean stop: requests  0" in second.log.read_text()
        assert "counted again" not in second.log.read_text()
        assert not (state / "run" / "state-sealed").exists(), "a mark proves one start"
    assert keys == {path: path.read_bytes() for path in (state / "keys").glob("*.pem")}


@pytest.fixture
def stopped(tmp_path: Path) -> Path:
    """A state folder whose stack has counted something and was stopped."""
    state = tmp_path / "s"
    with up(state):
        file = tmp_path / "action.json"
        tool = {"server": "x", "name": "y"}
        file.write_text(json.dumps({"agent": {"id": "billing-agent"}, "tool": tool, "args": {}}))
        assert writ("decide", "-f", str(file), "--state", str(state), "--json").stdout
    return state


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("opa_ms: ", "opa_ms: 1s # ", "`pdp.server` refuses them: CONFIG_TYPE: `pdp.timeouts.opa_ms`"),
        (
            "refresh_ms: ",
            "refresh_ms: soon # ",
            "`control_plane.server` refuses them: CONFIG_TYPE: `control_plane.refresh_ms`",
        ),
    ],
)
def test_a_wrong_setting_starts_nothing_and_costs_no_state(stopped: Path, old: str, new: str, said: str) -> None:
    settings = stopped / "writ.yaml"
    text = settings.read_text()
    settings.write_text(text.replace(old, new, 1))
    refused = writ("up", "--state", str(stopped))
    assert refused.returncode == 1
    assert "SETTINGS_REFUSED" in refused.stderr
    assert said in refused.stderr
    assert not (stopped / "redis.sock").exists()
    settings.write_text(text)
    with up(stopped) as later:
        assert "state after a clean stop: requests  0" in later.log.read_text()
        assert "counted again" not in later.log.read_text()


def test_a_port_that_somebody_else_has_starts_nothing(tmp_path: Path) -> None:
    layout = make_layout(tmp_path / "s")
    write_settings(layout, os.urandom)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        text = layout.settings.read_text()
        layout.settings.write_text(text.replace(f"unix://{layout.root}/health.sock", address))
        refused = writ("up", "--state", str(layout.root), "--json")
        error = json.loads(refused.stdout)["error"]
        assert (refused.returncode, error["reason"]) == (1, "ADDRESS_UNAVAILABLE")
        where = f"`{address}`, `pdp.health_listen` in `{layout.settings}`"
        assert error["message"] == f"cannot listen on {where}: Address already in use"
        assert not layout.socket("redis").exists()
        findings = json.loads(writ("doctor", "--state", str(layout.root), "--json").stdout)
        (finding,) = [finding for finding in findings if finding["name"] == "port" and not finding["right"]]
        assert "`pdp.health_listen`" in finding["mend"]


def test_a_database_that_is_new_gets_the_bundle(stopped: Path) -> None:
    for file in stopped.glob("control-plane.db*"):
        file.unlink()  # as when `control_plane.database` names another one
    with up(stopped) as later:
        assert "does not hold the bundle that was pushed last" in later.log.read_text()
        asked = http.client.HTTPConnection(later.ready["bundle_endpoint"].removeprefix("http://"), timeout=PATIENCE_S)
        with contextlib.closing(asked):
            asked.request("GET", "/bundles/writ")
            assert asked.getresponse().status == 200


def test_a_redis_that_others_decide_with_is_not_silent_about_its_state(tmp_path: Path) -> None:
    state = tmp_path / "s"
    layout = make_layout(state)
    write_settings(layout, os.urandom)
    text = layout.settings.read_text()
    for name in ("opa", "control_plane", "pdp"):
        text = text.replace(f"start_{name}: true", f"start_{name}: false")
    layout.settings.write_text(text)
    with up(state) as running:
        assert "state: never begun in this Redis, or emptied" in running.log.read_text()
        assert "`writ state init`" in running.log.read_text()

        def found() -> dict[str, Any]:
            findings = json.loads(writ("doctor", "--state", str(state), "--json").stdout)
            return next(finding for finding in findings if finding["name"] == "state")

        assert found()["detail"].startswith("never begun")
        for already in (False, True):
            begun = writ("state", "init", "--config", str(layout.settings), "--json")
            assert (begun.returncode, json.loads(begun.stdout)) == (0, {"begun": True, "already": already})
        assert found()["right"]


def test_a_stop_does_not_wait_for_the_tests_of_a_bundle(tmp_path: Path) -> None:
    rego = tmp_path / "rego"
    shutil.copytree(CHECKOUT / "rego", rego)
    endless = "if {\n\tsome i in numbers.range(1, 100000)\n\tsome j in numbers.range(1, 100000)\n\ti * j == 0.5\n}\n"
    tests = "\n".join(f"test_endless_{number} {endless}" for number in range(500))  # OPA ends each after some seconds
    (rego / "writ" / "endless_test.rego").write_text(f"package writ.endless_test\n\n{tests}")
    layout = make_layout(tmp_path / "s")
    write_settings(layout, os.urandom)
    layout.settings.write_text(layout.settings.read_text().replace(str(CHECKOUT / "rego"), str(rego)))
    log = tmp_path / "s.log"
    with log.open("wb") as out:
        process = subprocess.Popen([*WRIT, "up", "--state", str(layout.root)], stdout=out, stderr=out)
    try:
        until(lambda: process.poll() is not None or bundle_tests_of(process.pid) != [], log)
        tools = bundle_tests_of(process.pid)
        assert tools != [], log.read_text()
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)
    finally:
        process.kill()
        process.wait()
    assert not any(alive(pid) for pid in tools)


def bundle_tests_of(parent: int) -> list[int]:
    """Processes that `parent` runs a bundle's tests in."""
    children = [path.read_text().split() for path in Path(f"/proc/{parent}/task").glob("*/children")]
    return [int(pid) for pids in children for pid in pids if "test" in arguments(int(pid))]


def arguments(pid: int) -> list[str]:
    try:
        return (Path("/proc") / str(pid) / "cmdline").read_text().split("\0")
    except OSError:
        return []  # it has ended


def test_a_killed_starter_leaves_no_process(tmp_path: Path) -> None:
    state, log = tmp_path / "s", tmp_path / "s.log"
    with log.open("wb") as out:
        demo = subprocess.Popen([*WRIT, "demo", "--state", str(state)], stdout=out, stderr=out)
    try:
        until(lambda: (state / "run" / "pdp.pid").exists() or demo.poll() is not None, log)
        pids = [int((state / "run" / f"{name}.pid").read_text().split()[0]) for name in PROCESSES]
        assert all(map(alive, pids)), log.read_text()
    finally:
        demo.kill()
        demo.wait()
    until(lambda: not any(map(alive, pids)), log)


def test_a_stack_is_tied_to_its_parent_alone(tmp_path: Path) -> None:
    refused = writ("up", "--state", str(tmp_path / "s"), "--while", "1")
    assert refused.returncode != 0
    assert "expected the PID of the process that starts this" in refused.stderr
    assert not (tmp_path / "s" / "run" / "redis.pid").exists()


def test_a_killed_supervisor_leaves_no_process_and_can_be_started_again(tmp_path: Path) -> None:
    state = tmp_path / "s"
    with up(state) as first:
        pids = {first.pid(name): start_ticks(first.pid(name)) for name in PROCESSES}
        first.process.kill()
        until(lambda: not any(alive(pid) and start_ticks(pid) == ticks for pid, ticks in pids.items()), first.log)
    with up(state) as second:
        said = second.log.read_text().rpartition("state after a kill")[2]
        assert "resumed" in said
        assert "counted again" not in said
        assert sorted(second.ready["processes"]) == sorted(PROCESSES)
