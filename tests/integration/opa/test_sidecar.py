"""The real OPA gone, killed, paused, without a bundle: what the judge says, and that it finds back."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from control_plane.opa_config import SidecarSettings, opa_config
from pdp.evaluate import OpaJudge
from tests.opa_server import OpaServer, SigningKey, build_tiny
from writ.errors import ConfigurationError, EvaluationFailed, NotReady

ITEM = [orjson.dumps({"index": 0, "execution_digest": "d", "verb": "READ", "ip": "192.0.2.1"})]
DIGEST = ["d"]
DEADLINE_S = 10.0


@pytest.fixture
def opa(tmp_path: Path) -> Iterator[tuple[OpaServer, str]]:
    key = SigningKey()
    built = build_tiny(tmp_path, key)
    with OpaServer(tmp_path, key, built.path) as server:
        yield server, built.revision


async def allowed(judge: OpaJudge, revision: str) -> bool:
    outcomes = await judge.judge(revision, ITEM, DIGEST, DEADLINE_S)
    return outcomes is not None and outcomes[0] is not None and outcomes[0].effect == "ALLOW"


async def test_the_socket_is_for_its_owner_alone(opa: tuple[OpaServer, str]) -> None:
    assert stat.S_IMODE(opa[0].socket.stat().st_mode) == 0o600


async def test_a_killed_opa_is_unavailable_and_a_restarted_one_is_found(opa: tuple[OpaServer, str]) -> None:
    server, revision = opa
    judge = OpaJudge(server.socket)
    assert await allowed(judge, revision)
    server.kill()
    with pytest.raises(EvaluationFailed, match="EVALUATION_UNAVAILABLE"):
        await judge.judge(revision, ITEM, DIGEST, DEADLINE_S)
    server.start()
    assert await allowed(judge, revision)
    judge.close()


async def test_an_opa_restarted_unnoticed_costs_no_decision(opa: tuple[OpaServer, str]) -> None:
    server, revision = opa
    judge = OpaJudge(server.socket)
    assert await allowed(judge, revision)
    # Nothing runs on the loop meanwhile, so the judge still holds the connection to the old process.
    server.kill()
    server.start()
    assert await allowed(judge, revision)
    judge.close()


async def test_a_paused_opa_is_a_timeout_and_is_used_again_when_it_goes_on(opa: tuple[OpaServer, str]) -> None:
    server, revision = opa
    judge = OpaJudge(server.socket)
    assert await allowed(judge, revision)
    server.pause()
    try:
        answers = await asyncio.gather(
            *(judge.judge(revision, ITEM, DIGEST, 0.1) for _ in range(6)), return_exceptions=True
        )
    finally:
        server.resume()
    assert [getattr(answer, "reason", answer) for answer in answers] == ["EVALUATION_TIMEOUT"] * 6
    assert await allowed(judge, revision)
    judge.close()


async def test_an_opa_without_a_bundle_is_not_ready(tmp_path: Path) -> None:
    server = OpaServer(tmp_path, SigningKey(), "http://127.0.0.1:1")
    server.start(activated=False)
    judge = OpaJudge(server.socket)
    try:
        with pytest.raises(NotReady, match="BUNDLE_NOT_ACTIVE"):
            await judge.activation()
        with pytest.raises(EvaluationFailed, match="EVALUATION_UNAVAILABLE"):
            await judge.judge("any", ITEM, DIGEST, DEADLINE_S)
    finally:
        judge.close()
        server.kill()


@pytest.mark.parametrize(
    "changes", [{"key_id": ""}, {"scope": ""}, {"scope": "a b"}, {"bundle_url": "unix:///x"}], ids=str
)
def test_a_sidecar_is_never_configured_to_trust_the_bundle_itself(changes: dict[str, str], tmp_path: Path) -> None:
    settings = {"bundle_url": "http://127.0.0.1:1", "key_id": "k", "scope": "s", **changes}
    with pytest.raises(ConfigurationError, match="OPA_CONFIG_INVALID"):
        opa_config(
            SidecarSettings(
                socket=tmp_path,
                public_key_pem="",
                state_folder=tmp_path,
                bundle_url=settings["bundle_url"],
                key_id=settings["key_id"],
                scope=settings["scope"],
            )
        )
