"""Drafts the entry of one tool: every argument finds a home, so that an ordinary call is not UNKNOWN for one left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence, Set
from itertools import accumulate

from pdp.catalog_entry import DESTINATION_KINDS
from pdp.suggest.homes import Homes, find_homes
from pdp.suggest.identity import record_ids
from pdp.suggest.judge import Judged, acting_arguments, judge
from pdp.suggest.lexicon_verbs import UNDONE_EASILY
from pdp.suggest.line import Line, entry_of
from pdp.suggest.records import several, with_records
from pdp.suggest.results import result_lines
from pdp.suggest.roles import Role
from pdp.suggest.said import READS, Said
from pdp.suggest.tools import Tool
from pdp.suggest.words import text_words, word_set
from writ.action import Verb
from writ.frozen import frozen

UNKNOWN_RESOURCE = "unknown"
"""Resource type where no word names one."""

_ONE_AT_A_TIME = frozenset({Verb.CREATE, Verb.SEND, Verb.PAY, Verb.EXECUTE, Verb.ADMIN})
_TALKS = word_set("channel slack chat dm sms call direct discord telegram whatsapp teams")
_HANDLES = word_set("phone mobile number user username")
_LINES = word_set("phone telephone mobile")
_REACHING = (Verb.SEND, Verb.PAY)


@frozen
class Draft:
    """The suggested entry of one tool. `left_out` says why a tool can have none; it stays UNKNOWN."""

    name: str
    lines: tuple[Line, ...]
    left_out: str = ""

    @property
    def entry(self) -> dict[str, object]:
        """The entry as the catalog reads it."""
        return entry_of(self.lines)


def draft_server(tools: Sequence[Tool]) -> list[Draft]:
    """Returns the drafts of all tools of one server, in their order."""
    acting = acting_arguments(tools)
    return [draft(tool, acting) for tool in tools]


def draft(tool: Tool, acting: Set[str] = frozenset()) -> Draft:
    """Returns the draft of one tool. Pure and deterministic. `acting`: arguments that say in whose name it acts."""
    if not tool.name.isascii() or not tool.name.isprintable():
        return Draft(name=tool.name, lines=(), left_out="a catalog has printable ASCII names only")
    if "*" in tool.name or "?" in tool.name:
        return Draft(name=tool.name, lines=(), left_out="the name would be read as a glob")
    judged = judge(tool, acting)
    return Draft(name=tool.name, lines=tuple(_lines(judged)))


def _lines(judged: Judged) -> Iterator[Line]:
    yield Line(key="definition", value=judged.tool.digest, confidence=100, reason="digest of the definition as it came")
    first, *others = judged.said
    homes = find_homes(judged, first.verb)
    verb = Verb.LIST if first.verb is Verb.READ and not homes.ids and judged.name.plural else first.verb
    yield Line(key="verb", value=verb.value, confidence=first.confidence, reason=first.reason)
    yield _resource(judged)
    if first.unless is not None:
        yield Line(key="unless", value=_unless(first.unless), confidence=60, reason="values that say what else is done")
    yield from with_records(homes.lines, judged, first.verb)
    yield from _destinations(homes, first.verb, judged)
    yield _reversibility(first, judged)
    for said in others:
        yield _also(said, homes, judged)
    yield from _sinks(judged)
    yield from result_lines(judged)


def _resource(judged: Judged) -> Line:
    if not judged.resource:
        return Line(key="resource", value=UNKNOWN_RESOURCE, confidence=0, reason="no word names one")
    sure, source = (80, "name") if judged.name.nouns else (50, "description")
    return Line(key="resource", value=judged.resource, confidence=sure, reason=f"noun of the {source}")


def _destinations(homes: Homes, verb: Verb, judged: Judged) -> Iterator[Line]:
    if verb in _REACHING:
        for role, item in _reached(homes, judged):
            yield Line(key="destinations", value=item, confidence=role.confidence, reason=role.reason)


def _reached(homes: Homes, judged: Judged) -> Iterator[tuple[Role, dict[str, str]]]:
    for role in homes.reached:
        kind = _destination_kind(role, judged)
        if kind in DESTINATION_KINDS:
            yield role, {"kind": kind, "path": role.argument.path}


def _destination_kind(role: Role, judged: Judged) -> str:
    if role.kind != "recipient":
        return role.kind
    if Verb.PAY in judged.verbs:
        return "account"
    if "email" in role.words or {"email", "mail"} & set(text_words(role.argument.description)):
        return "email"
    if _LINES & set(text_words(role.argument.description)):
        return "channel"
    return "channel" if _TALKS & set(judged.name.words) or _HANDLES & set(role.words) else "email"


def _reversibility(said: Said, judged: Judged) -> Line:
    key = "reversibility"
    if judged.lasting and said.verb not in READS:
        return Line(key=key, value="IRREVERSIBLE", confidence=80, reason=f"says {judged.lasting}")
    if said.verb in READS:
        return Line(key=key, value="REVERSIBLE", confidence=90, reason="changes nothing")
    if said.verb in (Verb.SEND, Verb.PAY, Verb.DELETE):
        return Line(key=key, value="IRREVERSIBLE", confidence=80, reason=f"{said.verb} is not taken back")
    if said.verb is Verb.UPDATE and said.word in UNDONE_EASILY:
        return Line(key=key, value="REVERSIBLE", confidence=60, reason=f'"{said.word}" has its opposite')
    return Line(key=key, value="UNSPECIFIED", confidence=30, reason="nothing says whether it can be taken back")


def _also(said: Said, homes: Homes, judged: Judged) -> Line:
    value: dict[str, object] = {"verb": said.verb.value, "resource": judged.resource or UNKNOWN_RESOURCE}
    if said.verb in _ONE_AT_A_TIME:
        found = several(judged, said.verb)
        value |= {"scope": "SINGLE"} if found is None else {"scope": "ALL", "max_rows": found[0]}
    elif (ids := record_ids(judged, said.verb)) is not None:
        value["ids"] = ids.argument.path
    if said.verb in _REACHING and (reached := [item for _, item in _reached(homes, judged)]):
        value["destinations"] = reached
    if said.verb is Verb.PAY and homes.amount is not None:
        value["amount"] = homes.amount.value
    if judged.lasting and said.verb not in READS:
        value["reversibility"] = "IRREVERSIBLE"
    if said.unless is not None:
        value["unless"] = _unless(said.unless)
    return Line(key="also", value=value, confidence=said.confidence, reason=said.reason)


def _unless(unless: tuple[str, tuple[str, ...]]) -> dict[str, object]:
    path, values = unless
    return {"path": path, "values": list(values)}


def _sinks(judged: Judged) -> Iterator[Line]:
    inside = Counter(names for role in judged.roles if _stands_inside(role) for names in accumulate(_parts(role)))
    for role in judged.roles:
        # Places inside an object say better what it holds than the object.
        if role.is_sink and inside[role.argument.names] == _stands_inside(role):
            value = {"kind": role.sink_kind, "path": role.argument.path}
            yield Line(key="sinks", value=value, confidence=role.confidence, reason=role.reason)


def _stands_inside(role: Role) -> bool:
    """True for a sink that stands at a place of its own; the names that are keys stand where their object does."""
    return role.is_sink and not role.argument.path.startswith("keys(")


def _parts(role: Role) -> Iterator[tuple[str, ...]]:
    return ((name,) for name in role.argument.names)
