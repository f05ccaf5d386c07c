"""Declared sequences of actions: what must have happened before, what happens now, within which time, whose actions count.

Pure matching over the entries of a track. Worst case throughout: pending counts as allowed, a result that nobody reported
as the worst that the catalog allows, unclassified data as every class, and a history that was lost as one that held every
step. What has left the entries still counts by its classes and taint.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import repeat
from typing import Any, Protocol

from pdp.declarations_parse import NAME, mapping, one_of, positive, texts, wrong
from pdp.outcome import MAX_DEADLINE_S, MAX_ENTRIES, MAX_NAME_CHARS, MAX_QUORUM
from writ.action import Verb
from writ.frozen import frozen

MAX_STEPS = 6
"""Steps before the last one: what needs more is a process, and belongs into facts."""

MAX_TIMES = 32
"""How often one step may have to occur: as many entries as a track keeps."""

UNCLASSIFIED = "unclassified"
"""The class of data that nobody looked at; it counts as the highest sensitivity."""


class Scope(StrEnum):
    """Whose actions count."""

    SESSION = "session"
    AGENT = "agent"
    PRINCIPAL = "principal"


class Says(StrEnum):
    """What a completed sequence says of the action, in the words of rules; rego/writ/rules/sequence.rego says it. SIGNAL: it
    only counts in the score, and rules may look at it."""

    SEQUENCE = "SEQUENCE"
    APPROVAL = "APPROVAL"
    SIGNAL = "SIGNAL"


class Acted(Protocol):
    """What a step looks at: an earlier action, or the one that is judged. All that any of its operations is."""

    @property
    def verbs(self) -> frozenset[str]: ...
    @property
    def resource_types(self) -> frozenset[str]: ...
    @property
    def classes(self) -> frozenset[str]: ...
    @property
    def external(self) -> bool: ...
    @property
    def untrusted(self) -> bool: ...
    @property
    def threatened(self) -> bool: ...


class Earlier(Acted, Protocol):
    """An earlier action. `happened`: allowed or still pending; `denied`: refused by a rule; neither: held or withdrawn."""

    @property
    def at_ms(self) -> int: ...
    @property
    def happened(self) -> bool: ...
    @property
    def denied(self) -> bool: ...


@frozen
class Step:
    """What one action must be. Empty sets and False match anything, so that more taint never matches less; `times` is how
    many such actions it takes."""

    verbs: frozenset[str]
    resource_types: frozenset[str]
    classes: frozenset[str]
    external: bool
    untrusted: bool
    threatened: bool
    denied: bool
    times: int

    def matches(self, acted: Acted) -> bool:
        """Whether the action is such a one; unclassified data is data of every class."""
        return (
            (not self.verbs or not self.verbs.isdisjoint(acted.verbs))
            and (not self.resource_types or not self.resource_types.isdisjoint(acted.resource_types))
            and (not self.classes or UNCLASSIFIED in acted.classes or not self.classes.isdisjoint(acted.classes))
            and (acted.external or not self.external)
            and (acted.untrusted or not self.untrusted)
            and (acted.threatened or not self.threatened)
        )

    def left_behind(self, classes: frozenset[str], untrusted: bool, threatened: bool) -> bool:
        """Whether actions that have left the entries may have been this step, by the taint that they left."""
        if self.denied or not (self.classes or self.untrusted or self.threatened):
            return False
        return (
            (not self.classes or UNCLASSIFIED in classes or not self.classes.isdisjoint(classes))
            and (not self.untrusted or untrusted)
            and (not self.threatened or threatened)
        )


@frozen
class Sequence:
    """One declared sequence. `after` in order, oldest first; all of it within `within_s` before `then`."""

    name: str
    after: tuple[Step, ...]
    then: Step
    within_s: int
    scope: Scope


@frozen
class History:
    """The actions of one scope, newest first, and what those that are not listed any more have left. `entries` are walked
    more than once, and only as far as they matter."""

    known: bool
    entries: Iterable[Earlier]
    classes: frozenset[str]
    untrusted: bool
    threatened: bool


def completed(
    sequences: Iterable[Sequence], acted: Acted, histories: Mapping[Scope, History], now_ms: int
) -> list[str]:
    """Names of the sequences that `acted` completes at `now_ms`, sorted."""
    return sorted(
        sequence.name
        for sequence in sequences
        if sequence.then.matches(acted) and _happened(sequence, histories[sequence.scope], now_ms)
    )


def _happened(sequence: Sequence, history: History, now_ms: int) -> bool:
    if not history.known:
        return True
    since_ms = now_ms - sequence.within_s * 1000
    steps = [step for declared in sequence.after for step in repeat(declared, declared.times)]
    # Greedy from the newest backwards: taking the latest action for the last step leaves most room for the others.
    # An entry outside of the window is passed over, not the end: entries stand in the order of their appending, and the
    # clock of a promoted replica may be behind that of the node before it.
    for entry in history.entries:
        if not steps:
            break
        if entry.at_ms < since_ms:
            continue
        counts = entry.denied if steps[-1].denied else entry.happened
        if counts and steps[-1].matches(entry):
            steps.pop()
    # The oldest steps may have been taken by actions that are no longer listed.
    return all(step.left_behind(history.classes, history.untrusted, history.threatened) for step in steps)


def parse_sequences(value: object, session_ttl_s: int, taint_ttl_s: int) -> tuple[Sequence, ...]:
    """Parses untrusted bundle data; none is fine. Raises ConfigurationError DECLARATION_INVALID."""
    if value is None:
        return ()
    if not isinstance(value, Mapping):
        raise wrong("sequences", "a mapping", type(value).__name__)
    found = []
    for name in sorted(value, key=str):
        if not isinstance(name, str) or not NAME.fullmatch(name):
            raise wrong("sequences", "a name of lower-case letters, digits and _", name)
        found.append(_sequence(name, value[name], session_ttl_s, taint_ttl_s))
    return tuple(found)


def _sequence(name: str, value: object, session_ttl_s: int, taint_ttl_s: int) -> Sequence:
    where = f"sequences.{name}"
    fields = mapping(where, value, {"after", "then", "within_s"}, {"scope", "outcome", "approval"})
    _check_outcome(where, fields)
    steps = fields["after"]
    if not isinstance(steps, list) or not 1 <= len(steps) <= MAX_STEPS:
        raise wrong(f"{where}.after", f"a list of 1 to {MAX_STEPS} steps", steps)
    scope = one_of(f"{where}.scope", Scope, fields.get("scope", Scope.SESSION.value))
    longest = session_ttl_s if scope is Scope.SESSION else taint_ttl_s
    return Sequence(
        name=name,
        after=tuple(_step(f"{where}.after[{index}]", step, last=False) for index, step in enumerate(steps)),
        then=_step(f"{where}.then", fields["then"], last=True),
        within_s=positive(f"{where}.within_s", fields["within_s"], longest),
        scope=scope,
    )


def _check_outcome(where: str, fields: Mapping[str, Any]) -> None:
    """Checks what only the policy library reads: a mistake here is found when the bundle is built, not when it would matter. What
    is asked for must be what an outcome may ask for: beyond that the action would be denied as not judged."""
    said = one_of(f"{where}.outcome", Says, fields.get("outcome", Says.SEQUENCE.value))
    if said is not Says.APPROVAL:
        if "approval" in fields:
            raise wrong(f"{where}.approval", "`outcome: APPROVAL` beside it", said.value)
        return
    approval = mapping(f"{where}.approval", fields.get("approval"), {"quorum", "roles", "deadline_s"}, set())
    positive(f"{where}.approval.quorum", approval["quorum"], MAX_QUORUM)
    positive(f"{where}.approval.deadline_s", approval["deadline_s"], MAX_DEADLINE_S)
    roles = texts(f"{where}.approval.roles", approval["roles"])
    if len(roles) > MAX_ENTRIES or not all(0 < len(role) <= MAX_NAME_CHARS for role in roles):
        expected = f"1 to {MAX_ENTRIES} names of 1 to {MAX_NAME_CHARS} characters"
        raise wrong(f"{where}.approval.roles", expected, roles)


def _step(where: str, value: object, *, last: bool) -> Step:
    common = {"verb", "resource_type", "class", "external", "untrusted", "threatened"}
    fields = mapping(where, value, set(), common if last else common | {"denied", "times"})
    if not fields:
        raise wrong(where, "at least one condition", "none")
    verbs = _several(f"{where}.verb", fields.get("verb"))
    named = {one_of(f"{where}.verb", Verb, verb) for verb in verbs}
    if Verb.READ in named:
        # Who lists reads, and reads more: a step that asks for reading must not be passed by reading much at once.
        named.add(Verb.LIST)
    return Step(
        verbs=frozenset(verb.value for verb in named),
        resource_types=frozenset(_several(f"{where}.resource_type", fields.get("resource_type"))),
        classes=frozenset(_several(f"{where}.class", fields.get("class"))),
        external=_flag(f"{where}.external", fields.get("external")),
        untrusted=_flag(f"{where}.untrusted", fields.get("untrusted")),
        threatened=_flag(f"{where}.threatened", fields.get("threatened")),
        denied=_flag(f"{where}.denied", fields.get("denied")),
        times=positive(f"{where}.times", fields.get("times", 1), MAX_TIMES),
    )


def _several(where: str, value: object) -> tuple[str, ...]:
    """One string, or a list of them."""
    if value is None:
        return ()
    return texts(where, [value] if isinstance(value, str) else value)


def _flag(where: str, value: object) -> bool:
    if value is not None and value is not True:
        raise wrong(where, "true, or nothing", value)
    return value is True
