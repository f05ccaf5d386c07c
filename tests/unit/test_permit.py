"""Permits: one signature a batch, one use a permit."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from tests.evidence_support import KEY, KEYS, NOW_MS
from writ.errors import VerificationFailed
from writ.keys import key_set
from writ.merkle import leaf_hash
from writ.permit import (
    MAX_PERMIT_TTL_MS,
    REMEMBERED_MS,
    PermitBody,
    PermitSigner,
    UsedPermits,
    permit_id,
    verify_permit,
)

AUDIENCE, DIGEST = "billing", "d" * 64


def permit(number: int = 0, **changes: object) -> PermitBody:
    body = PermitBody(
        id=permit_id("acme", "caller", f"r-{number}"),
        audience=AUDIENCE,
        execution_digest=DIGEST,
        decision_id="01ARZ3NDEKTSV4RRFFQ6000000",
        not_before_ms=NOW_MS,
        expires_ms=NOW_MS + 10_000,
        organisation="acme",
    )
    return replace(body, **changes)  # type: ignore[arg-type]


def verify(token: str, *, now_ms: int = NOW_MS, audience: str = AUDIENCE, digest: str = DIGEST) -> PermitBody:
    return verify_permit(token, keys=KEYS, audience=audience, execution_digest=digest, now_ms=now_ms)


@pytest.mark.parametrize("count", [1, 2, 5, 32])
def test_every_permit_of_a_batch_verifies_alone(count: int) -> None:
    permits = [permit(number) for number in range(count)]
    tokens = PermitSigner(KEY).sign(permits)
    assert [verify(token) for token in tokens] == permits


def test_no_permits_need_no_signature() -> None:
    assert PermitSigner(KEY).sign([]) == []


def test_the_id_follows_from_the_idempotency_key_alone() -> None:
    assert permit_id("acme", "caller", "r-1") == permit_id("acme", "caller", "r-1")
    ids = {permit_id(*parts) for parts in (("a", "b", "c"), ("ab", "", "c"), ("a", "bc", ""), ("b", "a", "c"))}
    assert len(ids) == 4


TOKEN = PermitSigner(KEY).sign([permit(number) for number in range(3)])[1]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"audience": "other"}, "PERMIT_AUDIENCE"),
        ({"digest": "e" * 64}, "PERMIT_DIGEST"),
        ({"now_ms": NOW_MS - 1}, "PERMIT_EARLY"),
        ({"now_ms": NOW_MS + 10_000}, "PERMIT_EXPIRED"),
    ],
)
def test_a_permit_holds_only_for_its_audience_its_call_and_its_time(arguments: dict[str, object], reason: str) -> None:
    with pytest.raises(VerificationFailed, match=reason):
        verify(TOKEN, **arguments)  # type: ignore[arg-type]


def test_a_permit_holds_until_just_before_it_expires() -> None:
    assert verify(TOKEN, now_ms=NOW_MS + 9_999) == permit(1)


def test_a_permit_of_an_unknown_key_is_refused() -> None:
    other = key_set([Ed25519PrivateKey.generate().public_key()])
    with pytest.raises(VerificationFailed, match="KEY_UNKNOWN"):
        verify_permit(TOKEN, keys=other, audience=AUDIENCE, execution_digest=DIGEST, now_ms=NOW_MS)


@pytest.mark.parametrize("ttl_ms", [0, -1, MAX_PERMIT_TTL_MS + 1])
def test_a_permit_lives_at_most_thirty_seconds(ttl_ms: int) -> None:
    with pytest.raises(ValueError, match="must live"):
        PermitSigner(KEY).sign([permit(expires_ms=NOW_MS + ttl_ms)])


@given(st.data())
def test_any_changed_character_breaks_a_token(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(TOKEN) - 1))
    to = data.draw(st.characters(codec="ascii").filter(lambda character: character != TOKEN[at]))
    with pytest.raises(VerificationFailed):
        verify(TOKEN[:at] + to + TOKEN[at + 1 :])


@given(st.text(max_size=200))
def test_any_text_is_refused_as_a_permit(text: str) -> None:
    with pytest.raises(VerificationFailed, match="PERMIT_MALFORMED"):
        verify("w1." + text)


def _resigned(document: object) -> str:
    """Signs any JSON with the permit key, as a buggy signer would."""
    raw = orjson.dumps(document)
    signer = PermitSigner(KEY)
    token = signer.sign([permit()])
    proof = bytearray(urlsafe_b64decode(token[0].split(".")[2] + "=="))
    key = proof[:16]
    proof[24:88] = KEY.sign(b"writ.dev/permit/v1\n" + bytes(key) + (1).to_bytes(4) + leaf_hash(raw))
    return "w1." + ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in (raw, bytes(proof)))


GOOD = {
    "audience": AUDIENCE,
    "decision_id": "x",
    "execution_digest": DIGEST,
    "expires_ms": NOW_MS + 1000,
    "id": "i",
    "not_before_ms": NOW_MS,
    "organisation": "acme",
}


def test_a_signed_permit_with_exact_fields_is_accepted() -> None:
    assert verify(_resigned(GOOD)).id == "i"


@pytest.mark.parametrize(
    "document",
    [
        {**GOOD, "more": 1},
        {name: value for name, value in GOOD.items() if name != "audience"},
        {**GOOD, "expires_ms": NOW_MS + MAX_PERMIT_TTL_MS + 1},
        {**GOOD, "expires_ms": float(NOW_MS + 1000)},
        {**GOOD, "expires_ms": True},
        {**GOOD, "audience": None},
        {**GOOD, "audience": orjson.Fragment(b"[" * 1000 + b"]" * 1000)},
        dict(reversed(GOOD.items())),
        [],
        7,
    ],
)
def test_even_a_signed_permit_must_be_well_formed(document: object) -> None:
    with pytest.raises(VerificationFailed, match="PERMIT_MALFORMED"):
        verify(_resigned(document))


def test_a_permit_works_once() -> None:
    used = UsedPermits()
    used.use(permit(), NOW_MS)
    with pytest.raises(VerificationFailed, match="PERMIT_USED"):
        used.use(permit(), NOW_MS + 9_999)
    with pytest.raises(VerificationFailed, match="PERMIT_EXPIRED"):
        used.use(permit(), NOW_MS + 10_000)


def test_a_request_that_is_judged_anew_after_its_permit_has_expired_runs_no_second_time() -> None:
    used = UsedPermits()
    used.use(permit(), NOW_MS)
    again_ms = NOW_MS + 10 * 60_000
    with pytest.raises(VerificationFailed, match="PERMIT_USED"):
        used.use(permit(not_before_ms=again_ms, expires_ms=again_ms + 30_000), again_ms + 29_999)


def test_a_full_memory_refuses_until_what_was_used_is_forgotten() -> None:
    used = UsedPermits(capacity=2)
    used.use(permit(1), NOW_MS)
    used.use(permit(2), NOW_MS)
    with pytest.raises(VerificationFailed, match="PERMITS_FULL"):
        used.use(permit(3), NOW_MS)
    later_ms = NOW_MS + 10_000 + REMEMBERED_MS
    later = permit(3, not_before_ms=later_ms - 1, expires_ms=later_ms + 20_000)
    with pytest.raises(VerificationFailed, match="PERMITS_FULL"):
        used.use(later, later_ms - 1)
    used.use(later, later_ms)
