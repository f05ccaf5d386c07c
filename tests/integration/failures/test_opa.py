"""OPA gone, slow, answering garbage, without a bundle, or unable to judge one item: real processes, never an ALLOW."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from pep.client import Client, DecisionRefused
from tests.opa_server import OpaServer
from tests.stack_support import DecisionPoint, Ground, codes, effect, request, until
from writ.v1 import decision_pb2

POISON = """package packs.invoices

# METADATA
# title: A rule that fails on one value
matched contains rule if {
	startswith(input.context.purpose, "network ")
	not net.cidr_contains("10.0.0.0/8", substring(input.context.purpose, 8, -1))
	rule := {
		"id": "invoices.outside",
		"outcome": "FORBID",
		"code": "OUTSIDE",
		"message": "outside of the network",
		"remediation": "",
	}
}
"""


@pytest.fixture
def client(point: DecisionPoint) -> Iterator[Client]:
    with point.client() as opened:
        yield opened


def allows(client: Client, request_id: str) -> bool:
    return effect(client.decide(request(request_id))) == "ALLOW"


@contextmanager
def standing_in(opa: OpaServer, body: bytes, status: int = 200) -> Iterator[None]:
    """A real HTTP server on OPA's socket that answers everything with `body`."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(status)
            self.send_header("content-length", str(len(body)))
            # Else the connection, and the thread behind it, would outlive this server.
            self.send_header("connection", "close")
            self.end_headers()
            self.wfile.write(body)

        def address_string(self) -> str:
            return "unix"

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it so
            return

    class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
        daemon_threads = True

    opa.kill()
    opa.socket.unlink(missing_ok=True)
    with Server(str(opa.socket), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()
            opa.start()


def denied_with(client: Client, request_id: str, code: str) -> None:
    decision = client.decide(request(request_id))
    assert (effect(decision), codes(decision)) == ("DENY", [code])
    assert not decision.permit.token
    assert decision.HasField("receipt"), "a denial of the decision point itself is evidence too"


def test_without_opa_everything_is_denied_and_a_restarted_one_is_found(
    ground: Ground, point: DecisionPoint, client: Client
) -> None:
    assert allows(client, "gone-0")
    ground.opa.kill()
    denied_with(client, "gone-1", "EVALUATION_UNAVAILABLE")
    assert point.metrics("writ_failures_total")[("EVALUATION_UNAVAILABLE",)] >= 1
    ground.opa.start()
    assert allows(client, "gone-2")
    assert allows(client, "gone-1"), "a failure that passed is no answer to keep"


def test_a_paused_opa_is_denied_at_its_deadline_and_resumes(ground: Ground, client: Client) -> None:
    ground.opa.pause()
    denied_with(client, "slow-1", "EVALUATION_TIMEOUT")
    ground.opa.resume()
    assert allows(client, "slow-2")


def test_who_asked_while_opa_was_away_is_no_suspect_afterwards() -> None:
    with Ground(packs=("invoices", "agent_safety")) as ground:
        point = ground.point().start()
        ground.assign(point, "billing-1")
        with point.client() as client:
            assert allows(client, "before")
            ground.opa.kill()
            for number in range(6):  # more than the pack lets an agent try in vain
                denied_with(client, f"away-{number}", "EVALUATION_UNAVAILABLE")
            ground.opa.start()
            assert allows(client, "afterwards")


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("no-json", b"<html>not found</html>"),
        ("no-object", b"[]"),
        ("allow-all", b'{"result": [{"effect": "ALLOW"}]}'),
        ("no-array", b'{"result": true}'),
        ("empty", b""),
    ],
)
def test_garbage_from_opa_is_never_an_allow(ground: Ground, client: Client, name: str, body: bytes) -> None:
    with standing_in(ground.opa, body):
        decision = client.decide(request(f"garbage-{name}"))
    assert effect(decision) == "DENY"
    assert codes(decision)[0] in ("EVALUATION_MALFORMED", "EVALUATION_FAILED")
    assert allows(client, f"after-{name}")


def test_an_answer_that_was_recorded_for_another_call_is_not_believed(ground: Ground, client: Client) -> None:
    stolen = b'{"result": [{"index": 0, "execution_digest": "%s", "effect": "ALLOW"}]}' % (b"0" * 64)
    with standing_in(ground.opa, stolen):
        decision = client.decide(request("stolen"))
    assert effect(decision) == "DENY"


def test_opa_that_answers_500_to_everything_denies_and_recovers(ground: Ground, client: Client) -> None:
    with standing_in(ground.opa, b'{"code": "internal_error"}', status=500):
        decision = client.decide(request("five-hundred"))
        assert effect(decision) == "DENY"
    assert allows(client, "five-hundred-after")


def test_opa_restarted_without_its_bundle_denies_until_it_has_one(ground: Ground, client: Client) -> None:
    archive = ground.bundle.path
    aside = archive.with_suffix(".aside")
    ground.opa.kill()
    archive.rename(aside)
    # Neither the archive nor the copy that OPA persisted.
    persisted: Path = ground.folder / "opa-state"
    if persisted.exists():
        persisted.rename(ground.folder / "opa-state-aside")
    try:
        ground.opa.start(activated=False)
        decision = client.decide(request("no-bundle"))
        assert effect(decision) == "DENY"
        assert codes(decision)[0].startswith("EVALUATION_")
    finally:
        ground.opa.kill()
        aside.rename(archive)
        ground.opa.start()
    assert allows(client, "bundle-is-back")


def test_a_point_that_never_saw_a_bundle_does_not_serve(ground: Ground) -> None:
    ground.opa.kill()
    fresh = ground.point("pdp-unready").start(serving=False)
    try:
        until(fresh.health, "the health service to answer")
        assert not fresh.is_serving()
        with fresh.client() as client, pytest.raises(DecisionRefused, match="no policy bundle") as refused:
            client.decide(request("unready"))
        assert (refused.value.code, refused.value.reason) == ("UNAVAILABLE", "BUNDLE_NOT_ACTIVE")
    finally:
        ground.opa.start()
    until(fresh.is_serving, "the point to serve")
    fresh.stop()


def test_one_item_that_opa_cannot_judge_costs_only_itself() -> None:
    with Ground(packs=("invoices",), poison=POISON) as ground:
        point = ground.point().start()
        ground.assign(point, "billing-1", "billing-2")
        requests = [request(f"honest-{n}", agent="billing-2") for n in range(20)]
        requests.insert(7, request("poison", purpose="network 10.1.1.999"))
        with point.client("gateway/mcp") as client:
            answers = client.decide_batch(requests, decision_pb2.BATCH_SEMANTIC_EXECUTE_ALL)
            assert [answer.request_id for answer in answers] == [item.request_id for item in requests]
            effects = {answer.request_id: effect(answer.decision) for answer in answers}
            assert effects.pop("poison") == "DENY"
            assert codes(answers[7].decision) == ["EVALUATION_FAILED"]
            assert set(effects.values()) == {"ALLOW"}
            # Its agent is judged apart for a while, and is judged all the same.
            inside = client.decide(request("inside", purpose="network 10.1.1.9"))
            outside = client.decide(request("outside", purpose="network 192.0.2.1"))
        assert effect(inside) == "ALLOW"
        assert codes(outside)[0] == "OUTSIDE"
