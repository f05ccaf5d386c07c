"""Who may ask: credentials, caller rules and delegation."""

from __future__ import annotations

import ssl
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from pdp.authenticate import Authenticator, CallerRules, verify_delegation
from pdp.model import CallerIdentity, Peer
from writ.errors import ConfigurationError, NotAuthenticated, NotPermitted
from writ.v1 import decision_pb2

KEY = ec.generate_private_key(ec.SECP256R1())
NOW = time.time()


def authenticator() -> Authenticator:
    return Authenticator(issuer="https://id.example", audience="writ", keys={"k1": KEY.public_key()})


def token(*, key: Any = KEY, algorithm: str = "ES256", kid: str = "k1", **changes: Any) -> str:
    claims = {
        "iss": "https://id.example",
        "aud": "writ",
        "sub": "spiffe://acme.example/agent/billing-7",
        "org": "acme",
        "exp": int(NOW) + 36_000,
        **changes,
    }
    return jwt.encode(
        {k: v for k, v in claims.items() if v is not None}, key, algorithm=algorithm, headers={"kid": kid}
    )


def test_a_token_of_a_known_key_gives_the_organisation_and_the_name() -> None:
    caller = authenticator().authenticate(Peer(bearer=token()), NOW)
    assert (caller.organisation, caller.id) == ("acme", "spiffe://acme.example/agent/billing-7")


def test_a_token_that_never_expires_is_no_surprise() -> None:
    assert authenticator().authenticate(Peer(bearer=token(exp=10**400)), NOW).expires_at_s > NOW


@pytest.mark.parametrize(
    "bearer",
    [
        "",
        "Q",
        "a.b.c",
        "A" * 9000,
        token(kid="other"),
        token(key=ec.generate_private_key(ec.SECP256R1())),
        token(key=ed25519.Ed25519PrivateKey.generate(), algorithm="EdDSA"),
        token(iss="https://evil.example"),
        token(aud="other"),
        token(exp=int(NOW) - 10),
        token(exp=None),
        token(org=None),
        token(org=""),
        token(org=["acme"]),
        token(sub="agent/\ud800"),
        token(sub="s" * 300),
        token(nbf=int(NOW) + 3600),
        token(exp=float("inf")),
        token(nbf=float("inf")),
        jwt.encode({"sub": "a", "org": "acme"}, "", algorithm="none", headers={"kid": "k1"}),
    ],
)
def test_a_token_that_does_not_hold_is_refused_without_being_quoted(bearer: str) -> None:
    with pytest.raises(NotAuthenticated) as caught:
        authenticator().authenticate(Peer(bearer=bearer), NOW)
    assert not bearer or bearer not in str(caught.value)


@pytest.mark.parametrize(
    ("bearer", "said"),
    [
        (token(aud="elsewhere"), "expected audience `writ` in `aud`"),
        (token(iss="https://other.example"), "expected issuer `https://id.example` in `iss`"),
        (token(aud=None), "expected the claim `aud`"),
        (token(exp=int(NOW) - 10), "expected `exp` in the future"),
        (token(nbf=int(NOW) + 3600), "expected `nbf` and `iat` in the past"),
        (token(key=ec.generate_private_key(ec.SECP256R1())), "did not sign it"),
        (token(key="x" * 32, algorithm="HS256"), "expected `alg` ES256 or EdDSA"),
        (token() + "!", "expected a JWT"),
        (token(sub=7), "not as RFC 7519 has them"),
    ],
    ids=lambda value: value if " " in value else "",
)
def test_a_refusal_says_what_was_expected_of_the_token_and_not_what_came(bearer: str, said: str) -> None:
    with pytest.raises(NotAuthenticated, match="CREDENTIAL_INVALID") as caught:
        authenticator().authenticate(Peer(bearer=bearer), NOW)
    assert said in str(caught.value)
    assert "elsewhere" not in str(caught.value)
    assert "other.example" not in str(caught.value)


def test_an_extension_that_a_token_asks_for_is_not_quoted() -> None:
    header = {"kid": "k1", "crit": ["a-secret"], "a-secret": 1}
    bearer = jwt.encode({"sub": "a"}, KEY, algorithm="ES256", headers=header)
    with pytest.raises(NotAuthenticated) as caught:
        authenticator().authenticate(Peer(bearer=bearer), NOW)
    assert "a-secret" not in str(caught.value)


def test_a_certificate_that_gives_two_lists_of_names_is_refused() -> None:
    name = x509.Name([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, "acme")])
    now = datetime.fromtimestamp(NOW, UTC)
    names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier("spiffe://acme.example/agent/a")])
    builder = x509.CertificateBuilder(name, name, KEY.public_key(), 1, now, now + timedelta(days=1))
    other = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.99"), names.public_bytes())
    builder = builder.add_extension(names, critical=False).add_extension(other, critical=False)
    der = builder.sign(KEY, SHA256()).public_bytes(Encoding.DER)
    assert der.count(b"\x55\x1d\x63") == 1
    pem = ssl.DER_cert_to_PEM_cert(der.replace(b"\x55\x1d\x63", b"\x55\x1d\x11")).encode()
    with pytest.raises(NotAuthenticated, match="no readable SAN"):
        authenticator().authenticate(Peer(certificate=pem), NOW)


def test_a_known_token_is_refused_once_it_has_expired() -> None:
    gate, peer = authenticator(), Peer(bearer=token())
    gate.authenticate(peer, NOW)
    with pytest.raises(NotAuthenticated, match="CREDENTIAL_EXPIRED"):
        gate.authenticate(peer, NOW + 36_001)


def caller(name: str, **claims: Any) -> CallerIdentity:
    return CallerIdentity(organisation="acme", id=name, names=(name,), claims=claims, expires_at_s=NOW + 60)


RULES = CallerRules.parse(
    [
        {
            "match": {"name": "spiffe://acme.example/agent/*"},
            "kind": "agent",
            "agents": ["{1}"],
            "principals": ["user-*"],
        },
        {
            "match": {"name": "spiffe://acme.example/gateway/*", "claims": {"zone": "dmz"}},
            "kind": "gateway",
            "agents": ["*"],
            "principals": ["*"],
            "role": "assistant",
            "unit": "finance",
        },
    ]
)


def test_an_agent_speaks_for_itself_alone() -> None:
    me = caller("spiffe://acme.example/agent/billing-7")
    assert RULES.speaker(me, "billing-7", "").kind == "agent"
    for other in ("billing-8", "billing-77", "", "*", "billing-7/x"):
        with pytest.raises(NotPermitted):
            RULES.speaker(me, other, "")


def test_a_name_that_is_a_pattern_is_taken_literally() -> None:
    with pytest.raises(NotPermitted):
        RULES.speaker(caller("spiffe://acme.example/agent/*"), "billing-7", "")


def test_an_agent_acts_only_for_principals_of_its_rule() -> None:
    me = caller("spiffe://acme.example/agent/billing-7")
    assert RULES.speaker(me, "billing-7", "user-3")
    with pytest.raises(NotPermitted):
        RULES.speaker(me, "billing-7", "admin-1")


def test_a_gateway_needs_its_claims_and_fixes_role_and_unit() -> None:
    speaker = RULES.speaker(caller("spiffe://acme.example/gateway/g1", zone="dmz"), "any", "any")
    assert (speaker.kind, speaker.role, speaker.unit) == ("gateway", "assistant", "finance")
    with pytest.raises(NotPermitted):
        RULES.speaker(caller("spiffe://acme.example/gateway/g1", zone="office"), "any", "any")


@pytest.mark.parametrize(
    "document",
    [
        {},
        [1],
        [{"match": {"name": "a"}, "kind": "root", "agents": []}],
        [{"match": {"name": "a", "host": "b"}, "kind": "agent", "agents": []}],
        [{"match": {"name": "a"}, "kind": "agent", "agents": [], "admin": True}],
        [{"match": {"name": ""}, "kind": "agent", "agents": []}],
        [{"match": {"name": "a"}, "kind": "agent", "agents": "b"}],
    ],
)
def test_odd_caller_rules_are_refused(document: object) -> None:
    with pytest.raises(ConfigurationError):
        CallerRules.parse(document)


def chain(*steps: tuple[str, str, list[str]]) -> decision_pb2.DecideRequest:
    request = decision_pb2.DecideRequest()
    request.principal.id, request.agent.id = "user-3", "billing-7"
    for delegator, delegate, scopes in steps:
        request.delegation.add(delegator=delegator, delegate=delegate, scopes=scopes)
    return request


def test_a_chain_from_principal_to_agent_that_narrows_holds() -> None:
    verify_delegation(chain(("user-3", "planner", ["read", "write"]), ("planner", "billing-7", ["read"])))
    verify_delegation(chain(("user-3", "billing-7", [])))


@pytest.mark.parametrize(
    "request_",
    [
        chain(("someone", "billing-7", [])),
        chain(("user-3", "planner", [])),
        chain(("user-3", "planner", ["read"]), ("planner", "billing-7", ["read", "write"])),
        chain(("user-3", "planner", ["read"]), ("planner", "billing-7", [])),
        chain(("user-3", "planner", []), ("other", "billing-7", [])),
        chain(*[("user-3", "user-3", [])] * 16, ("user-3", "billing-7", [])),
    ],
)
def test_a_chain_that_is_broken_or_widens_is_refused(request_: decision_pb2.DecideRequest) -> None:
    with pytest.raises(NotPermitted):
        verify_delegation(request_)
