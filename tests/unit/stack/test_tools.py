"""Where built tools lie, and which server or toolchain is taken."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from control_plane.stack import go, places, redis_server, tools
from control_plane.stack.progress import Progress
from writ.errors import ConfigurationError


def script(path: Path, says: str, code: int = 0) -> Path:
    path.write_text(f"#!/bin/sh\necho '{says}'\nexit {code}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("environ", "want"),
    [
        ({"WRIT_CACHE": "/a", "XDG_CACHE_HOME": "/b"}, Path("/a")),
        ({"XDG_CACHE_HOME": "/b"}, Path("/b/writ")),
        ({}, Path.home() / ".cache" / "writ"),
    ],
)
def test_the_cache_lies_where_the_environment_says(environ: dict[str, str], want: Path) -> None:
    assert places.cache_folder(environ) == want


def test_a_binary_lies_in_a_folder_of_its_version_and_sources(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("WRIT_CACHE", str(tmp_path / "cache"))
    module = tmp_path / "opa"
    module.mkdir()
    (module / "go.mod").write_text("module x\nrequire github.com/open-policy-agent/opa v1.22.0\n")
    (module / "go.sum").write_text("one")
    monkeypatch.setattr(tools, "MODULES", tmp_path)
    first = tools.tool_folder(tools.TOOLS["opa"])
    assert first.name.startswith("opa-1.22.0-")
    (module / "go.sum").write_text("two")
    assert tools.tool_folder(tools.TOOLS["opa"]) != first


def test_an_unknown_tool_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="expected one of opa, regal, front, loadgen"):
        tools.built_tool("nonsense")


def test_a_tool_that_the_environment_names_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    own = script(tmp_path / "opa", "hello")
    monkeypatch.setenv("WRIT_OPA", str(own))
    assert tools.tool_path("opa") == own
    own.chmod(0o644)
    with pytest.raises(ConfigurationError, match="no executable file"):
        tools.tool_path("opa")


@pytest.mark.parametrize(
    ("text", "want"),
    [("go1.26", (1, 26)), ("go1.26.8", (1, 26)), ("go2.0-rc1", (2, 0)), ("devel go", (0, 0)), ("", (0, 0))],
)
def test_go_versions_are_read(text: str, want: tuple[int, int]) -> None:
    assert go.parse_version(text) == want


def test_a_go_that_does_not_run_has_no_version(tmp_path: Path) -> None:
    assert go.go_version(tmp_path / "none") is None
    assert go.go_version(script(tmp_path / "go", "go version go1.26.1 linux/amd64", code=1)) is None
    assert go.go_version(script(tmp_path / "go", "go version go1.26.1 linux/amd64")) == "go1.26.1"


@pytest.mark.parametrize(
    ("servers", "want"),
    [
        ({"redis-server": "Redis server v=7.2.4 sha=0"}, "redis-server"),
        (
            {"redis-server": "Redis server v=6.2.4 sha=0", "valkey-server": "Valkey server v=8.0.1 sha=0"},
            "valkey-server",
        ),
        ({"redis-server": "Redis server v=10.0.0 sha=0"}, "redis-server"),
    ],
)
def test_the_first_server_that_is_new_enough_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, servers: dict[str, str], want: str
) -> None:
    for name, says in servers.items():
        script(tmp_path / name, says)
    monkeypatch.setenv("PATH", f"{tmp_path}")
    assert redis_server.find_redis_server().binary == tmp_path / want


def test_without_a_server_on_path_the_wheel_has_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script(tmp_path / "redis-server", "Redis server v=6.0.0 sha=0")
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setattr(redis_server, "MINIMUM", {"redis-server": 7})
    server = redis_server.find_redis_server()
    assert server.name == "valkey-server"
    assert int(server.version.partition(".")[0]) >= 8


def test_progress_says_start_and_end_where_there_is_no_terminal() -> None:
    out = io.StringIO()
    with Progress(out, "building"):
        pass
    assert out.getvalue().splitlines()[0] == "building ..."
    assert "done in" in out.getvalue()


def test_progress_says_that_it_failed() -> None:
    out = io.StringIO()
    with pytest.raises(ValueError, match="x"), Progress(out, "building"):
        raise ValueError("x")
    assert "failed in" in out.getvalue()
