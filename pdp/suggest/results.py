"""Who may write what a tool returns, and which fields of it are structured records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pdp.suggest.identity import names_own
from pdp.suggest.judge import Judged
from pdp.suggest.lexicon_nouns import (
    OUTSIDE_WRITTEN,
    OWN_PROFILE,
    PURELY_OURS,
    RECORD_FIELDS,
    RECORDS_WE_KEEP,
    VAGUE,
)
from pdp.suggest.line import Line
from pdp.suggest.roles import role_of
from pdp.suggest.said import READS
from pdp.suggest.schema import Argument
from pdp.suggest.setting import Setting
from pdp.suggest.words import singular, text_words, word_set
from writ.action import Verb

_SHAPES = ("{}", "[].{}", "*[].{}")
"""Where a field stands when nobody said: in the one record, in a list of them, or in a list inside an object."""

_READER = Setting(verbs=frozenset({Verb.CREATE}), words=frozenset(), resource="", money=True, files=False, books=False)
"""Fields of results are judged as arguments of a write, which tells an address from a text to look for."""

_STRUCTURED = ("recipient", "account", "url", "path", "channel", "id", "amount", "currency")
_OPENINGS = {"url", "query", "path", "code", "content"}
_MACHINE_FORMATS = ("date", "date-time", "time", "uuid")
_WRITTEN = word_set(
    "note comment message remark text diary everything review feedback email mail letter post description entry journal "
    "reply answer story memo caption"
)
"""What people write, of whatever kind the record is that holds it."""

_DATES = word_set("time date day clock timezone datetime")
MAX_RECORDS = 48
"""Most record paths of one entry."""


def result_lines(judged: Judged) -> Iterator[Line]:
    """Yields the lines of `result`."""
    trusted, confidence, reason = _content(judged)
    yield Line(key="result.content", value="TRUSTED" if trusted else "UNTRUSTED", confidence=confidence, reason=reason)
    fields = list(_declared(judged)) if judged.tool.results is not None else list(_usual(judged))
    if fields:
        for path, sure, why in fields[:MAX_RECORDS]:
            yield Line(key="result.records", value=path, confidence=sure, reason=why)
        yield _trust(judged, trusted)
    if trusted and _DATES & {*judged.name.nouns, judged.resource}:
        yield Line(key="result.classes", value=[], confidence=70, reason="a time or a date is no secret")


def _content(judged: Judged) -> tuple[bool, int, str]:
    if not judged.verbs <= READS:
        fetches = judged.verbs & {Verb.SEND, Verb.EXECUTE} and judged.name.verbs and judged.name.verbs[0].verb in READS
        if fetches:
            return False, 90, "what stands at an address of others, others wrote"
        return False, 50, "may repeat what its arguments held"
    if judged.tool.hints.get("openWorldHint"):
        return False, 90, "openWorldHint"
    results = judged.tool.results
    if results is not None and results and all(_is_closed(field, results) for field in results):
        return True, 75, "only numbers, switches and closed sets come back"
    taken = {role.kind for role in judged.roles} - {"limit", "paging", "plain"}
    outside = sorted(noun for noun in judged.name.nouns if noun in OUTSIDE_WRITTEN or noun == "result")
    if outside or judged.resource in OUTSIDE_WRITTEN - {"profile"}:
        return False, 90, f"others may write it: {(outside or [judged.resource])[0]}"
    told = _told_of_texts(judged)
    if told:
        return False, 70, f"description speaks of {told}"
    texts = next(
        (field for field in results or () if field.is_text and role_of(field, _READER).kind == "content"), None
    )
    ours = texts is None and judged.name.nouns[-1:] != () and judged.name.nouns[-1] in PURELY_OURS
    if ours and not judged.name.plural and not taken & _OPENINGS:
        return True, 80, f"only the server writes it: {judged.name.nouns[-1]}"
    if _is_own_profile(judged):
        return True, 60, "our own profile: no argument says whose"
    return False, 50, "nothing says that only the server writes it"


def _told_of_texts(judged: Judged) -> str:
    """Returns the word by which a description says that people wrote what comes back: `Everything in the diary on a day`."""
    words = (singular(word) for word in text_words(judged.tool.description))
    return next((word for word in words if word in _WRITTEN), "")


def _is_own_profile(judged: Judged) -> bool:
    """True for `get_user_info()`, where nothing says whose; not for `list_users()`."""
    own = {noun for noun in judged.name.nouns if noun not in VAGUE} | {judged.resource}
    several = any(singular(word) in OWN_PROFILE and singular(word) != word for word in judged.name.words)
    return not judged.tool.arguments and not several and bool(own & OWN_PROFILE) and own <= OWN_PROFILE


def _is_closed(field: Argument, fields: Sequence[Argument]) -> bool:
    """True for what can hold no words of others: numbers, switches, dates, and objects of such members alone."""
    if field.is_number or field.has_choices or field.types == {"boolean"} or field.format in _MACHINE_FORMATS:
        return True
    depth = len(field.names)
    members = [other for other in fields if len(other.names) > depth and other.names[:depth] == field.names]
    return field.types == {"object"} and bool(members)


def _declared(judged: Judged) -> Iterator[tuple[str, int, str]]:
    for field in judged.tool.results or ():
        if not field.is_scalar or field.types == {"boolean"}:
            continue
        if field.is_number or field.has_choices or field.format in _MACHINE_FORMATS:
            yield field.path, 80, "a number, a date or one of a closed set"
            continue
        role = role_of(field, _READER)
        if role.kind in _STRUCTURED and field.names:
            yield field.path, 75, role.reason


def _usual(judged: Judged) -> Iterator[tuple[str, int, str]]:
    if judged.resource in RECORD_FIELDS and judged.verbs <= READS:
        for field in RECORD_FIELDS[judged.resource]:
            for shape in _SHAPES:
                yield shape.format(field), 40, f"usual for {judged.resource}; no output schema says so"
    elif _names_new(judged):
        for field in ("id", f"{judged.resource}_id"):
            yield field, 40, "the server gives a new record its id"


def _names_new(judged: Judged) -> bool:
    """True for a tool that makes a record and takes no id for it, so that the id that comes back is the server's."""
    takes_id = any(names_own(role, judged.resource) for role in judged.roles)
    creates = Verb.CREATE in judged.verbs and judged.verbs <= {Verb.CREATE, Verb.SEND}
    return creates and judged.tool.results is None and not takes_id and judged.resource.isidentifier()


def _trust(judged: Judged, trusted: bool) -> Line:
    key = "result.record_trust"
    if trusted:
        return Line(key=key, value="TRUSTED", confidence=60, reason="as the content")
    if judged.resource in RECORDS_WE_KEEP and judged.verbs <= READS and not judged.tool.hints.get("openWorldHint"):
        return Line(
            key=key,
            value="TRUSTED",
            confidence=50,
            reason=f"such fields of {judged.resource} come from our own bookkeeping",
        )
    if _names_new(judged):
        return Line(key=key, value="TRUSTED", confidence=50, reason="ids that the server gives, nobody else chooses")
    return Line(key=key, value="UNTRUSTED", confidence=60, reason="others may choose these values")
