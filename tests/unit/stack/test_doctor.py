"""`writ doctor` on a stack that does not run: each planted fault is named, with what mends it."""

from __future__ import annotations

import asyncio
import fcntl
import os
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import yaml

from control_plane.config import load_config
from control_plane.stack import doctor, ready
from control_plane.stack.config import load_stack_config, write_settings
from control_plane.stack.doctor import Finding, examine
from control_plane.stack.keys import make_keys
from control_plane.stack.layout import Layout, make_layout
from control_plane.storage import open_storage
from writ.errors import ConfigurationError


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = make_layout(tmp_path / "s")
    make_keys(made, os.urandom)
    write_settings(made, os.urandom)
    return made


READ_BY = doctor._read_by


@pytest.fixture(autouse=True)
def servers_take_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes of some seconds for each look, which most tests are not about."""

    async def taken(module: str, layout: Layout) -> Finding:
        return Finding(name="settings", right=True, detail=module)

    monkeypatch.setattr(doctor, "_read_by", taken)


@pytest.fixture
def servers_read(monkeypatch: pytest.MonkeyPatch, servers_take_everything: None) -> None:
    monkeypatch.setattr(doctor, "_read_by", READ_BY)


def wrong(layout: Layout, name: str) -> list[Finding]:
    return [finding for finding in asyncio.run(examine(layout)) if finding.name == name and not finding.right]


def program(tmp_path: Path, says: str) -> Path:
    path = tmp_path / "program"
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return path


def test_a_sound_folder_has_no_fault_but_what_does_not_run(layout: Layout) -> None:
    found = [finding for finding in asyncio.run(examine(layout)) if not finding.right]
    # The interpreter that runs the tests need not hold exactly the locked packages.
    names = [finding.name for finding in found if finding.name != "packages"]
    assert names == ["redis", "control plane", "opa", "bundle", "pdp"]
    assert {finding.mend for finding in found if finding.name != "packages"} == {"run `writ up`"}


def test_settings_are_read_by_who_would_refuse_them(layout: Layout, servers_read: None) -> None:
    details = [finding.detail for finding in asyncio.run(examine(layout)) if finding.name == "settings"]
    assert details == [f"`{module}` takes them, and its keys" for module in ("control_plane.server", "pdp.server")]


@pytest.mark.parametrize(
    ("old", "new", "module", "said"),
    [
        (
            "refresh_ms",
            "refersh_ms",
            "control_plane.server",
            "CONFIG_KEY_UNKNOWN: `control_plane.refersh_ms` is no setting",
        ),
        ("opa_ms", "oppa_ms", "pdp.server", "CONFIG_KEY_UNKNOWN: `pdp.timeouts.oppa_ms` is no setting"),
        (
            "log_level: info",
            "log_level: loud",
            "pdp.server",
            "CONFIG_RANGE: `telemetry.log_level` must be debug, info,",
        ),
        (
            "keys/permit.pem",
            "keys/receipt.pem",
            "pdp.server",
            "KEY_SHARED: `evidence.permit_key` must be a key of its own",
        ),
        ("keys/permit.pem", "keys/gone.pem", "pdp.server", "KEY_UNREADABLE: `evidence.permit_key` cannot be read"),
        ("keys/public/bundle.pem", "keys/public/receipt.pem", "control_plane.server", "KEY_INVALID: "),
        ("unix://$state/redis.sock", "redis://host/x", "pdp.server", "STATE_URL_INVALID: "),
    ],
)
def test_settings_that_a_server_would_refuse_are_named_and_no_start_is_advised(
    layout: Layout, servers_read: None, old: str, new: str, module: str, said: str
) -> None:
    # A Redis of others: the address of our own is for the supervisor to check.
    text = layout.settings.read_text().replace("start_redis: true", "start_redis: false")
    old = old.replace("$state", str(layout.root))
    assert old in text
    layout.settings.write_text(text.replace(old, new, 1))
    found = asyncio.run(examine(layout))
    (finding,) = [finding for finding in found if finding.name == "settings" and not finding.right]
    assert finding.detail.startswith(f"`{module}` refuses them: {said}")
    assert finding.mend == f"correct `{layout.settings}`, or the key that is named"
    assert "run `writ up`" not in {finding.mend for finding in found}


def test_what_others_run_is_not_asked_to_read(layout: Layout) -> None:
    text = layout.settings.read_text().replace("start_pdp: true", "start_pdp: false")
    layout.settings.write_text(text)
    assert len([finding for finding in asyncio.run(examine(layout)) if finding.name == "settings"]) == 1


@pytest.mark.parametrize("file", ["bundle.pem", "issuer.pem", "receipt.pem", "permit.pem", "vault.key"])
@pytest.mark.parametrize("content", [b"", b"x", b"\xff" * 31, b"0" * 63])
def test_a_key_that_holds_none_is_to_be_restored(layout: Layout, file: str, content: bytes) -> None:
    layout.settings.unlink()  # it is enough to look at the file, and quicker
    layout.key(file).write_bytes(content)
    (finding,) = wrong(layout, f"key {file.partition('.')[0]}")
    assert f"`{layout.key(file)}`" in finding.detail
    assert finding.mend == "restore it from a backup"
    with pytest.raises(ConfigurationError, match="KEY_INVALID"):
        make_keys(layout, os.urandom)


def test_a_key_of_another_kind_is_to_be_restored(layout: Layout) -> None:
    layout.settings.unlink()
    layout.key("receipt.pem").write_bytes(layout.key("bundle.pem").read_bytes())
    (finding,) = wrong(layout, "key receipt")
    assert finding.detail == f"expected an Ed25519 key in `{layout.key('receipt.pem')}`, got another kind"


def test_a_raw_vault_key_is_one(layout: Layout) -> None:
    layout.settings.unlink()
    layout.key("vault.key").write_bytes(os.urandom(32))
    assert wrong(layout, "key vault") == []


@pytest.mark.parametrize("file", ["permit.pem", "vault.key"])
def test_a_key_that_others_may_read_is_named_with_the_command_that_mends_it(layout: Layout, file: str) -> None:
    layout.key(file).chmod(0o644)
    (finding,) = wrong(layout, f"key {file.partition('.')[0]}")
    assert finding.detail == f"expected mode 0600 on `{layout.key(file)}`, got 0644"
    assert f"`chmod 600 {layout.key(file)}`" in finding.mend


def test_a_vault_key_that_is_gone_is_to_be_restored(layout: Layout) -> None:
    layout.key("vault.key").unlink()
    (finding,) = wrong(layout, "key vault")
    assert finding.mend.startswith("restore it")


@pytest.mark.parametrize(
    ("setting", "section", "key"),
    [
        ("control_plane.http_listen", "control_plane", "http_listen"),
        ("telemetry.metrics_listen", "telemetry", "metrics_listen"),
    ],
)
def test_a_port_that_somebody_else_has_is_named_with_its_setting(
    layout: Layout, setting: str, section: str, key: str
) -> None:
    address = yaml.safe_load(layout.settings.read_text())[section][key]
    with socket.create_server(("127.0.0.1", int(address.rpartition(":")[2]))):
        (finding,) = wrong(layout, "port")
    assert finding.detail == f"cannot listen on `{address}`: Address already in use"
    assert f"`{setting}` in `{layout.settings}`" in finding.mend


def test_ports_of_a_stack_that_runs_are_its_own_and_its_faults_stand_in_logs(layout: Layout) -> None:
    address = load_stack_config(layout).metrics_listen
    with layout.lock.open("w") as held, socket.create_server(("127.0.0.1", int(address.rpartition(":")[2]))):
        fcntl.flock(held, fcntl.LOCK_EX)
        assert wrong(layout, "port") == []
        (finding,) = wrong(layout, "bundle")
    assert finding.mend == f"read `{layout.log('opa')}`"


@pytest.mark.parametrize("time", ['"time_ms": 1767225600999', '"time": "2026-01-01T00:00:00Z"'])
def test_what_a_process_that_runs_complains_of_is_said_with_its_time(layout: Layout, time: str) -> None:
    line = '{"level": "warning", "message": "bundle not readable", "reason": "BUNDLE_MISSING", "detail": "none"'
    layout.log("pdp").write_text(f"{line}, {time}}}\n")
    with layout.lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        (finding,) = wrong(layout, "pdp")
    assert finding.detail.endswith(
        f"; {layout.log('pdp')} says at 2026-01-01T00:00:00Z: bundle not readable: BUNDLE_MISSING: none"
    )
    assert "says" not in wrong(layout, "pdp")[0].detail, "nothing runs that could complain"


def test_of_an_opa_of_others_without_a_bundle_the_key_is_named(layout: Layout) -> None:
    layout.settings.write_text(layout.settings.read_text().replace("start_opa: true", "start_opa: false"))
    (finding,) = wrong(layout, "bundle")
    assert f"`{layout.public_keys / 'bundle.pem'}`" in finding.mend


class Serves(BaseHTTPRequestHandler):
    """A control plane that serves revision `new`."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"status": "SERVING", "revision": "new"}')


def test_an_opa_that_has_not_taken_what_is_served_is_named(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = "old"

    async def active_revision(_: Path) -> str:
        return runs

    monkeypatch.setattr(ready, "active_revision", active_revision)
    port = int(load_stack_config(layout).control_plane_http.rpartition(":")[2])
    with HTTPServer(("127.0.0.1", port), Serves) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            (finding,) = wrong(layout, "bundle")
            assert finding.detail == "opa runs revision old and has not taken new, which the control plane serves"
            runs = "new"
            assert wrong(layout, "bundle") == []
        finally:
            server.shutdown()


def test_a_redis_of_others_that_does_not_answer_is_named_without_its_password(layout: Layout) -> None:
    text = layout.settings.read_text().replace("start_redis: true", "start_redis: false")
    layout.settings.write_text(text.replace(f"unix://{layout.root}/redis.sock", "redis://user:geheim@127.0.0.1:1"))
    (finding,) = wrong(layout, "state")
    assert finding.detail.startswith("STATE_UNAVAILABLE")
    assert "geheim" not in finding.detail


def test_a_database_that_does_not_answer_is_named_without_its_password(layout: Layout) -> None:
    text = layout.settings.read_text()
    layout.settings.write_text(text.replace("sqlite:///control-plane.db", "postgresql://writ:geheim@127.0.0.1:1/writ"))
    (finding,) = wrong(layout, "database")
    assert "Connection refused" in finding.detail
    assert f"`control_plane.database` in `{layout.settings}`" in finding.mend
    assert "geheim" not in finding.detail + finding.mend


def test_a_database_that_a_newer_writ_has_migrated_is_named(layout: Layout) -> None:
    url = load_config(layout.settings).database
    engine = open_storage(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    (finding,) = wrong(layout, "database")
    assert finding.detail.startswith("expected a schema up to `0001`, got `9999`")
    assert finding.mend.startswith("run the newer Writ")


def test_a_lock_file_that_a_killed_supervisor_left_stands_in_nobodys_way(layout: Layout) -> None:
    layout.lock.write_text("1\n")
    (finding,) = wrong(layout, "redis")
    assert finding.mend == "run `writ up`"


def test_an_opa_of_another_version_is_named(layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WRIT_OPA", str(program(tmp_path, "Version: 0.60.0")))
    (finding,) = wrong(layout, "opa binary")
    assert finding.detail.startswith("0.60.0 in ")
    assert "expected 1." in finding.detail
    assert "WRIT_OPA" in finding.mend


def test_a_program_that_is_no_opa_is_named(layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WRIT_OPA", str(program(tmp_path, "hello")))
    (finding,) = wrong(layout, "opa binary")
    assert finding.detail.startswith("expected an OPA in ")


def test_a_full_disk_is_named(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor, "free_bytes", lambda _: 3 * 2**20)
    (finding,) = wrong(layout, "disk")
    assert finding.detail == "3 MiB free"
    assert finding.mend.startswith("make room")


def test_a_folder_that_cannot_be_written_is_named(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    # Root, who may run the tests, may write in every folder but one of a file system mounted read-only.
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK or Path(path) != layout.root)
    (finding,) = wrong(layout, "state folder")
    assert finding.detail == f"`{layout.root}` cannot be written"


def test_a_package_that_is_missing_is_named(layout: Layout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "runtime.txt").write_text("no-such-package==1.0 \\\n    --hash=sha256:00\n")
    monkeypatch.setattr(doctor, "CHECKOUT", tmp_path)
    (finding,) = wrong(layout, "packages")
    assert finding.detail == "no-such-package missing instead of 1.0"
    assert finding.mend == "run `make setup`"


def test_no_new_vault_key_is_made_while_payloads_of_the_old_one_lie_there(layout: Layout) -> None:
    (layout.root / "vault" / "keys.sqlite").touch()
    layout.key("vault.key").unlink()
    with pytest.raises(ConfigurationError, match="KEY_MISSING"):
        make_keys(layout, os.urandom)
    assert not layout.key("vault.key").exists()


def test_a_vault_key_that_lies_elsewhere_is_not_made_here(layout: Layout) -> None:
    layout.settings.write_text(layout.settings.read_text().replace("keys/vault.key", "/elsewhere/vault.key"))
    layout.key("vault.key").unlink()
    assert make_keys(layout, os.urandom) == []
