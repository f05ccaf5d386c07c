"""What an action asks of the store of provenance, and what the store answers."""

from __future__ import annotations

from collections.abc import Sequence

from pdp.catalog_sinks import CONTENT, LINK
from pdp.wording.intent import ActionKind
from pdp.wording.lexicon import Deed
from pdp.wording.request import RequestFacts
from writ.frozen import frozen

DETAIL = "detail"
"""Kind of what is told of a value that is no sink and that an order of outsiders names."""

AMOUNT = "amount"
"""Kind of what is told of a sum of money other than the one that the user named."""

RIGHT = "right"
"""Kind of what is told of a level of rights above those that the user spoke of."""

COMPOSED = frozenset({CONTENT, LINK})
MAIL, BANK, PLACE, ROOM, HANDLE, NUMBER = "mail", "bank", "place", "room", "handle", "number"
PAYEE = "payee"
"""How a value reaches somebody: a mail address, an account, a channel by a plain name or by an id, a person by a plain name, a
person by an id or telephone number, a payee by a plain name; "" for any other value."""

ALL, WIDER = 1, 2

_FETCHING = int(Deed.SEND | Deed.EXECUTE)
_SENT = COMPOSED | {"recipient", "account", "channel", "code"}


@frozen
class Hit:
    """Where a value was found. `agent_*`: in other sessions of the agent. `bidden*`: in an order of outsiders and not in the
    request, or what an order calls the record that the value stands for."""

    user: bool = False
    trusted: bool = False
    record: bool = False
    record_pointed: bool = False
    text: bool = False
    text_pointed: bool = False
    threat: bool = False
    agent_text: bool = False
    agent_threat: bool = False
    order_pointed: bool = False
    bidden: bool = False
    bidden_pointed: bool = False


NO_HIT = Hit()

NAMES_SOURCE, NAMES_THING, NAMES_RECORD, NAMES_PAGE, NAMES_DEED, NAMES_ITSELF = 1, 2, 4, 8, 16, 32


@frozen
class Lookup:
    """One value to look up: pairs of (where, hashes). `naming`: a hit in the user's words means that the user pointed at what
    this call reads (NAMES_SOURCE; NAMES_ITSELF by its own path, id or URL), or at what it changes (NAMES_THING); a hit in
    records, that the user called what this call reads by another field of its record or a part of its name (NAMES_RECORD); one in
    a trusted record or in a source that the user pointed at, that this names the page to fetch (NAMES_PAGE); in the user's words,
    that they bid by the very words of the tool (NAMES_DEED); else 0."""

    forms: tuple[tuple[int, bytes], ...]
    naming: int = 0


@frozen
class SinkRef:
    """A value of a sink; `at` is the position of its lookup, `addressed` tells that it is an address by itself.

    Positions of further lookups, -1 for none: `meant_at` tells whether the request names it by another field of its record
    (`anyhow_at` the same for all words of the request, where it is not certain that it addresses somebody by name), `pushed_at`
    whether sentences of outsiders that bid hold it, `names_at` whether the request names any record that could stand in for it,
    `addressed_at` whether those whom the request addresses are known, `site_at` whether other pages of a link's site are. `reach`
    is one of MAIL, BANK, PLACE, ROOM, HANDLE, NUMBER, PAYEE and ""; `told`: the request itself says by name whom it means where
    such a value stands, of a payee by another name than the value has. `everybody`: the value stands for all people, and the
    request does not say so. `shape` is that of `pdp.provenance.shapes` where the request writes out an id or path of it, else "",
    and `written` that it writes out this very one. `refused`: the request writes it out as what is left out, "all but old.txt";
    `refused_at`: whether a record calls it by a name that the request so refuses. `beyond` tells that the value holds more than
    one thing that somebody could name: ALL a wildcard or a word for all, WIDER a root, or a folder of what the request writes
    out; 0 for any other. `unasked`: it stands beyond the bound on names, so whether the request means it is not known.
    `elsewhere`: the request writes it out, but for another deed (`pdp.provenance.bindings`). `of_all`: the request speaks of all
    that such an argument names, "the doors" where it is called `door`. `described`: it addresses somebody in other words than a
    name, "her or him", "the two who offered it".
    """

    kind: str
    pointer: str
    at: int
    addressed: bool
    meant_at: int = -1
    anyhow_at: int = -1
    pushed_at: int = -1
    names_at: int = -1
    addressed_at: int = -1
    everybody: bool = False
    shape: str = ""
    written: bool = False
    refused: bool = False
    refused_at: int = -1
    site_at: int = -1
    reach: str = ""
    told: bool = False
    beyond: int = 0
    unasked: bool = False
    elsewhere: bool = False
    of_all: bool = False
    described: bool = False


@frozen
class DetailRef:
    """A value that is no sink, or what stands in one; `at` is the position of its lookup, `sort` one of
    `pdp.provenance.told`, `stated` tells that the request states details of this sort itself."""

    sort: str
    pointer: str
    at: int
    stated: bool


@frozen
class RightRef:
    """A value that gives a level of rights: the positions of the lookups which tell whether the request speaks of it or of a
    higher one, and whether of a milder one; -1 where that does not matter, since it needs its word."""

    pointer: str
    at: int
    milder_at: int


@frozen
class ProvenanceAsk:
    """What one action asks of the store. Names are keyed hashes (`pdp.session_key`), `claim` and `tool` 8 and 4 bytes.

    `request_*` are those of a user's request that a gateway asserts with this call, else empty. `reads_untrusted`: what
    the call returns may hold text of outsiders. `outsiders_at`: the lookup which tells whether sentences of outsiders ask for
    such a deed, -1 where the request cannot imply it; `tied_at` those which tell whether the request speaks of the records that
    the action is done to. `sum_at`: the lookup which tells whether the request states one sum to pay, before that which tells
    whether the action pays it, or another is open; -1 for none. `sum_pointer` is where the action has its sum. `unfollowed` is
    the pointer of a composed text of which not all addresses are looked up, `overlooked` that of an argument that is no sink, or
    "" for any of them; None when there is none. `opposed`: the request of this call, whatever was said before it, bids nothing
    but the opposite of what the tool is called after; `unspoken`: it holds no word for that or against it; `taken_back`: it takes
    back what was asked for before (`pdp.wording.retractions`).
    """

    session: str
    agent: str
    claim: bytes
    tool: bytes
    request_digest: bytes
    request_facts: RequestFacts
    request_hashes: bytes
    claimed: bool
    kind: ActionKind
    sinks: tuple[SinkRef, ...]
    lookups: tuple[Lookup, ...]
    complete: bool
    reads_untrusted: bool
    dry_run: bool = False
    details: tuple[DetailRef, ...] = ()
    rights: tuple[RightRef, ...] = ()
    sum_at: int = -1
    sum_pointer: str = ""
    unfollowed: str | None = None
    overlooked: str | None = None
    outsiders_at: int = -1
    tied_at: tuple[int, ...] = ()
    opposed: bool = False
    unspoken: bool = False
    taken_back: bool = False


@frozen
class ProvenanceView:
    """What the store knows. `request` is None when no gateway asserted one. `unreported` counts earlier actions of the
    session whose results may hold text of outsiders and are not known. `overflow`: a bound was passed. `prose_read`: an
    instruction could stand in what outsiders wrote of a result."""

    request: RequestFacts | None
    hits: tuple[Hit, ...]
    unreported: int
    overflow: bool
    untrusted_read: bool
    threat_read: bool
    agent_untrusted: bool
    agent_threat: bool
    prose_read: bool
    agent_prose: bool

    @property
    def may_be_told(self) -> bool:
        """True where an instruction of outsiders could stand in what the agent was given, in this session or another."""
        return self.overflow or self.unreported > 0 or self.prose_read or self.agent_prose


@frozen
class Speech:
    """What was said with a call: `text` is the user's request as the caller gives it; `by_gateway` tells by whose word."""

    text: str
    by_gateway: bool


def only_fetches(refs: Sequence[SinkRef], kind: ActionKind) -> bool:
    """Tells whether a call only fetches: a URL with nothing to send along or to set up: what comes back is read."""
    return (
        not kind.by_verb & ~_FETCHING
        and any(ref.kind == "url" for ref in refs)
        and not any(ref.kind in _SENT for ref in refs)
    )
