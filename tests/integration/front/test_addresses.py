"""An address that somebody else has: who starts names it with its setting and ends, and leaves nothing behind."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.certificates import make_authority
from tests.stack_support import Ground


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with Ground(packs=("invoices",)) as running:
        yield running


@pytest.fixture
def taken() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.mark.parametrize("native", [False, True], ids=["grpcio", "native"])
@pytest.mark.parametrize("setting", ["listen", "health_listen"])
def test_a_port_that_somebody_else_has_ends_the_start(
    ground: Ground, taken: str, tmp_path: Path, setting: str, native: bool
) -> None:
    name = f"pdp-{setting.replace('_', '-')}-{native}"
    pdp: dict[str, Any] = {setting: taken, "front": ground.native_front(name) if native else None}
    if setting == "listen":
        authority = make_authority(tmp_path, "authority")
        certificate, key = authority.issue("server", san=[])
        pdp["tls"] = {"certificate": str(certificate), "key": str(key), "client_authority": str(authority.path)}
    point = ground.point(name, pdp=pdp).start(serving=False)
    assert point.wait() == 1
    lines = point.log.read_text().splitlines()
    assert not [line for line in lines if "Traceback" in line]
    said = [json.loads(line) for line in lines if line.startswith("{")][-1]
    assert said["reason"] == ("FRONT_FAILED" if native and setting == "listen" else "ADDRESS_UNAVAILABLE")
    for part in (f"`{taken}`", f"`pdp.{setting}`", "Address already in use"):
        assert part in said["message"]
    fronts = [path for path in Path("/proc").glob("[0-9]*/cmdline") if name.encode() in _read(path)]
    assert fronts == []


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it has ended meanwhile
        return b""
