"""What a tool does: the words of its definition, its arguments and its annotations together. The graver word wins.

1. The name says verbs; where it says none, the head of the description does.
2. The description adds graver verbs and takes none away.
3. The nouns say what the verbs are done to.
4. The arguments add what a tool with such arguments does besides.
5. The annotations raise what is left, and lower nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence, Set
from dataclasses import replace

from pdp.fold import fold
from pdp.suggest.descriptions import read_description
from pdp.suggest.lexicon_arguments import ACTIONS
from pdp.suggest.lexicon_nouns import BOOKED, MONEY, MONEY_IS_PAPER, PEOPLE_ARGUMENTS, RIGHTS, TALK
from pdp.suggest.lexicon_verbs import CHOICES, GRAVE_PHRASES, MAKERS
from pdp.suggest.meanings import BOOKING_WORDS, is_about_money, with_nouns
from pdp.suggest.names import Name, read_name, resource_of
from pdp.suggest.roles import Role, role_of
from pdp.suggest.said import GRAVITY, READS, Said
from pdp.suggest.setting import Setting, concerns_files
from pdp.suggest.tools import Tool
from pdp.suggest.words import name_words, text_words, word_set
from writ.action import Verb
from writ.frozen import frozen

_FETCHED = word_set("clone import ingest generate transcribe convert download load render pull mirror sync")
_KEPT = word_set("draft contact payee beneficiary template user account lead customer")
_CALLBACKS = word_set("callback webhook notify endpoint notification")
_ONLY_READ = word_set(
    "can verify simulate format validate explain parse lint translate generate convert analyze analyse check review"
)
_RUN_WORDS = word_set("run runs execute executes executed evaluate evaluates eval interpreter running execution invoke")
_MADE = (Verb.CREATE, Verb.UPDATE, Verb.ADMIN)
MIN_TOOLS = 5
"""Fewer tools than that have no common arguments to speak of."""

MAX_DESCRIPTION_CHARS = 4096
"""How much of a description is searched for what stays."""


@frozen
class Judged:
    """A tool as the draft sees it. `said` are its operations, the one that names it first; `lasting` says why an effect
    stays, "" when nothing does."""

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


def judge(tool: Tool, acting: Set[str] = frozenset()) -> Judged:
    """Returns what a tool does. Pure and deterministic. `acting` are the arguments of `acting_arguments`."""
    name = read_name(tool.name)
    nouns = name.nouns or _described_nouns(tool)
    resource = resource_of(nouns)
    said = with_nouns(_words_said(name, read_description(tool.description)), name, nouns)
    setting = _setting(said, name, nouns, resource)
    roles = _roles(tool, setting, acting)
    said = _Arguments(tool, name, nouns, roles).add_to(said)
    if {item.verb for item in said} != setting.verbs:  # what an argument holds depends on what the tool does
        setting = _setting(said, name, nouns, resource)
        roles = _roles(tool, setting, acting)
    said = _with_hints(said, tool)
    return Judged(tool=tool, name=name, resource=resource, said=said, roles=roles, lasting=_lasting(tool))


def acting_arguments(tools: Sequence[Tool]) -> frozenset[str]:
    """Returns the arguments that say in whose name a server acts: nearly every tool takes them, and their name says so.
    They name nobody whom anything reaches."""
    if len(tools) < MIN_TOOLS:
        return frozenset()
    counts = Counter(argument.path for tool in tools for argument in tool.arguments if argument.is_top)
    common = (path for path, count in counts.items() if count * 10 >= len(tools) * 6)
    return frozenset(path for path in common if name_words(path)[:1] in (("user",), ("acting",), ("account",)))


def _roles(tool: Tool, setting: Setting, acting: Set[str]) -> tuple[Role, ...]:
    roles = (role_of(argument, setting) for argument in tool.arguments)
    return tuple(
        replace(role, kind="plain", confidence=60, reason="nearly every tool takes it: who acts")
        if role.argument.path in acting and role.kind in ("recipient", "account", "id")
        else role
        for role in roles
    )


def _described_nouns(tool: Tool) -> tuple[str, ...]:
    """Returns the first noun of a description that the lexicon knows, for a name that has none."""
    known = MONEY | RIGHTS | TALK | BOOKED | {"file", "email", "event", "record", "page", "query"}
    return tuple(word for word in text_words(tool.description)[:16] if word in known)[:1]


def _setting(said: Sequence[Said], name: Name, nouns: tuple[str, ...], resource: str) -> Setting:
    words = name.others | set(nouns)
    pays = any(item.verb is Verb.PAY for item in said)
    return Setting(
        verbs=frozenset(item.verb for item in said) - {Verb.UNKNOWN},
        words=frozenset(words),
        resource=resource,
        money=pays or bool(MONEY & words and not MONEY_IS_PAPER & words),
        files=concerns_files(words),
        books=pays or any(word in BOOKING_WORDS for word in name.words),
    )


def _words_said(name: Name, described: Sequence[Said]) -> tuple[Said, ...]:
    heads = [said for said in described if not said.later]
    sure = [said for said in heads if not said.weak]
    # `musical_scale` is as likely a noun; then the description tells, but never that money, code or deletion is none.
    if not name.verbs or (sure and name.verbs[0].weak and name.verbs[0].verb in _MADE):
        if not heads:
            return ()
        gravest = max(described, key=lambda said: GRAVITY[said.verb])
        return (replace(gravest, confidence=min(gravest.confidence, 60)),)
    known = max(GRAVITY[said.verb] for said in name.verbs)
    # A loose word of a description (`Request the details`, `Calls the API`) is no reason to disbelieve a name.
    graver = [said for said in described if GRAVITY[said.verb] > known and not said.weak]
    first = name.verbs[0]
    if first.verb not in READS:
        more = {said.verb: said for said in reversed(graver)}
        return (*name.verbs, *sorted(more.values(), key=lambda said: GRAVITY[said.verb]))
    graver = [said for said in graver if said.word not in MAKERS]
    if not graver:
        return name.verbs
    worst = max(graver, key=lambda said: GRAVITY[said.verb])
    return (replace(worst, confidence=50, reason=f"{worst.reason}, though the {first.reason}"),)


class _Arguments:
    """What the arguments add to the verbs of one tool."""

    def __init__(self, tool: Tool, name: Name, nouns: tuple[str, ...], roles: Sequence[Role]) -> None:
        self._tool = tool
        self._name = name
        self._nouns = nouns
        self._roles = roles
        self._kinds = {role.kind for role in roles}

    def add_to(self, said: tuple[Said, ...]) -> tuple[Said, ...]:
        """Returns the verbs with those that the arguments add. A reading verb beside a graver one says nothing more."""
        found = [self._transfer(item) for item in said]
        verbs = {item.verb for item in found}

        def add(verb: Verb, confidence: int, reason: str) -> None:
            if verb not in verbs:
                verbs.add(verb)
                found.append(Said(verb=verb, confidence=confidence, reason=reason, word=""))

        self._choices(verbs, add)
        self._programs(verbs, add)
        self._addresses(verbs, add)
        self._people(verbs, add)
        sure = {role.kind for role in self._roles if role.argument.is_top and role.confidence >= 75}
        if {"amount", "account"} <= sure and verbs <= {Verb.CREATE, Verb.UPDATE}:
            add(Verb.PAY, 55, "takes an amount and an account")
        if not verbs:
            self._guess(add)
        if not found:
            return (Said(verb=Verb.UNKNOWN, confidence=0, reason="nothing says what it does", word=""),)
        writing = [item for item in found if item.verb not in READS]
        return tuple(writing or found[:1])

    def _transfer(self, said: Said) -> Said:
        """A transfer that speaks of no money and takes no amount hands something over."""
        if said.verb is not Verb.PAY or said.word != "transfer" or self._kinds & {"amount", "account"}:
            return said
        return said if is_about_money(self._name, self._nouns) else replace(said, verb=Verb.SEND)

    def _choices(self, verbs: set[Verb], add: Callable[[Verb, int, str], None]) -> None:
        """An argument that chooses what is done (`action: create, update or delete`) makes the gravest choice count."""
        if _ONLY_READ & set(self._name.words):
            return
        known = max((GRAVITY[verb] for verb in verbs), default=-1)
        for role in self._roles:
            name = "_".join(role.words)
            if not role.argument.is_top or name not in ACTIONS or role.kind == "code":
                continue
            said = role.argument.choices or text_words(role.argument.description)
            words = {word for choice in said for word in name_words(choice)[:1]} & CHOICES.keys()
            gravest = max(words, key=lambda word: (GRAVITY[CHOICES[word]], word), default="")
            if gravest and GRAVITY[CHOICES[gravest]] > known:
                add(CHOICES[gravest], 60, f'`{_shown(role)}` may say "{gravest}"')

    def _programs(self, verbs: set[Verb], add: Callable[[Verb, int, str], None]) -> None:
        reads = bool(verbs) and verbs <= READS
        runs = bool(_RUN_WORDS & set(text_words(self._tool.description)))
        for role in self._roles:
            words = text_words(role.argument.description)
            is_sql = role.kind == "query" and (("sql" in role.words and "soql" not in role.words) or "sql" in words)
            if is_sql and not (reads and _ONLY_READ & set(self._name.words)):
                add(Verb.EXECUTE, 75, f"argument `{_shown(role)}` is SQL")
            if role.kind == "code" and role.confidence >= 85 and (not reads or runs or _RUN_WORDS & set(words)):
                add(Verb.EXECUTE, 75, f"argument `{_shown(role)}` is a program")

    def _addresses(self, verbs: set[Verb], add: Callable[[Verb, int, str], None]) -> None:
        named = any(role.kind == "url" and role.confidence >= 70 for role in self._roles)
        if named and verbs and (verbs <= READS or verbs == {Verb.EXECUTE}):
            add(Verb.SEND, 80, "reads from an address that an argument names, which is egress")
        if named and verbs <= {Verb.CREATE, Verb.UPDATE} and _FETCHED & set(self._name.words):
            add(Verb.SEND, 70, "fetches what stands at an address that an argument names")
        if verbs & set(_MADE) and any(role.kind == "url" and _CALLBACKS & set(role.words) for role in self._roles):
            add(Verb.SEND, 65, "hands data to an address that an argument names")

    def _people(self, verbs: set[Verb], add: Callable[[Verb, int, str], None]) -> None:
        told = next((role for role in self._roles if _is_told(role)), None)
        if told is not None and verbs & {Verb.CREATE, Verb.UPDATE} and not _KEPT & self._name.others:
            add(Verb.SEND, 80, f"people in `{_shown(told)}` hear of it")

    def _guess(self, add: Callable[[Verb, int, str], None]) -> None:
        """Says what arguments alone suggest, for a tool whose words say nothing."""
        if "amount" in self._kinds and self._kinds & {"account", "recipient"}:
            add(Verb.PAY, 50, "takes an amount and whom it reaches")
        elif "code" in self._kinds:
            add(Verb.EXECUTE, 50, "takes a program")
        elif "content" in self._kinds and self._kinds & {"recipient", "channel"}:
            add(Verb.SEND, 50, "takes a text and whom it reaches")
        elif "url" in self._kinds:
            add(Verb.SEND, 50, "takes an address")


def _is_told(role: Role) -> bool:
    return role.kind == "recipient" and (
        bool(PEOPLE_ARGUMENTS & set(role.words[-1:])) or role.words[:1] in (("forward",), ("share",), ("notify",))
    )


def _with_hints(said: tuple[Said, ...], tool: Tool) -> tuple[Said, ...]:
    """Raises by annotations. `readOnlyHint` of true, like every other mild claim of the server itself, says nothing."""
    first = said[0]
    mild = first.verb in READS or first.verb is Verb.CREATE
    if tool.hints.get("destructiveHint") and mild and len(said) == 1:
        verb = Verb.DELETE if first.verb in READS else Verb.UPDATE
        return (Said(verb=verb, confidence=50, reason=f"destructiveHint, though the {first.reason}", word=first.word),)
    if tool.hints.get("readOnlyHint") is False and first.verb in READS:
        reason = f"readOnlyHint is false, though the {first.reason}"
        return (Said(verb=Verb.UPDATE, confidence=50, reason=reason, word=first.word),)
    return said


def _lasting(tool: Tool) -> str:
    if tool.hints.get("destructiveHint"):
        return "destructiveHint"
    text = fold(tool.description[:MAX_DESCRIPTION_CHARS])
    return next((phrase for phrase in GRAVE_PHRASES if phrase in text), "")


def _shown(role: Role) -> str:
    return "_".join(role.words)[:40]
