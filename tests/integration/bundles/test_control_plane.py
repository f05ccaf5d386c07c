"""The real control plane process: who may push, what is kept, what OPA is served, and swaps under load."""

from __future__ import annotations

import asyncio
import json
import stat
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from control_plane.bundles.client import BundleClient, ControlPlaneRefused
from pdp.evaluate import OpaJudge
from tests.control_plane_server import ControlPlaneServer
from tests.opa_server import KEY_ID, OpaServer, SigningKey, build_tiny, capabilities_file, copy_tiny
from writ.cli.main import cli
from writ.errors import DependencyFailed

KEY = SigningKey()


@pytest.fixture
def control_plane(tmp_path: Path) -> Iterator[ControlPlaneServer]:
    with ControlPlaneServer(tmp_path, KEY) as server:
        yield server


def push(server: ControlPlaneServer, folder: Path, mark: str, *, activate: bool = True, rollback: bool = False) -> str:
    built = build_tiny(folder, KEY, mark)
    with server.client() as client:
        answer = client.push(built.path.read_bytes(), activate=activate, allow_rollback=rollback)
    assert answer.bundle.revision == built.revision
    return built.revision


def test_sockets_and_database_are_for_their_owner_alone(control_plane: ControlPlaneServer, tmp_path: Path) -> None:
    for path in (control_plane.socket, tmp_path / "control_plane.db"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_was_pushed_is_listed_newest_first_and_survives_a_crash(
    control_plane: ControlPlaneServer, tmp_path: Path
) -> None:
    first = push(control_plane, tmp_path, "blue")
    second = push(control_plane, tmp_path, "green", activate=False)
    control_plane.kill()
    control_plane.start()
    with control_plane.client("bundle:read") as client:
        stored = client.list()
        archive = client.get(first).archive
    assert [(bundle.revision, bundle.active, bundle.pushed_by) for bundle in stored] == [
        (second, False, "ci"),
        (first, True, "ci"),
    ]
    assert archive == (tmp_path / "blue.tar.gz").read_bytes()


def test_the_same_revision_is_stored_once(control_plane: ControlPlaneServer, tmp_path: Path) -> None:
    archive = build_tiny(tmp_path, KEY).path.read_bytes()
    with control_plane.client() as client:
        assert [client.push(archive, activate=True).created for _ in range(2)] == [True, False]
        assert len(client.list()) == 1


def test_going_back_is_refused_unless_it_is_allowed(control_plane: ControlPlaneServer, tmp_path: Path) -> None:
    first = push(control_plane, tmp_path, "blue")
    second = push(control_plane, tmp_path, "green")
    with pytest.raises(ControlPlaneRefused, match="ROLLBACK_REFUSED"):
        push(control_plane, tmp_path, "blue")
    assert served(control_plane) == second
    push(control_plane, tmp_path, "blue", rollback=True)
    assert served(control_plane) == first


def served(server: ControlPlaneServer) -> str:
    return str(json.loads(server.get("/health")[2])["revision"])


def test_a_refused_bundle_names_its_file_and_the_old_one_is_served_on(
    control_plane: ControlPlaneServer, tmp_path: Path
) -> None:
    first = push(control_plane, tmp_path, "blue")
    (tmp_path / "other").mkdir()
    other = build_tiny(tmp_path / "other", SigningKey(), "green")
    with control_plane.client() as client, pytest.raises(ControlPlaneRefused, match=r"SIGNATURE_INVALID.*signatures"):
        client.push(other.path.read_bytes(), activate=True)
    assert served(control_plane) == first


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (lambda _: "", "TOKEN_MISSING"),
        (lambda _: "x.y.z", "TOKEN_INVALID: token does not hold: expected a JWT with a JSON header"),
        (lambda server: server.token(kid="other"), "TOKEN_INVALID: token names no key"),
        (lambda server: server.token(exp=1), "TOKEN_INVALID: token does not hold: expected `exp` in the future"),
        (lambda server: server.token(aud="other"), "TOKEN_INVALID: token does not hold: expected audience `writ-control-plane`"),
        (lambda server: server.token(iss="other"), "TOKEN_INVALID: token does not hold: expected issuer `"),
        (lambda server: server.token(subject=""), "TOKEN_INVALID"),
        (lambda server: server.token("bundle:read"), "SCOPE_MISSING"),
        (lambda server: server.token("bundle:pushy other"), "SCOPE_MISSING"),
    ],
)  # fmt: skip
def test_only_who_may_push_pushes(control_plane: ControlPlaneServer, token: object, reason: str) -> None:
    assert callable(token)
    client = BundleClient(control_plane.address, token(control_plane))
    with client, pytest.raises(ControlPlaneRefused, match=reason):
        client.push(b"", activate=True)


def test_reading_needs_a_scope_too(control_plane: ControlPlaneServer) -> None:
    with control_plane.client("other") as client:
        with pytest.raises(ControlPlaneRefused, match="SCOPE_MISSING"):
            client.list()
        with pytest.raises(ControlPlaneRefused, match="SCOPE_MISSING"):
            client.get("x")


def test_a_revision_that_is_not_stored_is_not_found(control_plane: ControlPlaneServer) -> None:
    with control_plane.client() as client, pytest.raises(ControlPlaneRefused, match="BUNDLE_NOT_FOUND"):
        client.get("0" * 64)


def test_the_endpoint_speaks_opas_bundle_protocol(control_plane: ControlPlaneServer, tmp_path: Path) -> None:
    assert control_plane.get("/bundles/writ")[0] == 404
    push(control_plane, tmp_path, "blue")
    status, headers, body = control_plane.get("/bundles/writ")
    assert (status, headers["content-type"]) == (200, "application/vnd.openpolicyagent.bundles")
    assert body == (tmp_path / "blue.tar.gz").read_bytes()
    etag = headers["etag"]
    assert control_plane.get("/bundles/writ", If_None_Match=etag)[0] == 304
    assert control_plane.get("/bundles/writ", If_None_Match='"other"')[0] == 200


def test_a_held_request_is_answered_by_the_change(control_plane: ControlPlaneServer, tmp_path: Path) -> None:
    push(control_plane, tmp_path, "blue")
    etag = control_plane.get("/bundles/writ")[1]["etag"]
    answers: list[tuple[int, dict[str, str], bytes]] = []
    waiting = threading.Thread(
        target=lambda: answers.append(control_plane.get("/bundles/writ", If_None_Match=etag, Prefer="wait=15"))
    )
    waiting.start()
    push(control_plane, tmp_path, "green")
    waiting.join(20)
    assert answers[0][0] == 200
    assert answers[0][1]["etag"] != etag


def test_a_held_request_without_a_change_is_not_modified(control_plane: ControlPlaneServer, tmp_path: Path) -> None:
    push(control_plane, tmp_path, "blue")
    etag = control_plane.get("/bundles/writ")[1]["etag"]
    assert control_plane.get("/bundles/writ", If_None_Match=etag, Prefer="modes=snapshot,delta;wait=1")[0] == 304


def test_it_stops_when_asked_though_a_request_is_held(control_plane: ControlPlaneServer, tmp_path: Path) -> None:
    push(control_plane, tmp_path, "blue")
    etag = control_plane.get("/bundles/writ")[1]["etag"]
    statuses: list[int] = []
    waiting = threading.Thread(
        target=lambda: statuses.append(control_plane.get("/bundles/writ", If_None_Match=etag, Prefer="wait=15")[0])
    )
    waiting.start()
    time.sleep(0.2)  # so that it is probably held; the assertions hold either way
    assert control_plane.stop() == 0
    waiting.join(20)
    assert statuses in ([304], [])


# With OPA -------------------------------------------------------------------------------------------------------------


async def activated(judge: OpaJudge, revision: str) -> str:
    """Waits until OPA runs the revision, and returns the bundle digest that it names."""
    async with asyncio.timeout(20):
        while (activation := await judge.activation()).revision != revision:
            await asyncio.sleep(0.02)
    return activation.etag


async def test_opa_runs_what_was_pushed_and_names_its_digest(control_plane: ControlPlaneServer, tmp_path: Path) -> None:
    revision = push(control_plane, tmp_path, "blue")
    with OpaServer(tmp_path, KEY, control_plane.url) as opa:
        judge = OpaJudge(opa.socket)
        etag = await activated(judge, revision)
        judge.close()
    assert control_plane.get("/bundles/writ")[1]["etag"] == f'"{etag}"'


async def test_opa_restarts_with_its_last_bundle_while_the_control_plane_is_down(
    control_plane: ControlPlaneServer, tmp_path: Path
) -> None:
    revision = push(control_plane, tmp_path, "blue")
    with OpaServer(tmp_path, KEY, control_plane.url) as opa:
        control_plane.kill()
        opa.kill()
        opa.start()
        judge = OpaJudge(opa.socket)
        await activated(judge, revision)
        control_plane.start()
        after = await asyncio.to_thread(push, control_plane, tmp_path, "green")
        await activated(judge, after)
        judge.close()


async def test_opa_refuses_what_another_key_signed_and_goes_on(tmp_path: Path) -> None:
    """As if the control plane itself had been taken over: it serves, OPA still refuses."""
    stranger = SigningKey()
    with ControlPlaneServer(tmp_path, stranger) as server:
        built = build_tiny(tmp_path, stranger)
        with server.client() as client:
            client.push(built.path.read_bytes(), activate=True)
        opa = OpaServer(tmp_path, KEY, server.url)
        opa.start(activated=False)
        try:
            until = time.monotonic() + 20
            while "Bundle load failed" not in opa.log.read_text():
                assert time.monotonic() < until, opa.log.read_text()
                await asyncio.sleep(0.05)
            assert opa.get("/health?bundles")[0] == 500
        finally:
            opa.kill()


async def test_a_bundle_swap_under_load_fails_no_decision_and_mixes_none(
    control_plane: ControlPlaneServer, tmp_path: Path
) -> None:
    marks = {push(control_plane, tmp_path, "blue"): "blue"}
    running = next(iter(marks))
    decided: dict[str, int] = {}
    with OpaServer(tmp_path, KEY, control_plane.url) as opa:
        judge = OpaJudge(opa.socket)
        stop = asyncio.Event()

        async def caller(size: int) -> None:
            digests = [f"d{index}" for index in range(size)]
            items = [
                orjson.dumps({"index": index, "execution_digest": digests[index], "verb": "READ", "ip": "192.0.2.1"})
                for index in range(size)
            ]
            revision = running
            while not stop.is_set():
                outcomes = await judge.judge(revision, items, digests, 10)
                if outcomes is None:
                    revision = (await judge.activation()).revision
                    continue
                codes = {outcome.rules[0].code if outcome else "NONE" for outcome in outcomes}
                assert codes == {marks[revision].upper()}
                decided[marks[revision]] = decided.get(marks[revision], 0) + size

        async with asyncio.TaskGroup() as group:
            for size in (1, 8, 32):
                group.create_task(caller(size))
            for mark in ("green", "amber", "white"):
                revision = build_tiny(tmp_path, KEY, mark).revision
                marks[revision] = mark
                await asyncio.to_thread(push, control_plane, tmp_path, mark)
                await activated(judge, revision)
                before = decided.get(mark, 0)
                while decided.get(mark, 0) <= before + 100:
                    await asyncio.sleep(0.005)
            stop.set()
        judge.close()
    assert set(decided) == {"blue", "green", "amber", "white"}


# Command line ---------------------------------------------------------------------------------------------------------


def test_the_command_line_builds_pushes_and_lists(control_plane: ControlPlaneServer, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_bytes(KEY.private_pem)
    (tmp_path / "token").write_text(control_plane.token() + "\n")
    source = copy_tiny(tmp_path, "blue")
    archive = tmp_path / "out" / "bundle.tar.gz"
    where = ["--address", control_plane.address, "--token-file", str(tmp_path / "token")]
    options = ["--signing-key", str(tmp_path / "key.pem"), "--key-id", KEY_ID, "--json"]
    options += ["--capabilities", str(capabilities_file(tmp_path)), "--source", str(source), "--out", str(archive)]
    run = CliRunner()
    built = run.invoke(cli, ["bundle", "build", *options])
    assert built.exit_code == 0, built.output
    pushed = run.invoke(cli, ["bundle", "push", str(archive), *where, "--json"])
    assert pushed.exit_code == 0, pushed.output
    listed = run.invoke(cli, ["bundle", "list", *where, "--json"])
    assert [entry["revision"] for entry in json.loads(listed.output)] == [json.loads(built.output)["revision"]]
    assert "* " in run.invoke(cli, ["bundle", "list", *where]).output


def test_the_command_line_says_what_was_refused(control_plane: ControlPlaneServer, tmp_path: Path) -> None:
    (tmp_path / "token").write_text(control_plane.token())
    (tmp_path / "bundle.tar.gz").write_bytes(b"garbage")
    where = ["--address", control_plane.address, "--token-file", str(tmp_path / "token")]
    refused = CliRunner().invoke(cli, ["bundle", "push", str(tmp_path / "bundle.tar.gz"), *where])
    assert refused.exit_code == 1
    assert "BUNDLE_UNREADABLE" in refused.output
    assert CliRunner().invoke(cli, ["bundle", "push"]).exit_code == 2


def test_nobody_on_the_address_is_unavailable(tmp_path: Path) -> None:
    client = BundleClient(f"unix://{tmp_path}/nobody", "t")
    with client, pytest.raises(DependencyFailed, match="CONTROL_PLANE_UNAVAILABLE: no control plane answers on `unix:"):
        client.list()
