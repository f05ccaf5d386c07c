"""Which values a request writes out for another deed than that of an action: new.txt in "read new.txt, then delete old.txt".

A value counts for an action where what its clauses ask (`pdp.wording.named_for`) would by itself ask for such an action. Others
of its shape do not, then; where none counts so, by verbs that no lexicon has, all of them do. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pdp.fold import fold
from pdp.provenance.shapes import PATH_SHAPE, id_shape, written_shapes
from pdp.steps import Steps, finish
from pdp.wording.intent import ActionKind, is_asked
from pdp.wording.lexicon import Deed
from pdp.wording.marks import account, identifiers
from pdp.wording.named_for import BANK, MAIL, NUMBERED, OWNER, PHONE, PLACE, URL, Naming, may_be_numbered
from pdp.wording.naming_clauses import clauses_of
from pdp.wording.refusals import AROUND
from pdp.wording.request import RequestFacts
from writ.frozen import frozen

_TOKEN = re.compile(
    r"[(\"'\[<]?(?:\b[A-Z]{2}[0-9]{2}(?:[ -](?=[A-Z]{0,3}[0-9])[A-Z0-9]{4}){2,7}(?:[ -][A-Z0-9]{0,2}[0-9])?(?![A-Za-z0-9])"
    r"|\+[0-9][0-9 ()/-]{6,24}[0-9])\S*|\S+"
)
"""A word, or an account or telephone number in groups."""
_MAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")
_BANK = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9 -]{10,40}")
_PHONE = re.compile(r"\+[0-9][0-9 ()/-]{6,24}[0-9]")
_PLACE = re.compile(r"[#@][^\W\d][\w.-]{1,63}")
_PAYS_FROM = re.compile(r"(?i)/(?:from|source|src|debit|payer|sender|funding|charge)[^/]*$")
_MENTIONS = re.compile(r"(?i)/[^/]*(?:mention|tag|credit|cite|handle)[^/]*(?:/[0-9]+)?$")
_GRAVE, _MOVED = int(Deed.DELETE | Deed.ADMIN), int(Deed.CREATE | Deed.UPDATE)
_TOKENS_A_STEP, _CLAUSES_A_STEP = 64, 8
_MAX_PARTS = 16


@frozen
class Written:
    """A value that a request writes out: its shape, its one spelling, the deeds (bits of Deed and Family) of the clauses that
    name it, whether the user is called by it or calls it his own, and whether a message is to mention it."""

    shape: str
    value: str
    deeds: int
    own: bool = False
    mentioned: bool = False


def written_values(named: str) -> tuple[Written, ...]:
    """Reads what names anything of a request (`pdp.wording.own`), at most some 16 KiB. One value may occur several times."""
    return finish(written_in_steps(named))


def written_in_steps(named: str) -> Steps[tuple[Written, ...]]:
    """Does what `written_values` does, in steps."""
    tokens = list(_TOKEN.finditer(named))
    shown = [OWNER.sub("", token.group().strip(AROUND)) for token in tokens]
    words: list[str] = []
    values: dict[int, tuple[str, str]] = {}
    for at, bare in enumerate(shown):
        if at % _TOKENS_A_STEP == _TOKENS_A_STEP - 1:
            yield
        words.append(fold(bare))
        if value := _value(bare, words):
            values[at] = value
    if len(values) < 2 and not any(shape == BANK for shape, _ in values.values()):
        return tuple(
            Written(shape=shape, value=value, deeds=0) for shape, value in values.values()
        )  # nothing beside it
    owners = {at for at in values if OWNER.search(tokens[at].group().strip(AROUND))}
    parts, ends = clauses_of(named, tokens, words)
    yield
    naming = Naming(words, {at: shape for at, (shape, _) in values.items()}, owners, ends)
    for number, part in enumerate(parts):
        if number % _CLAUSES_A_STEP == _CLAUSES_A_STEP - 1:
            yield
        naming.take(part)
    return tuple(
        Written(
            shape=shape,
            value=value,
            deeds=_done_to(shape, naming.of(at)),
            own=naming.is_own(at),
            mentioned=naming.is_mentioned(at),
        )
        for at, (shape, value) in values.items()
    )


def elsewhere(
    written: Sequence[Written], facts: RequestFacts, kind: ActionKind, *, paid: bool
) -> frozenset[tuple[str, str]]:
    """Returns shape and spelling of the values that a request writes out for another deed than an action of a kind. `paid`: it
    says by name who is to have money, so that an account counts only where it is said to be his."""
    if not written or kind.reads:
        return frozenset()
    counts = {
        deeds: deeds != 0 and is_asked(replace(facts, deeds=deeds), kind, named=True)
        for deeds in {one.deeds for one in written}
    }
    here = {(one.shape, one.value) for one in written if counts[one.deeds]}
    told_apart = (
        {shape for shape, _ in here} | {one.shape for one in written if one.mentioned} | ({BANK} if paid else set())
    )
    if not kind.by_verb & _GRAVE:  # who says which user he is has that one signed in, and not closed
        here |= {(one.shape, one.value) for one in written if one.own}
    return frozenset((one.shape, one.value) for one in written if one.shape in told_apart) - here


def _done_to(shape: str, deeds: int) -> int:
    """Returns the deeds of a value: a file is not paid, "transfer summary.doc to Reports" moves it."""
    return deeds | _MOVED if shape == PATH_SHAPE and deeds & Deed.PAY else deeds


def is_mentioned(written: Sequence[Written], kind: str, pointer: str, text: str) -> bool:
    """Tells whether an argument says whom a message mentions, and the request has it mention that one: whom it is sent to is
    another matter."""
    if _MENTIONS.search(pointer) is None:
        return False
    return holds(((one.shape, one.value) for one in written if one.mentioned), kind, text)


def pays_from(kind: str, pointer: str) -> bool:
    """Tells whether an argument says where money comes from: there an account is named by "from ACC-1", which names no payee."""
    return kind == "account" and _PAYS_FROM.search(pointer) is not None


def is_replaced(written: Sequence[Written], kind: str, text: str) -> bool:
    """Tells whether a request that corrects one said before writes out another value of the shape that the value of a sink has:
    "no, I meant 47111"."""
    shape, _ = _key(text.strip())
    others = frozenset((one.shape, one.value) for one in written if one.shape == shape)
    return bool(shape and others) and not holds(others, kind, text)


def holds(values: Iterable[tuple[str, str]], kind: str, text: str) -> bool:
    """Tells whether the value of a sink is one of the given ones. `kind` is that of the sink."""
    values = frozenset(values)
    if not values:
        return False
    bare = text.strip()
    own = {_key(bare)}
    if kind == "id" and bare.lstrip("#").isdecimal():
        own.add((NUMBERED, bare.lstrip("#")))
    if kind == "channel" or kind == "recipient":
        own.add((PLACE, fold(bare).lstrip("#@")))
    own |= {(MAIL if mark[0] == "e" else URL, mark[2:]) for mark in identifiers(bare) if mark[0] in "eu"}
    if bank := _BANK.search(bare):
        own.add((BANK, account(bank.group())))
    if kind == "path":
        parts = fold(bare).replace("\\", "/").lstrip("./").split("/")
        own |= {(PATH_SHAPE, "/".join(parts[at:])) for at in range(max(0, len(parts) - _MAX_PARTS), len(parts))}
    return not own.isdisjoint(values)


def _value(bare: str, words: Sequence[str]) -> tuple[str, str] | None:
    """Returns shape and spelling of a value, None for a word. `words`: those up to it."""
    shape, value = _key(bare)
    if shape:
        return shape, value
    before = words[-2] if len(words) > 1 else ""
    number = bare.lstrip("#")
    if number.isdecimal() and (number != bare or may_be_numbered(before)):
        return NUMBERED, number
    return None


def _key(bare: str) -> tuple[str, str]:
    folded = fold(bare)
    if "://" in bare or bare.startswith("www."):
        found = [mark[2:] for mark in sorted(identifiers(bare)) if mark[0] == "u"]
        return (URL, found[0]) if len(found) == 1 else ("", "")
    if _MAIL.fullmatch(bare):
        return MAIL, folded
    if _BANK.fullmatch(bare) and account(bare):
        return BANK, account(bare)
    if _PHONE.fullmatch(bare):
        return PHONE, account(bare)
    if _PLACE.fullmatch(bare):
        return PLACE, folded.lstrip("#@")
    shapes = written_shapes(folded)
    if PATH_SHAPE in shapes:
        return PATH_SHAPE, max(shape for shape in shapes if shape[0] == PATH_SHAPE).lstrip(PATH_SHAPE)
    shape = id_shape(folded)
    return (shape, folded.lstrip("#")) if shape else ("", "")
