"""What one action means for the behaviour state: who acts, how much moves, what it may bring back. Pure.

Names are keyed hashes (`pdp.session_key`), amounts are upper bounds, and what nobody said is the worst: an action without
a bound of rows, neither its own nor one of what its tool returns, counts as `UNBOUNDED_ROWS`, a payment without an amount as
`UNBOUNDED_AMOUNT`, data that nobody classified as `unclassified`, a verb that is not known as leaving the trust boundary.
"""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from collections.abc import Collection
from datetime import UTC, datetime, tzinfo
from functools import lru_cache, reduce
from hashlib import blake2b
from operator import xor
from zlib import crc32

import orjson

from pdp.authenticate import Speaker
from pdp.behaviour.sequences import UNCLASSIFIED
from pdp.behaviour.settings import BehaviourSettings
from pdp.catalog_model import ContentTrust, ResultSpec
from pdp.declarations import row_bound
from pdp.model import CallerIdentity
from pdp.remembered import remembered
from pdp.session_key import session_name, state_name
from writ.action import Action, Operation, Verb
from writ.frozen import frozen
from writ.v1 import decision_pb2

UNBOUNDED_ROWS = 1_000_000
"""Rows of an action whose reach has no bound: beyond any ordinary one, and an ordinary value for who always acts so."""

UNBOUNDED_AMOUNT = 10**12
"""Minor units of a payment whose amount is not known: ten thousand million of a currency with two decimals."""

MIN_ROW_BYTES = 2
"""Least bytes of a row in a result: one of its own, and one that parts it from the next."""

MAX_VALUE = 2**53 - 1
"""Largest volume: Lua counts exactly up to here."""

MAX_DESTINATIONS = 8
"""Destinations of one action that are remembered; with more, not all are known."""

MAX_WORDS = 96
"""Words of the arguments that the similarity looks at one by one; the rest counts as one."""

MAX_KEPT_BYTES = 256
"""Longest word whose lanes are remembered."""

NO_NAME = "--------"
"""Stands for a name that there is none of."""

LETTERS = {
    Verb.READ: "R",
    Verb.LIST: "L",
    Verb.CREATE: "C",
    Verb.UPDATE: "U",
    Verb.SEND: "S",
    Verb.PAY: "P",
    Verb.EXECUTE: "E",
    Verb.ADMIN: "A",
    Verb.DELETE: "D",
    Verb.UNKNOWN: "X",
}
"""How entries spell verbs; stored, so a letter never changes its meaning."""

_WORD = re.compile(rb"[^\x00-\x2f\x3a-\x40\x5b-\x60\x7b-\x7f]+")
_SPELLINGS = re.compile(rb"\\|[0-9][.eE]")
_PLAIN = re.compile(r"[A-Za-z0-9_.:/-]{1,48}")
_NO_CLASSES: frozenset[str] = frozenset()
_READING = frozenset({Verb.READ, Verb.LIST})
_MAX_TYPES = 4
_MAX_CLASSES_BYTES = 400  # as in behaviour.lua
_LANES = 0x0101010101010101


@frozen
class Observation:
    """One action as the behaviour state sees it. Names are hex digits, "" for none; `agent_tool` and `role` name
    baselines, `role` only when the bundle vouches for it. `classes` are of the arguments, and `threatened` is about them;
    `untrusted` is about the result. `amount` is in minor units of the declared currency, -1 for none. `sent` is what
    leaves the trust boundary, in bytes. `tool`, `resource`, `version`, `definition`, `destinations` and `kind` are short
    keyed hashes. `body` is the entry that the tracks keep, but for its identity, effect and time.
    `reads` are the classes that the result may hold."""

    session: str
    agent: str
    principal: str
    workspace: str
    agent_tool: str
    role: str
    verbs: frozenset[str]
    resource_types: frozenset[str]
    classes: frozenset[str]
    reads: frozenset[str]
    external: bool
    untrusted: bool
    threatened: bool
    amount: int
    rows: int
    bytes: int
    sent: int
    similarity: int
    tool: str
    resource: str
    version: str
    definition: str
    destinations: tuple[str, ...]
    kind: str
    hour: int
    body: str


def observe(
    request: decision_pb2.DecideRequest,
    caller: CallerIdentity,
    speaker: Speaker,
    action: Action,
    result: ResultSpec,
    settings: BehaviourSettings,
    *,
    payload: Collection[str],
    threatened: bool,
    key: bytes,
    now_ms: int,
) -> Observation:
    """Returns the observation. `payload`: data classes found in the arguments, `unclassified` among them when inspection
    was cut short; `threatened`: whether threats were. `result`: what the catalog says of the tool's result. `key` names
    sessions and agents; `now_ms` (Unix) only gives the hour of the week."""
    operations = action.operations
    agent_id, tool = request.agent.id, request.tool
    principal_id, workspace = request.principal.id, request.workspace
    agent = _name(key, "agent", agent_id)
    session = _session(key, caller.id, agent_id, principal_id, request.session_id)
    letters = "".join(dict.fromkeys(LETTERS[operation.verb] for operation in operations))
    types = _types(operations)
    external = any(map(_leaves, operations))
    untrusted = ContentTrust.UNTRUSTED in (result.content, result.record_trust if result.records else result.content)
    classes, results = (
        join_classes(payload),
        join_classes((UNCLASSIFIED,) if result.classes is None else result.classes),
    )
    destinations = {f"{d.kind}:{d.value}": None for operation in operations for d in operation.destinations}
    rows = _rows(operations, result)
    size = len(request.args_json)
    similarity = similar_words(f"{tool.server} {tool.name}", request.args_json)
    flags = external + 2 * untrusted
    kind = short_name(key, "kind", letters[:1], types[:48])[:4]
    return Observation(
        session=session,
        agent=agent,
        principal=_name(key, "principal", principal_id) if principal_id else "",
        workspace=_name(key, "workspace", workspace) if workspace else "",
        agent_tool=_name(key, "agent_tool", agent_id, tool.server, tool.name),
        role=_name(key, "role", speaker.role) if speaker.role else "",
        verbs=frozenset([operation.verb.value for operation in operations]),
        resource_types=frozenset(types.split("+")),
        classes=_split_classes(classes),
        reads=_split_classes(results),
        external=external,
        untrusted=untrusted,
        threatened=threatened,
        amount=_amount(operations, settings),
        rows=rows,
        bytes=size,
        sent=size if external else 0,
        similarity=similarity,
        tool=short_name(key, "tool", tool.server, tool.name),
        resource=short_name(key, "resource", types),
        version=short_name(key, "version", request.agent.version),
        definition=short_name(key, "definition", tool.definition_digest),
        destinations=tuple(short_name(key, "destination", name) for name in destinations),
        kind=kind,
        hour=hour_of_week(now_ms, settings.zone),
        body=f"{similarity:016x}|{kind}|{letters}|{flags}|{session[:12]}|{rows}|{types}|{classes}|{results}",
    )


_name = lru_cache(maxsize=8_192)(state_name)
_session = lru_cache(maxsize=8_192)(session_name)


@remembered(8_192)
def short_name(key: bytes, kind: str, *parts: str) -> str:
    """Returns 8 characters of base64url for `parts` under a kind: 48 bits, keyed, so that nobody finds two alike."""
    digest = blake2b(key=key, digest_size=6, person=kind.encode())
    for part in parts:
        encoded = part.encode()
        digest.update(b"%d:%b" % (len(encoded), encoded))
    return urlsafe_b64encode(digest.digest()).decode()


def similar_words(tool: str, args_json: bytes) -> int:
    """Returns 64 bits in 8 lanes of 8. Each word of the arguments, case folded, falls into one lane, whatever its place; so
    changing one word changes two lanes at most (see `nearly_same`), and another tool changes all. Escapes and other
    spellings of the same value make no other word."""
    words = _WORD.findall((_spelled_plainly(args_json) if _SPELLINGS.search(args_json) else args_json).lower())
    if len(words) > MAX_WORDS:
        words[MAX_WORDS:] = [b" ".join(words[MAX_WORDS:])]
    if len(args_json) > MAX_KEPT_BYTES:
        words = [word if len(word) <= MAX_KEPT_BYTES else b"%08x" % crc32(word) for word in words]
    return reduce(xor, map(_lane, words), (1 + crc32(tool.encode()) % 255) * _LANES)


def _spelled_plainly(args_json: bytes) -> bytes:
    try:
        return orjson.dumps(orjson.loads(args_json), option=orjson.OPT_SORT_KEYS)
    except (orjson.JSONDecodeError, TypeError):  # what only the strict parser reads stays as it came
        return args_json


@lru_cache(maxsize=8_192)
def _lane(word: bytes) -> int:
    digest = crc32(word)
    return (1 + (digest >> 8) % 255) << (8 * (digest & 7))


def nearly_same(one: int, other: int) -> bool:
    """Whether two similarities differ in two lanes at most: the same call, or one with a single word replaced."""
    return (one ^ other).to_bytes(8, "big").count(0) >= 6


def hour_of_week(now_ms: int, zone: tzinfo) -> int:
    """Returns 0 (Monday, midnight) to 167 by the local clock of the zone."""
    return _hour_of_week(now_ms // 900_000, zone)


@lru_cache(maxsize=64)
def _hour_of_week(quarter: int, zone: tzinfo) -> int:  # no zone of today is off by less than a quarter of an hour
    local = datetime.fromtimestamp(quarter * 900, UTC).astimezone(zone)
    return local.weekday() * 24 + local.hour


def _types(operations: tuple[Operation, ...]) -> str:
    if len(operations) == 1:
        return _plain(operations[0].resource_type)
    names = list(dict.fromkeys([_plain(operation.resource_type) for operation in operations]))
    return "+".join(names[:_MAX_TYPES])


@remembered(4_096)
def _plain(name: str) -> str:
    """A name as entries can hold it; one that they cannot becomes a hash, equal for equal names."""
    if not name or _PLAIN.fullmatch(name):
        return name
    return "~" + blake2b(name.encode(), digest_size=6).hexdigest()


def join_classes(classes: Collection[str]) -> str:
    """Classes as entries hold them: sorted, joined by commas; too many of them are unclassified."""
    if not classes:
        return ""
    joined = ",".join(sorted({_plain(name) for name in classes if name}))
    return joined if len(joined) <= _MAX_CLASSES_BYTES else UNCLASSIFIED


@lru_cache(maxsize=1_024)
def _split_classes(joined: str) -> frozenset[str]:
    return frozenset(joined.split(",")) if joined else _NO_CLASSES


def _leaves(operation: Operation) -> bool:
    if operation.verb is Verb.UNKNOWN or (operation.verb is Verb.SEND and not operation.destinations):
        return True
    return any(destination.external for destination in operation.destinations)


def _rows(operations: tuple[Operation, ...], result: ResultSpec) -> int:
    total = 0
    for operation in operations:
        bound = row_bound(operation)
        total += UNBOUNDED_ROWS if bound is None or bound < 0 else bound
    # What does more than read may move records elsewhere than into its result, which then bounds nothing.
    if all(operation.verb in _READING for operation in operations):
        total = _returned(total, result)
    return min(total, MAX_VALUE)


def _returned(rows: int, result: ResultSpec) -> int:
    """The least of `rows` and what one result can hold."""
    if result.max_rows is not None:
        rows = min(rows, result.max_rows)
    return rows if result.max_bytes is None else min(rows, -(-result.max_bytes // MIN_ROW_BYTES))


def _amount(operations: tuple[Operation, ...], settings: BehaviourSettings) -> int:
    found = [operation for operation in operations if operation.amount_minor is not None or operation.verb is Verb.PAY]
    if not found:
        return -1
    total = 0
    for operation in found:
        amount = operation.amount_minor
        if amount is None or amount < 0:
            total += UNBOUNDED_AMOUNT
        else:
            total += amount * settings.rates_bp.get(operation.currency, 10_000) // 10_000
    return min(total, MAX_VALUE)
