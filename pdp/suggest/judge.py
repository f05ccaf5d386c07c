"""What a tool does: the words of its definition, its arguments and its annotations together. The graver word wins.

1. The name says verbs; where it says none, the head of the description does.
2. The description adds graver verbs and takes none away.
3. The nouns say what the verbs are done to.
4. The arguments add what a tool with such arguments does besides.
5. The annotations raise what is left, and lower nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence, Set
from dataclasses import replace

from pdp.fold import fold
from pdp.suggest.additions import Additions
from pdp.suggest.costs import has_a_price, is_charged
from pdp.suggest.deeds import happens
from pdp.suggest.descriptions import beside_an_unknown_verb, read_description, says_an_unknown_verb
from pdp.suggest.lexicon_nouns import BOOKED, MONEY, MONEY_IS_PAPER, RIGHTS, TALK
from pdp.suggest.lexicon_verbs import GRAVE_PHRASES, MAKERS, STRICT
from pdp.suggest.meanings import BOOKING_WORDS, with_nouns
from pdp.suggest.names import Name, read_name, resource_of, without_verbs
from pdp.suggest.roles import Role, role_of
from pdp.suggest.said import GRAVITY, READS, Said
from pdp.suggest.setting import Setting, concerns_files
from pdp.suggest.tools import Tool
from pdp.suggest.views import LIKELY, UNTOLD, begins_with_a_noun, says_enough, shows, yields
from pdp.suggest.words import first_sentence, name_words, sentences, text_words, word_set
from writ.action import Verb
from writ.frozen import frozen

_EARLIER = word_set("refund capture reverse void cancel settle dispute")
"""What is done to a payment that was made before."""
_OWN_HOSTS = word_set("region base instance server site host api tenant endpoint gateway")
_AT_URL = re.compile(r"\b(?:from|at|to) (?:an? |the |any )?(?:[a-z]+ )?(?:url|uri|web address)\b")
_STAYS = re.compile(
    r"\s*(?:(?:this|it|the (?:call|action|operation|effect|change|tool))\b(?:(?!\b(?:not|non|never|nothing|no)\b)[^.]){0,40}?\b)?"
    r"(?:destructive|irreversibl[ey]|(?:can ?not|can't) be undone)\b"
)
"""What no reading says of itself: `This cannot be undone`; not `Call it before anything destructive`."""
_WALKING = word_set("cd chdir pwd")
_MADE = (Verb.CREATE, Verb.UPDATE, Verb.ADMIN)
MIN_TOOLS = 5
"""Fewer tools than that have no common arguments to speak of."""

MAX_DESCRIPTION_CHARS = 4096
"""How much of a description is searched for what stays."""

MAX_SENTENCES = 32
"""Sentences of that part that may say it."""


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
    described = (*read_description(tool.description), *_titled(tool))
    does = any(said.later and said.verb not in READS for said in described) or happens(tool)[0] is not None
    shown = 0 if does else shows(tool.description, name)
    if shown:
        described = tuple(said for said in described if said.later)  # `Repair tickets of a unit` repairs nothing
        name = without_verbs(name) if yields(name, shown) else name
        shown = shown if says_enough(tool.description, name) else 0
    elif not tool.description and not name.verbs and begins_with_a_noun(name):
        shown = LIKELY
    nouns = name.nouns or _described_nouns(tool)
    resource = resource_of(nouns)
    said = with_nouns(_words_said(name, described), name, nouns)
    untold = (not said or said[0].verb in READS) and says_an_unknown_verb(tool.description)
    said = _with_effects(said, tool)
    if untold:  # `get_image`: Bakes an image
        said, shown = _understood((*said, *described), tool), UNTOLD
    setting = _setting(said, name, nouns, resource)
    roles = _roles(tool, setting, acting)
    said = Additions(tool, name, nouns, roles, acting, shown=shown, untold=untold).add_to(said)
    if {item.verb for item in said} != setting.verbs:  # what an argument holds depends on what the tool does
        setting = _setting(said, name, nouns, resource)
        roles = _roles(tool, setting, acting)
    said = _with_hints(_with_others(said, tool), tool)
    return Judged(tool=tool, name=name, resource=resource, said=said, roles=roles, lasting=_lasting(tool))


def _titled(tool: Tool) -> Iterator[Said]:
    """Yields what a title says is changed (`Delete an item`). A title says less than a name, so it only raises."""
    for said in (said for title in tool.titles for said in read_description(title)):
        if said.verb not in READS and said.word in STRICT and not said.weak:
            yield replace(said, later=True, reason=f'title says "{said.word}"')


def acting_arguments(tools: Sequence[Tool]) -> frozenset[str]:
    """Returns the arguments that say in whose name a server acts, or which of its own hosts answers: nearly every tool
    takes them, and their name says so. They name nobody whom anything reaches; a host stays a sink."""
    if len(tools) < MIN_TOOLS:
        return frozenset()
    counts = Counter(argument.path for tool in tools for argument in tool.arguments if argument.is_top)
    common = (path for path, count in counts.items() if count * 10 >= len(tools) * 6)
    needed = {argument.path for tool in tools for argument in tool.arguments if argument.is_top and argument.required}
    return frozenset(
        path
        for path in common
        if name_words(path)[:1] in (("user",), ("acting",), ("account",))
        or (name_words(path)[:1] and name_words(path)[0] in _OWN_HOSTS and path not in needed)
    )


def _roles(tool: Tool, setting: Setting, acting: Set[str]) -> tuple[Role, ...]:
    roles = tuple(role_of(argument, setting) for argument in tool.arguments)
    roles = _as_remittance(tool, setting, _at_an_address(tool, roles))
    return tuple(
        replace(role, kind="plain", confidence=60, reason="nearly every tool takes it: who acts")
        if role.argument.path in acting and role.kind in ("recipient", "account", "id")
        else role
        for role in roles
    )


def _at_an_address(tool: Tool, roles: tuple[Role, ...]) -> tuple[Role, ...]:
    """Reads the only argument of a tool whose description says `from a URL` as that address, whatever it is called."""
    found = _AT_URL.search(fold(first_sentence(tool.description)))
    needed = [role for role in roles if role.argument.required and role.argument.is_top]
    if not found or len(needed) != 1 or any(role.kind == "url" for role in roles):
        return roles
    named = needed[0]
    if not (named.argument.is_scalar and named.argument.is_text) or named.argument.has_choices:
        return roles
    reason = f'description says "{found.group()}"'
    return tuple(replace(role, kind="url", confidence=75, reason=reason) if role is named else role for role in roles)


def _as_remittance(tool: Tool, setting: Setting, roles: tuple[Role, ...]) -> tuple[Role, ...]:
    """Reads the reference of a payment that says where it goes as text for its payee; elsewhere it is what names a payment."""
    pays = Verb.PAY in setting.verbs and not _EARLIER & {*name_words(tool.name)}
    if not pays or not any(role.kind in ("account", "recipient") for role in roles):
        return roles
    return tuple(
        replace(role, kind="content", confidence=75, reason="what a payment says of itself")
        if role.kind == "id" and role.words[-1:] == ("reference",)
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
    if name.words[:1] and name.words[0] in _WALKING and len(name.words) == 1:
        return name.verbs  # `cd` changes nothing but where its caller stands, however that is described
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
    # Money counts beside a graver word as well: `promote_post` pays where its description says so.
    told = [said for said in described if not said.weak]
    if (
        name.verbs[0].verb in READS and name.words[-1] == name.verbs[0].word
    ):  # `Purchase orders, latest first`, of `purchase_orders_list`
        told = [said for said in told if said.later or said.word not in name.words[:-1]]
    graver = [said for said in told if GRAVITY[said.verb] > known or (said.verb is Verb.PAY and not said.later)]
    first = name.verbs[0]
    if first.verb not in READS:
        if first.verb is Verb.CREATE:  # `It changes the state of …`: so does whatever makes something
            graver = [said for said in graver if said.verb is not Verb.UPDATE or not said.later]
        more = {said.verb: said for said in reversed(graver)}
        return (*name.verbs, *sorted(more.values(), key=lambda said: GRAVITY[said.verb]))
    graver = [
        said for said in graver if said.verb not in READS and (said.word not in MAKERS or said.verb is Verb.ADMIN)
    ]
    if not graver:
        return name.verbs
    worst = max(graver, key=lambda said: GRAVITY[said.verb])
    return (replace(worst, confidence=50, reason=f"{worst.reason}, though the {first.reason}"),)


def _with_effects(said: tuple[Said, ...], tool: Tool) -> tuple[Said, ...]:
    """Adds the payment that a description tells of, and what a reading brings about by the way. A price may be a field of
    what is read; that somebody is charged is not."""
    if not said or any(item.verb is Verb.PAY for item in said):
        return said
    reads = said[0].verb in READS
    if (is_charged if reads else has_a_price)(tool.description):
        pays = Said(verb=Verb.PAY, confidence=50, reason="description says that somebody is charged", word="")
        return (pays,) if reads else (*said, pays)
    verb, word = happens(tool) if reads else (None, "")
    if verb is None:
        return said
    return (
        Said(verb=verb, confidence=50, reason=f'description says "{word}", though the {said[0].reason}', word=word),
    )


def _with_others(said: tuple[Said, ...], tool: Tool) -> tuple[Said, ...]:
    """Adds to what changes something the graver thing that a later sentence tells of: `Closes a ticket. The customer is told.`"""
    known = max(GRAVITY[item.verb] for item in said)
    verb, word = happens(tool, later=True) if said[0].verb not in READS else (None, "")
    if verb is None or GRAVITY[verb] <= max(known, GRAVITY[Verb.UPDATE]) or word == said[0].word:
        return said
    return (*said, Said(verb=verb, confidence=50, reason=f'description says "{word}"', word=word))


def _understood(said: Sequence[Said], tool: Tool) -> tuple[Said, ...]:
    """Returns what a tool does besides the first thing that its description says, which no word tells."""
    verb, word = happens(tool)
    by_the_way = (
        () if verb is None else (Said(verb=verb, confidence=50, reason=f'description says "{word}"', word=word),)
    )
    found: dict[Verb, Said] = {}
    for item in (*said, *beside_an_unknown_verb(tool.description), *by_the_way):
        if item.verb not in READS:
            found.setdefault(item.verb, item)
    return tuple(found.values())


def _with_hints(said: tuple[Said, ...], tool: Tool) -> tuple[Said, ...]:
    """Raises by annotations, and a reading by the warning that it cannot be undone. `readOnlyHint` of true, like every
    other mild claim of the server itself, says nothing."""
    first = said[0]
    mild = first.verb in READS or first.verb is Verb.CREATE
    if first.verb in READS and any(
        map(_STAYS.match, sentences(fold(tool.description[:MAX_DESCRIPTION_CHARS]), MAX_SENTENCES))
    ):
        reason = f"description says that its effect stays, though the {first.reason}"
        return (Said(verb=Verb.DELETE, confidence=50, reason=reason, word=first.word),)
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
