"""`writ up` with `pdp.tls`: the decision point has callers with certificates alone, and still says whether it serves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import pytest
from cryptography import x509
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from control_plane.stack.tokens import TRUST_DOMAIN
from pep.client import Client, DecisionRefused, mtls_credentials
from tests.certificates import Authority, make_authority
from tests.control_plane_server import free_port
from tests.stack_support import FEED, Stack, assignment, effect, request, running_stack, writ


@dataclass(frozen=True, slots=True, kw_only=True)
class Secured:
    """A stack whose decision point listens on a port, with mTLS."""

    stack: Stack
    authority: Authority

    @property
    def target(self) -> str:
        return f"localhost:{self.stack.target.rpartition(':')[2]}"

    def client(self, subject: str) -> Client:
        certificate, key = self.authority.issue("client", san=[x509.UniformResourceIdentifier(TRUST_DOMAIN + subject)])
        return Client(self.target, credentials=mtls_credentials(certificate, key, self.authority.path), timeout_s=60.0)


@pytest.fixture(scope="module", params=[None, {"binary": "bin/front", "folder": "run/front"}], ids=["grpcio", "native"])
def secured(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    authority = make_authority(tmp_path_factory.mktemp("tls"), "authority")
    certificate, key = authority.issue("server", san=[x509.DNSName("localhost")])
    tls = {"certificate": str(certificate), "key": str(key), "client_authority": str(authority.path)}
    pdp = {"listen": f"127.0.0.1:{free_port()}", "tls": tls, "front": request.param}
    with running_stack({"pdp": pdp}) as stack:
        made = Secured(stack=stack, authority=authority)
        with made.client(FEED) as feed:
            feed.put_facts([assignment("billing-1")])
        yield made


def test_it_is_ready_and_decides_for_who_has_a_certificate(secured: Secured) -> None:
    with secured.client("agent/billing-1") as client:
        assert effect(client.decide(request("secured-1"))) == "ALLOW"


def test_decide_asks_with_a_certificate(secured: Secured, tmp_path: Path) -> None:
    spoken_for: list[x509.GeneralName] = [x509.UniformResourceIdentifier(TRUST_DOMAIN + "agent/billing-1")]
    certificate, key = secured.authority.issue("typed", san=spoken_for)
    action = tmp_path / "action.json"
    action.write_text(
        json.dumps(
            {"agent": {"id": "billing-1"}, "tool": {"server": "ops-shell", "name": "bash"}, "args": {"command": "ls"}}
        )
    )
    me: list[str | Path] = ["--certificate", certificate, "--key", key]
    # The settings in the state folder name the place and the server's certificate.
    places: tuple[list[str | Path], ...] = (
        ["--target", secured.target, "--authority", secured.authority.path],
        ["--state", secured.stack.root],
    )
    for where in places:
        done = writ("decide", "-f", action, "--json", *where, *me)
        answer = json.loads(done.stdout)
        assert answer.get("effect", "").startswith("EFFECT_"), done
        entry = next(entry for entry in secured.stack.entries() if entry.get("decision_id") == answer["decision_id"])
        assert entry["caller"]["id"] == TRUST_DOMAIN + "agent/billing-1"


def test_who_has_no_certificate_is_told_what_to_give(secured: Secured, tmp_path: Path) -> None:
    action = tmp_path / "action.json"
    action.write_text("{}")
    verbs: tuple[list[str | Path], ...] = (["decide", "-f", action], ["demo"])
    for verb in verbs:
        done = writ(*verb, "--state", secured.stack.root, "--json")
        error = json.loads(done.stdout)["error"]
        assert (done.returncode, error["reason"]) == (1, "CERTIFICATE_MISSING"), done
        assert "pdp.tls" in error["message"]
        assert "--certificate" in error["message"]


def test_doctor_asks_it_for_its_health(secured: Secured) -> None:
    found = json.loads(writ("doctor", "--state", secured.stack.root, "--json").stdout)
    assert [finding["detail"] for finding in found if finding["name"] == "pdp"] == ["serving"]


def test_where_health_is_asked_nothing_else_can_be(secured: Secured) -> None:
    socket = secured.stack.layout.socket("health")
    assert socket.stat().st_mode & 0o777 == 0o600
    with Client(f"unix://{socket}", token=secured.stack.token()) as client:
        for ask in (lambda: client.decide(request("secured-2")), lambda: client.put_facts([assignment("billing-1")])):
            with pytest.raises(DecisionRefused) as refused:
                ask()
            assert refused.value.code == "UNIMPLEMENTED"
    with grpc.insecure_channel(f"unix://{socket}") as channel:
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        asked = reflection_pb2.ServerReflectionRequest(list_services="")
        answers = stub.ServerReflectionInfo(iter([asked]))  # type: ignore[operator]  # its stub
        with pytest.raises(grpc.RpcError) as listed:
            next(answers)
    assert listed.value.code() is grpc.StatusCode.UNIMPLEMENTED
