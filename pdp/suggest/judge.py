"""What a tool does: the words of its definition, its arguments and its annotations together. The graver word wins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pdp.fold import fold
from pdp.suggest.lexicon_nouns import (
    BOOKED,
    KEY_KINDS,
    MONEY,
    MONEY_IS_PAPER,
    ORDERS,
    PEOPLE_ARGUMENTS,
    RIGHTS,
    RIGHTS_MADE_ONLY_BY_CHANGE,
    TALK,
)
from pdp.suggest.lexicon_verbs import GRAVE_PHRASES, UNDONE_EASILY
from pdp.suggest.roles import READS, Role, Setting, concerns_files, role_of
from pdp.suggest.tools import Tool
from pdp.suggest.verbs import GRAVITY, Name, Said, read_description, read_name, resource_of
from pdp.suggest.words import text_words, word_set
from writ.action import Verb
from writ.frozen import frozen

_MONEY_VERBS = word_set(
    "send create make schedule submit process initiate approve confirm execute authorize capture issue place "
    "edit update modify change set add new post trigger complete release accept top split settle"
)
_BOOKING_WORDS = ("book", "reserve", "rent", "hire")
_FETCHED = word_set("clone import ingest generate transcribe convert download load render pull mirror sync")
_RUNS = ("sql", "command", "cmd", "script", "shell_command", "bash", "code", "python_code", "soql_command")


@frozen
class Judged:
    """A tool as the draft sees it. `said` are its operations, the one that names it first."""

    tool: Tool
    name: Name
    resource: str
    said: tuple[Said, ...]
    roles: tuple[Role, ...]
    lasting: str

    @property
    def verbs(self) -> frozenset[Verb]:
        """The verbs of all operations."""
        return frozenset(said.verb for said in self.said)


def judge(tool: Tool) -> Judged:
    """Returns what a tool does. Pure and deterministic."""
    name = read_name(tool.name)
    described = read_description(tool.description)
    nouns = name.nouns or resource_words(tool)
    resource = resource_of(nouns)
    said = _with_nouns(_words_said(name, described), name, nouns)
    setting = _setting(said, name, nouns, resource)
    roles = tuple(role_of(argument, setting) for argument in tool.arguments)
    said = _with_arguments(said, roles, setting, name)
    if {said_.verb for said_ in said} != setting.verbs:  # the roles of a payment's or a message's arguments differ
        setting = _setting(said, name, nouns, resource)
        roles = tuple(role_of(argument, setting) for argument in tool.arguments)
    text = fold(tool.description[:4096])
    lasting = next((phrase for phrase in GRAVE_PHRASES if phrase in text), "")
    if tool.hints.get("destructiveHint"):
        lasting = lasting or "destructiveHint"
    return Judged(tool=tool, name=name, resource=resource, said=_with_hints(said, tool), roles=roles, lasting=lasting)


def resource_words(tool: Tool) -> tuple[str, ...]:
    """Returns the first nouns of a description, for a name that has none. Only words that the lexicon knows."""
    known = MONEY | RIGHTS | TALK | BOOKED | frozenset(("file", "email", "event", "record", "page", "table", "query"))
    words = text_words(tool.description)
    return tuple(word for word in words[:16] if word in known)[:1]


def _setting(said: Sequence[Said], name: Name, nouns: tuple[str, ...], resource: str) -> Setting:
    words = name.others | set(nouns)
    return Setting(
        verbs=frozenset(item.verb for item in said) - {Verb.UNKNOWN},
        words=frozenset(words),
        resource=resource,
        money=any(item.verb is Verb.PAY for item in said) or bool(MONEY & words and not MONEY_IS_PAPER & words),
        files=concerns_files(words),
        books=any(word in _BOOKING_WORDS for word in name.words) or any(item.verb is Verb.PAY for item in said),
    )


def _words_said(name: Name, described: Sequence[Said]) -> tuple[Said, ...]:
    if not name.verbs:
        heads = [said for said in described if not said.later]
        if not heads:
            return ()
        first = max(described, key=lambda said: GRAVITY[said.verb])
        return (replace(first, confidence=min(first.confidence, 60)),)
    gravest = max(GRAVITY[said.verb] for said in name.verbs)
    first = name.verbs[0]
    # A loose word of a description (`Request the details`, `Calls the API`) is no reason to disbelieve a name.
    graver = [said for said in described if GRAVITY[said.verb] > gravest and not said.weak]
    if first.verb in READS and graver:
        worst = max(graver, key=lambda said: GRAVITY[said.verb])
        return (replace(worst, confidence=50, reason=f"{worst.reason}, though the {first.reason}"),)
    known = {said.verb for said in name.verbs}
    more = {said.verb: said for said in reversed(graver) if said.verb not in known}
    return (*name.verbs, *sorted(more.values(), key=lambda said: GRAVITY[said.verb]))


def _with_nouns(said: tuple[Said, ...], name: Name, nouns: tuple[str, ...]) -> tuple[Said, ...]:
    """Reads verbs by what they are done to: sending money is paying, changing rights is administration."""
    out = [_with_noun(item, name, nouns) for item in said]
    made = any(item.verb in (Verb.CREATE, Verb.UPDATE) for item in out)
    talk = nouns and nouns[-1] in TALK and "draft" not in name.words
    if made and talk and out[0].verb is Verb.CREATE:
        out.append(Said(verb=Verb.SEND, confidence=75, reason=f"others are shown a {nouns[-1]}", word=nouns[-1]))
    if made and {"share", "sharing", "public"} & set(name.words) and "link" in name.words:
        out.append(Said(verb=Verb.SEND, confidence=75, reason="a link that others can use", word="link"))
    distinct: dict[Verb, Said] = {}
    for item in out:
        distinct.setdefault(item.verb, item)
    return tuple(distinct.values())


def _with_noun(said: Said, name: Name, nouns: tuple[str, ...]) -> Said:
    head = nouns[-1] if nouns else ""
    words = set(nouns)
    if said.verb in READS or not nouns:
        return said
    if said.word in _BOOKING_WORDS:
        goods = BOOKED & (words | name.others) and not {"table", "meeting", "appointment"} & name.others
        if goods or said.word in ("rent", "hire"):
            return replace(said, verb=Verb.PAY, reason=f"{said.reason}, and a booking of {head} commits to its price")
        return said
    paper = head in MONEY_IS_PAPER or "draft" in name.words
    money = MONEY & words or (ORDERS & words if said.word in ("place", "create", "submit", "make", "new") else None)
    if money and not paper and said.word in _MONEY_VERBS:
        return replace(said, verb=Verb.PAY, reason=f"{said.reason} and {min(money)}")
    if said.word == "transfer" and not money and words & {"ownership", "owner", "right", "domain"}:
        return replace(said, verb=Verb.ADMIN, reason=f"{said.reason} of {head}")
    if said.word == "transfer" and words & {
        "file",
        "call",
        "document",
        "data",
        "chat",
        "conversation",
        "ticket",
        "item",
    }:
        return replace(said, verb=Verb.SEND, reason=f"{said.reason} of {head}")
    if (
        said.verb in (Verb.CREATE, Verb.UPDATE)
        and said.word not in UNDONE_EASILY
        and (right := _right(said, head, nouns))
    ):
        return replace(said, verb=Verb.ADMIN, confidence=min(said.confidence, 85), reason=f"{said.reason} and {right}")
    return said


def _right(said: Said, head: str, nouns: tuple[str, ...]) -> str:
    if head == "key" and KEY_KINDS & set(nouns):
        return "key"
    telling = [noun for noun in nouns if noun in RIGHTS]
    if not telling or head not in RIGHTS | {
        "information",
        "info",
        "detail",
        "data",
        "profile",
        "record",
        "value",
        "name",
    }:
        return ""
    right = telling[-1]
    if said.verb is Verb.CREATE and said.word in ("create", "make", "new") and right in RIGHTS_MADE_ONLY_BY_CHANGE:
        return ""
    return right


def _with_arguments(said: tuple[Said, ...], roles: Sequence[Role], setting: Setting, name: Name) -> tuple[Said, ...]:
    verbs = {item.verb for item in said}
    kinds = {role.kind for role in roles}
    found = list(said)

    def add(verb: Verb, confidence: int, reason: str) -> None:
        if verb not in verbs:
            verbs.add(verb)
            found.append(Said(verb=verb, confidence=confidence, reason=reason, word=""))

    code = next((role for role in roles if _is_run(role)), None)
    if code is not None and not verbs & {Verb.EXECUTE}:
        add(Verb.EXECUTE, 75, f"argument `{_shown(code)}` is a program")
    if (
        "url" in kinds
        and (verbs <= READS or verbs & {Verb.EXECUTE} == verbs)
        and any(role.kind == "url" and role.confidence >= 70 for role in roles)
    ):
        add(Verb.SEND, 80, "reads from an address that an argument names, which is egress")
    if "url" in kinds and name.words and _FETCHED & set(name.words) and verbs <= {Verb.CREATE, Verb.UPDATE}:
        add(Verb.SEND, 70, "fetches what stands at an address that an argument names")
    if any(_is_callback(role) for role in roles) and verbs & {Verb.CREATE, Verb.UPDATE, Verb.ADMIN}:
        add(Verb.SEND, 65, "hands data to an address that an argument names")
    people = next((role for role in roles if _is_told(role)), None)
    if people is not None and verbs & {Verb.CREATE, Verb.UPDATE} and not _is_kept(name, setting):
        add(Verb.SEND, 80, f"people in `{_shown(people)}` hear of it")
    if verbs & READS and kinds & {"recipient", "content"} >= {"recipient", "content"}:
        add(Verb.SEND, 50, "takes a recipient and a text")
    if "amount" in kinds and "account" in kinds and verbs <= {Verb.CREATE, Verb.UPDATE}:
        add(Verb.PAY, 55, "takes an amount and an account")
    if not verbs:
        _guess(kinds, add)
    return _settled(found)


def _guess(kinds: set[str], add: Callable[[Verb, int, str], None]) -> None:
    """Says what arguments alone suggest, for a tool whose words say nothing."""
    if "amount" in kinds and kinds & {"account", "recipient"}:
        add(Verb.PAY, 50, "takes an amount and whom it reaches")
    elif "code" in kinds:
        add(Verb.EXECUTE, 50, "takes a program")
    elif {"recipient", "content"} <= kinds or {"channel", "content"} <= kinds:
        add(Verb.SEND, 50, "takes a text and whom it reaches")
    elif "url" in kinds:
        add(Verb.SEND, 50, "takes an address")


def _settled(found: list[Said]) -> tuple[Said, ...]:
    """A reading verb beside a graver one says nothing more; of EXECUTE and SEND both stay."""
    if not found:
        return (Said(verb=Verb.UNKNOWN, confidence=0, reason="nothing says what it does", word=""),)
    writing = [item for item in found if item.verb not in READS]
    return tuple(writing or found[:1])


def _is_run(role: Role) -> bool:
    name = "_".join(role.words)
    is_sql = role.kind == "query" and (
        ("sql" in role.words and "soql" not in role.words) or "sql" in text_words(role.argument.description)
    )
    return is_sql or (role.kind == "code" and (role.confidence >= 85 or name in _RUNS))


def _is_callback(role: Role) -> bool:
    return role.kind == "url" and bool({"callback", "webhook", "notify", "endpoint", "notification"} & set(role.words))


def _is_told(role: Role) -> bool:
    return role.kind in ("recipient", "id") and (
        bool(PEOPLE_ARGUMENTS & set(role.words[-1:])) or role.words[:1] in (("forward",), ("share",), ("notify",))
    )


def _is_kept(name: Name, setting: Setting) -> bool:
    """True for what is only stored: a draft, a contact, a payee."""
    kept = {"draft", "contact", "payee", "beneficiary", "template", "user", "account", "lead", "customer"}
    return bool(kept & (set(name.words) | set(setting.words)))


def _with_hints(said: tuple[Said, ...], tool: Tool) -> tuple[Said, ...]:
    """Raises by annotations. `readOnlyHint` of true, like every other mild claim of the server itself, says nothing."""
    first = said[0]
    mild = first.verb in READS or first.verb is Verb.CREATE
    if tool.hints.get("destructiveHint") and mild and len(said) == 1:
        verb = Verb.DELETE if first.verb in READS else Verb.UPDATE
        return (Said(verb=verb, confidence=50, reason="destructiveHint, though the " + first.reason, word=first.word),)
    if tool.hints.get("readOnlyHint") is False and first.verb in READS:
        reason = "readOnlyHint is false, though the " + first.reason
        return (Said(verb=Verb.UPDATE, confidence=50, reason=reason, word=first.word),)
    return said


def _shown(role: Role) -> str:
    return "_".join(role.words)[:40]
