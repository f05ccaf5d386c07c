"""The data that travels along one decision. Frozen; each stage adds its own holder and changes none before it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from pdp.trace_context import TraceContext
from writ.action import Action
from writ.frozen import frozen
from writ.receipt_body import Body
from writ.strict_json import JsonObject


@frozen
class Peer:
    """What the transport knows about who asks: the PEM of a client certificate that TLS verified, or an unverified bearer
    token. `bearer` is a secret: never log it."""

    certificate: bytes = b""
    bearer: str = ""


@dataclass(slots=True, kw_only=True, eq=False)
class Ask:
    """One request as the front hands it over. `token` comes back with the answer and means nothing here.

    `deadline_s` is in the event loop's monotonic seconds. The front sets `gone` when the caller has left; such an ask is
    dropped before anything is reserved for it. `waits_until_s` (the same clock) is how long a deferred one is judged again
    and again; 0: not at all. `deferral` is what it was told to wait for at its last judgement, if that was so; `trace` is where
    the caller's trace stands, if it sent that.
    """

    token: object
    request: bytes
    peer: Peer
    deadline_s: float
    gone: bool = False
    waits_until_s: float = 0.0
    deferral: Deferral | None = None
    trace: TraceContext | None = None

    @property
    def trace_id(self) -> str:
        """The caller's trace, "" for none."""
        return self.trace.trace_id if self.trace else ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CallerIdentity:
    """A verified credential, equal only to itself, so that it can key what was worked out for it. `names` are the SANs, or
    the JWT subject; `claims` the verified claims of a JWT."""

    organisation: str
    id: str
    names: tuple[str, ...]
    claims: Mapping[str, Any]
    expires_at_s: float


@frozen
class CanonicalCall:
    """The result of canonicalization.

    Digests are lower-case hex. `action_json` is canonical JSON of the action with findings; `environment` is "" when
    the server is not enrolled; `subjects` are known data subjects as `type:id` for key wrapping, never logged.
    `arguments` are those that were read, not to be changed; None when another process has read them.
    """

    action: Action
    action_json: bytes
    action_digest: str
    execution_digest: str
    environment: str
    tool_known: bool
    audience: str
    subjects: tuple[str, ...]
    arguments: JsonObject | None = field(default=None, compare=False, repr=False)


class Measure(StrEnum):
    """What a counter adds up."""

    CALLS = "calls"
    ROWS = "rows"
    MONEY = "money"
    BYTES = "bytes"
    TOKENS = "tokens"
    DISTINCT = "distinct"


class Counts(StrEnum):
    """Which actions a counter keeps once they are judged."""

    PROPOSED = "proposed"
    ALLOWED = "allowed"
    DENIED = "denied"


@frozen
class Window:
    """Where a counter's window lies. Calendar: `starts_ms` holds the UTC starts of the previous, the current, the next
    and the one after next window, so that Lua can pick by Redis TIME. Sliding: `length_ms` and an empty `starts_ms`."""

    starts_ms: tuple[int, ...] = ()
    length_ms: int = 0


@frozen
class Reservation:
    """What one action adds to one declared counter. `key` is opaque and short (a hash of the key parts).

    `unbounded`: no upper bound of the amount is known; nothing is reserved, and any limit counts as exceeded.
    `element` is the hash of the value for measure DISTINCT, else "".
    """

    counter: str
    key: str
    window: Window
    amount: int
    counts: Counts
    element: str = ""
    unbounded: bool = False


@frozen
class FactKey:
    """One declared fact to look up: its name and key parts in declared order."""

    name: str
    parts: tuple[str, ...]


@frozen
class StateAsk:
    """What one action asks of the state in the batch's one trip.

    `ticket` is "" at first; when an item is judged once more it carries the ticket of its reservation, keeps its place
    and is shown only what was reserved before it. `reservations` is then the same as at first. `companions` holds what each
    companion of the state (`pdp.companions.Companion`) asks for this action, in any order. `owner` names for whom the caller
    asks: a request_id that another agent, principal or session has used is used up.
    """

    organisation: str
    caller_id: str
    request_id: str
    execution_digest: str
    agent_id: str
    reservations: tuple[Reservation, ...]
    facts: tuple[FactKey, ...]
    lease_ms: int
    dry_run: bool = False
    ticket: str = ""
    companions: tuple[object, ...] = ()
    owner: str = ""


@frozen
class ApprovalAsk:
    """An approval that a decision asks for. `now_ms` is the decision's time, `ttl_ms` how long from now the first one counts,
    `keep` False when it must leave no trace (a dry run)."""

    organisation: str
    reference: str
    now_ms: int
    ttl_ms: int
    keep: bool


class ClaimStatus(StrEnum):
    """What the claim on (organisation, caller, request_id) said."""

    MINE = "mine"  # judge it: new, lease taken over, or the stored ALLOW is no longer valid
    IN_FLIGHT = "in_flight"  # another holder's lease lives: ask again later
    ANSWERED = "answered"  # the stored answer is returned as it is
    REUSED = "reused"  # the same request_id with another execution digest


@frozen
class CounterView:
    """A counter as this action must see it; `known` False means no_data. See PolicyCounter for the numbers."""

    known: bool
    value: int = 0
    committed: int = 0
    pending: int = 0
    amount: int = 0
    unbounded: bool = False


@frozen
class FactView:
    """A looked-up fact. `value` is None and `known` False when nothing (or nothing that lives) is stored."""

    name: str
    parts: tuple[str, ...]
    known: bool
    value: Any = None


@frozen
class StateView:
    """What the state answered for one ask. `now_ms` is the reference time of the decision, equal within a batch.

    `answer` holds the stored DecideResponse bytes when status is ANSWERED. `state_epoch` and `state_sequence` mark the
    continuity of the state and go into the receipt; epoch "" means that the state is not continuous (all no_data).
    `companions` has one entry a companion, in their order; None is no_data.
    """

    status: ClaimStatus
    now_ms: int
    counters: Mapping[str, CounterView] = field(default_factory=dict)
    facts: tuple[FactView, ...] = ()
    suspended: bool = False
    ticket: str = ""
    answer: bytes = b""
    state_epoch: str = ""
    state_sequence: int = 0
    companions: tuple[object, ...] = ()


class Final(StrEnum):
    """What a judged item means for the counters."""

    ALLOWED = "allowed"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"  # not evaluated: everything is given back and the claim is dropped


@frozen
class Settlement:
    """What becomes of one ask after its answer. `ask.ticket` names the reservation.

    `answer` is stored until `answer_until_ms` (0: not stored, a repeat is judged anew without counting again); the claim
    itself, with its execution digest and `decision_id`, lives 10 minutes for ReportOutcome. After a TRANSFORM
    `decision_id` is followed by `/` and the digest of the call that may run in place of the proposed one.
    `amounts` replaces reserved amounts by counter name after a TRANSFORM; it can only lower them. `companions` replaces
    those of the ask where an entry of the same type is given.
    """

    ask: StateAsk
    final: Final
    answer: bytes = b""
    answer_until_ms: int = 0
    decision_id: str = ""
    amounts: Mapping[str, int] = field(default_factory=dict)
    companions: tuple[object, ...] = ()


@frozen
class OutcomeRule:
    """A rule that applied, as Rego names it."""

    id: str
    outcome: str
    code: str
    message: str
    remediation: str


@frozen
class OutcomeObligation:
    """An obligation or a transformation as Rego names it."""

    id: str
    type: str
    params: Mapping[str, Any]


@frozen
class OutcomeApproval:
    """Who has to approve within which time from the first request."""

    quorum: int
    roles: tuple[str, ...]
    deadline_s: int


@frozen
class Deferral:
    """What a DEFER answer says about its wait; times in Unix milliseconds. `depth` counts the deferred actions that it builds
    on, one upon the other; 0 when it waits for facts itself."""

    since_ms: int
    deadline_ms: int
    depth: int


@frozen
class Outcome:
    """OPA's judgement of one item, strictly parsed."""

    effect: str
    tier: str
    score: int
    rules: tuple[OutcomeRule, ...]
    obligations: tuple[OutcomeObligation, ...]
    transforms: tuple[OutcomeObligation, ...]
    advice: tuple[tuple[str, str], ...]
    approval: OutcomeApproval | None
    contended: bool
    acknowledgement: str
    permit_ttl_s: int


@frozen
class Activation:
    """The bundle that OPA runs, read in one query. `data` holds `catalog`, `counters`, `facts`, `callers`, `feeds`,
    `severity`, `environments`, `subjects` as the activation rule of the bundle returns them."""

    revision: str
    etag: str
    data: Mapping[str, Any]


@frozen
class Draft:
    """A receipt before it has its place in the log: the body without issuer, epoch, sequence and previous leaf, and what
    is stored encrypted beside it. `subjects` are known data subjects whose keys wrap the payload's key."""

    body: Body
    organisation: str
    now_ms: int
    salt: bytes
    payload: bytes
    subjects: tuple[str, ...]


@frozen
class Recorded:
    """A committed leaf: everything of `writ.v1.Receipt` but the salt."""

    body: bytes
    head: bytes
    signature: bytes
    leaf_index: int
    path: tuple[bytes, ...]
