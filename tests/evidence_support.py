"""What the tests of evidence share: a fixed key, drafts, a recorder in memory, and a log on disk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pdp.evidence.record import LogRecorder
from pdp.model import Draft, OutcomeObligation, OutcomeRule, Recorded
from writ.head import NO_LEAF, BatchHead, format_head, sign_head
from writ.keys import key_id, key_set
from writ.merkle import leaf_hash, root_and_paths
from writ.receipt import Receipt
from writ.receipt_body import Body, decision_body, place_body

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
"""A key for tests only: its private half is public."""

KEYS = key_set([KEY.public_key()])
MASTER_KEY = bytes(range(32, 64))
NOW_MS = 1_790_000_000_000
SALT = bytes(range(64, 96))
ISSUER = "pdp-test"

_SIGNAL = {"score": 0, "evidence": "no_data", "state": "NO_DATA"}
SIGNALS = {
    "action_severity": {"score": 40, "evidence": "DELETE, single", "state": "OK"},
    "payload_sensitivity": _SIGNAL,
    "temporal_deviation": _SIGNAL,
    "environmental_context": {"score": 70, "evidence": "production", "state": "OK"},
    "baseline_deviation": _SIGNAL,
    "cross_request_correlation": _SIGNAL,
    "threat_signals": _SIGNAL,
}
RULE = OutcomeRule(id="invoices.read", outcome="ALLOW", code="ASSIGNED", message="served", remediation="")
DUTY = OutcomeObligation(id="log", type="log_access", params={})


def body(number: int = 0, *, effect: str = "ALLOW", ticket: str = "", principal: str = "ann@example.org") -> Body:
    """Returns the body of a decision; its id ends in `number`."""
    return decision_body(
        decision_id=f"01ARZ3NDEKTSV4RRFFQ6{number:06d}",
        time_ms=NOW_MS,
        organisation="acme",
        caller_id="spiffe://acme/billing",
        caller_kind="agent",
        agent_id="billing-7",
        tool_server="billing",
        tool_name="invoices.read",
        tool_known=True,
        environment="production",
        action_digest="a" * 64,
        bundle_revision="b" * 64,
        bundle_digest="c" * 64,
        effect=effect,
        tier="T1",
        score=23,
        signals=SIGNALS,
        rules=[RULE],
        obligations=[DUTY],
        acknowledgement="SIGNED",
        salt=SALT,
        execution_digest="d" * 64,
        input_json=b'{"index":0}',
        claims=b'{"request_id":"r-1"}',
        principal=principal,
        ticket=ticket,
    )


def draft(number: int = 0, *, payload: bytes = b"payload", subjects: tuple[str, ...] = (), ticket: str = "") -> Draft:
    """Returns a draft of a decision."""
    return Draft(
        body=body(number, ticket=ticket),
        organisation="acme",
        now_ms=NOW_MS,
        salt=SALT,
        payload=payload,
        subjects=subjects,
    )


def drafts(count: int, first: int = 0) -> list[Draft]:
    """Returns several drafts, numbered from `first`, each with a payload of its own."""
    return [draft(number, payload=b"payload %d" % number) for number in range(first, first + count)]


def receipt_of(recorded: Recorded, salt: bytes = SALT) -> Receipt:
    """Returns the receipt that a recorder's answer makes."""
    return Receipt(
        body=recorded.body,
        head=recorded.head,
        signature=recorded.signature,
        index=recorded.leaf_index,
        path=recorded.path,
        salt=salt,
    )


def signed(bodies: Sequence[bytes], *, epoch: int = 1, first: int = 0, previous: str = NO_LEAF) -> list[Recorded]:
    """Signs placed bodies as one batch, with no log behind them."""
    root, paths = root_and_paths([leaf_hash(each) for each in bodies])
    head = format_head(
        BatchHead(
            issuer=ISSUER,
            epoch=epoch,
            first_sequence=first,
            count=len(bodies),
            root=root.hex(),
            previous_leaf=previous,
            key_id=key_id(KEY.public_key()),
            time_ms=NOW_MS,
        )
    )
    signature = sign_head(KEY, head)
    return [
        Recorded(body=each, head=head, signature=signature, leaf_index=index, path=path)
        for index, (each, path) in enumerate(zip(bodies, paths, strict=True))
    ]


class MemoryRecorder:
    """A Recorder that keeps nothing: for tests of what stands before it."""

    def __init__(self) -> None:
        self._sequence = 0
        self._previous = NO_LEAF

    def append(self, given: Sequence[Draft]) -> list[Recorded]:
        if not given:
            return []
        first, before, bodies = self._sequence, self._previous, []
        for each in given:
            bodies.append(place_body(each.body, ISSUER, 1, self._sequence, self._previous))
            self._previous = leaf_hash(bodies[-1]).hex()
            self._sequence += 1
        return signed(bodies, first=first, previous=before)

    async def sync(self) -> None:
        """There is nothing that could be lost."""


@dataclass(frozen=True)
class Place:
    """Where a log lies."""

    root: Path

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def vault(self) -> Path:
        return self.root / "vault"

    def open(self, segment_bytes: int = 1 << 16, issuer: str = ISSUER) -> LogRecorder:
        """Opens the log for writing."""
        return LogRecorder.open(
            folder=self.log,
            vault_folder=self.vault,
            issuer=issuer,
            key=KEY,
            master_key=MASTER_KEY,
            now_ms=lambda: NOW_MS,
            segment_bytes=segment_bytes,
        )
