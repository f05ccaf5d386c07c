"""Who may call and for whom, over real gRPC: JWTs and client certificates, facts and their feeds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import grpc
import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from google.protobuf.duration_pb2 import Duration

from control_plane.stack.keys import ISSUER
from control_plane.stack.tokens import AUDIENCE, TRUST_DOMAIN
from pep.client import Client, DecisionRefused, mtls_credentials
from tests.certificates import Authority, make_authority
from tests.control_plane_server import free_port
from tests.stack_support import FEED, GATEWAY, DecisionPoint, Ground, Stack, assignment, effect, request, until
from writ.v1 import decision_pb2, fact_pb2


def refusal(client: Client, request_id: str, *, agent: str = "billing-1") -> tuple[str, str]:
    with pytest.raises(DecisionRefused) as error:
        client.decide(request(request_id, agent=agent))
    return error.value.code, error.value.reason


# Tokens --------------------------------------------------------------------------------------------------------------


def test_a_call_without_a_credential_is_unauthenticated(stack: Stack) -> None:
    with Client(stack.target) as nobody:
        assert refusal(nobody, "nobody-1") == ("UNAUTHENTICATED", "CREDENTIAL_MISSING")
        with pytest.raises(DecisionRefused) as error:
            list(nobody.decide_stream([request("nobody-2")]))
        assert error.value.code == "UNAUTHENTICATED"
        with pytest.raises(DecisionRefused) as error:
            nobody.decide_batch([request("nobody-3")], decision_pb2.BATCH_SEMANTIC_EXECUTE_ALL)
        assert error.value.code == "UNAUTHENTICATED"
        with pytest.raises(DecisionRefused) as error:
            nobody.put_facts([assignment("billing-1")])
        assert error.value.code == "UNAUTHENTICATED"


def forged(**changes: object) -> str:
    """A token by a key that nobody trusts."""
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": TRUST_DOMAIN + "agent/billing-1", "org": "acme", "exp": 2**40}
    header = {"kid": str(changes.pop("kid", "demo"))}
    return jwt.encode({**claims, **changes}, Ed25519PrivateKey.generate(), algorithm="EdDSA", headers=header)


@pytest.mark.parametrize(
    "token",
    ["x", "a.b.c", forged(), forged(kid="unknown"), jwt.encode({"sub": "x"}, "", algorithm="none")],
    ids=["one word", "three words", "another key", "unknown key", "unsigned"],
)
def test_a_token_that_does_not_hold_is_unauthenticated(stack: Stack, token: str) -> None:
    with Client(stack.target, token=token) as forger:
        code, reason = refusal(forger, "forged-1")
    assert (code, reason) == ("UNAUTHENTICATED", "CREDENTIAL_INVALID")


def test_a_token_beyond_the_limit_of_headers_is_refused_by_the_transport(stack: Stack) -> None:
    with Client(stack.target, token="x" * 20_000) as talker:
        assert refusal(talker, "long-1")[0] == "RESOURCE_EXHAUSTED"


def test_an_expired_token_is_unauthenticated(stack: Stack) -> None:
    with Client(stack.target, token=stack.token_of_the_past()) as late:
        assert refusal(late, "late-1")[0] == "UNAUTHENTICATED"


def test_the_refusal_of_a_token_does_not_quote_it(stack: Stack) -> None:
    token = forged()
    with Client(stack.target, token=token) as forger, pytest.raises(DecisionRefused) as error:
        forger.decide(request("quote-1"))
    assert not any(part in error.value.message for part in token.split("."))
    log = (stack.root / "logs" / "pdp.log").read_text()
    assert token not in log


def test_speaking_for_another_agent_is_refused_and_on_record(stack: Stack, client: Client) -> None:
    before = len(stack.entries())
    with pytest.raises(DecisionRefused) as error:
        client.decide(request("spoof-1", agent="payroll-1"))
    assert (error.value.code, error.value.reason) == ("PERMISSION_DENIED", "CALLER_NOT_PERMITTED")
    (entry,) = stack.entries()[before:]
    assert error.value.decision_id == entry["decision_id"]
    log = [line for line in (stack.root / "logs" / "pdp.log").read_text().splitlines() if '"refused"' in line]
    assert [line for line in log if entry["decision_id"] in line]
    assert "payroll-1" not in "".join(log)
    assert (entry["kind"], entry["reason"]) == ("refusal", "CALLER_NOT_PERMITTED")
    assert entry["caller"]["id"] == TRUST_DOMAIN + "agent/billing-1"
    assert "payroll-1" not in str(entry), "who was claimed stands there only as a commitment"


def test_a_chain_of_delegation_that_widens_is_refused(client: Client) -> None:
    wanted = request("widened-1", principal=decision_pb2.Principal(id="alice", type="human"))
    wanted.delegation.add(delegator="alice", delegate="team", scopes=["read"])
    wanted.delegation.add(delegator="team", delegate="billing-1", scopes=["read", "delete"])
    with pytest.raises(DecisionRefused) as error:
        client.decide(wanted)
    assert (error.value.code, error.value.reason) == ("PERMISSION_DENIED", "DELEGATION_WIDENED")


def test_the_organisation_comes_from_the_credential(stack: Stack) -> None:
    with stack.client(organisation="globex") as foreign:
        decision = foreign.decide(request("org-1"))
    assert effect(decision) == "DENY", "what a feed told acme is nothing to globex"
    (entry,) = [entry for entry in stack.entries() if entry.get("decision_id") == decision.decision_id]
    assert entry["organisation"] == "globex"


# Facts -------------------------------------------------------------------------------------------------------------


def put(stack: Stack, fact: fact_pb2.Fact, subject: str = FEED) -> str:
    with stack.client(subject) as feed:
        try:
            feed.put_facts([fact])
        except DecisionRefused as error:
            return f"{error.code} {error.reason}"
    return "OK"


@pytest.mark.parametrize("subject", ["agent/billing-1", GATEWAY, "feed/other"])
def test_facts_of_somebody_who_is_no_feed_are_refused(stack: Stack, subject: str) -> None:
    assert put(stack, assignment("sneaky"), subject) == "PERMISSION_DENIED FEED_NOT_PERMITTED"
    with stack.client("agent/sneaky") as sneaky:
        assert effect(sneaky.decide(request(f"sneaky-{subject.replace('/', '-')}", agent="sneaky"))) == "DENY"


def test_a_feed_gives_and_takes(stack: Stack) -> None:
    with stack.client("agent/newcomer") as newcomer:
        assert effect(newcomer.decide(request("given-0", agent="newcomer"))) == "DENY"
        assert put(stack, assignment("newcomer")) == "OK"
        assert effect(newcomer.decide(request("given-1", agent="newcomer"))) == "ALLOW"
        assert put(stack, fact_pb2.Fact(name="assignment", key=["newcomer", "7"], retract=True)) == "OK"
        assert effect(newcomer.decide(request("given-2", agent="newcomer"))) == "DENY"


@pytest.mark.parametrize(
    "fact",
    [
        fact_pb2.Fact(name="assignment", key=["one part"], value_json=b"true", ttl=Duration(seconds=1)),
        fact_pb2.Fact(name="assignment", key=["a", "b"], value_json=b"tru", ttl=Duration(seconds=1)),
        fact_pb2.Fact(name="assignment", key=["a", "b"], value_json=b"true"),
        fact_pb2.Fact(name="assignment", key=["a", "b"], value_json=b"true", ttl=Duration(seconds=10**6)),
        fact_pb2.Fact(name="assignment", key=["a", "b"], value_json=b'"%s"' % (b"x" * 5_000), ttl=Duration(seconds=1)),
        fact_pb2.Fact(name="assignment", key=["a", "b"], value_json=b"true", ttl=Duration(seconds=60, nanos=-1)),
    ],
    ids=["key", "value", "no ttl", "ttl too long", "value too long", "ttl of two signs"],
)
def test_a_fact_that_is_not_as_declared_is_refused(stack: Stack, fact: fact_pb2.Fact) -> None:
    assert put(stack, fact) == "INVALID_ARGUMENT FACT_INVALID"


def test_an_undeclared_fact_has_no_feed(stack: Stack) -> None:
    fact = fact_pb2.Fact(name="weather", key=["a", "b"], value_json=b"true", ttl=Duration(seconds=1))
    assert put(stack, fact) == "PERMISSION_DENIED FEED_NOT_PERMITTED"


# Client certificates -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutual:
    """A decision point on loopback that knows its callers by their certificates."""

    point: DecisionPoint
    authority: Authority

    def client(self, name: str, uri: str, *, authority: Authority | None = None, organisation: str = "acme") -> Client:
        san: list[x509.GeneralName] = [x509.UniformResourceIdentifier(uri)] if uri else []
        certificate, key = (authority or self.authority).issue(name, san=san, organisation=organisation)
        credentials = mtls_credentials(certificate, key, self.authority.path)
        return Client(f"localhost:{self.point.target.rpartition(':')[2]}", credentials=credentials, timeout_s=20)


@pytest.fixture(scope="module", params=["grpcio", "native"])
def accepted_by(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def mutual(accepted_by: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mutual]:
    folder = tmp_path_factory.mktemp("tls")
    authority = make_authority(folder, "authority")
    certificate, key = authority.issue("server", san=[x509.DNSName("localhost")])
    tls = {"certificate": str(certificate), "key": str(key), "client_authority": str(authority.path)}
    with Ground() as ground:
        listening: dict[str, object] = {"listen": f"127.0.0.1:{free_port()}", "tls": tls, "jwt": None}
        if accepted_by == "native":
            listening["front"] = ground.native_front("pdp-tls")
        point = ground.point("pdp-tls", pdp=listening).start(serving=False)
        made = Mutual(point=point, authority=authority)
        with made.client("feed", TRUST_DOMAIN + FEED) as feed:
            wait_for(feed)
        yield made


def wait_for(feed: Client) -> None:
    """Puts the assignment as soon as the point serves."""

    def is_put() -> bool:
        try:
            feed.put_facts([assignment("billing-1")])
        except DecisionRefused as error:
            assert error.code == "UNAVAILABLE", error
            return False
        return True

    until(is_put, "the point with tls to serve")


def test_a_client_certificate_speaks_for_the_agent_that_its_san_names(mutual: Mutual) -> None:
    with mutual.client("agent", TRUST_DOMAIN + "agent/billing-1") as client:
        assert effect(client.decide(request("tls-1"))) == "ALLOW"
        answers = list(client.decide_stream(request(f"tls-stream-{n}") for n in range(10)))
        assert {effect(answer.decision) for answer in answers} == {"ALLOW"}
        assert refusal(client, "tls-2", agent="payroll-1") == ("PERMISSION_DENIED", "CALLER_NOT_PERMITTED")
    assert mutual.point.allowed()[0]["caller"]["id"] == TRUST_DOMAIN + "agent/billing-1"


def test_the_organisation_of_a_certificate_is_its_subject_s(mutual: Mutual) -> None:
    with mutual.client("globex", TRUST_DOMAIN + "agent/billing-1", organisation="globex") as client:
        assert effect(client.decide(request("tls-globex"))) == "DENY"
    assert mutual.point.entries()[-1]["organisation"] == "globex"


def test_a_certificate_without_a_name_is_unauthenticated(mutual: Mutual) -> None:
    with mutual.client("nameless", "") as client:
        assert refusal(client, "tls-nameless") == ("UNAUTHENTICATED", "CREDENTIAL_INVALID")


def test_a_certificate_of_another_authority_gets_no_connection(mutual: Mutual, tmp_path: Path) -> None:
    other = make_authority(tmp_path, "other")
    with mutual.client("stranger", TRUST_DOMAIN + "agent/billing-1", authority=other) as client:
        code, reason = refusal(client, "tls-stranger")
    assert (code, reason) == ("UNAVAILABLE", "DECISION_POINT_UNREACHABLE")


def test_a_caller_without_a_certificate_gets_no_connection(mutual: Mutual) -> None:
    credentials = grpc.ssl_channel_credentials(mutual.authority.path.read_bytes())
    port = mutual.point.target.rpartition(":")[2]
    with Client(f"localhost:{port}", credentials=credentials, timeout_s=20) as client:
        assert refusal(client, "tls-anonymous")[0] == "UNAVAILABLE"
    with Client(f"localhost:{port}", timeout_s=20) as plain:
        assert refusal(plain, "tls-plain")[0] == "UNAVAILABLE"


def test_a_network_address_without_tls_is_no_configuration() -> None:
    ground = Ground()
    try:
        point = ground.point("pdp-open", pdp={"listen": f"127.0.0.1:{free_port()}"}).start(serving=False)
        assert point.wait() == 1
        assert "CONFIG_INSECURE" in point.log.read_text()
    finally:
        ground.stop()
