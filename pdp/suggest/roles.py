"""What each argument holds, by its name, type, format and description."""

from __future__ import annotations

from pdp.suggest.lexicon_arguments import LAST, THINGS, WHOLE
from pdp.suggest.schema import Argument
from pdp.suggest.setting import Judgement, Question, Setting
from pdp.suggest.texts import judge_text
from pdp.suggest.words import name_words, text_words, word_set
from writ.frozen import frozen

_SINKS = ("account", "recipient", "url", "path", "channel", "code", "query", "content", "id")
_DATES = ("date", "date-time", "time", "duration")
_COUNTING = word_set("of how many digits integer count value")
_ADDRESSES = ("uri", "url", "iri", "uri-reference", "iri-reference", "hostname", "idn-hostname")


@frozen
class Role:
    """What an argument holds. `kind`: one of the sinks' kinds, or `amount`, `currency`, `limit`, `paging`, `all` (a
    switch that reaches everything), `secret`, `plain` (a scalar that rules may look at), `whole` (of any shape)."""

    argument: Argument
    kind: str
    confidence: int
    reason: str
    words: tuple[str, ...]

    @property
    def shown(self) -> str:
        """The argument's words, as a reason names it."""
        return "_".join(self.words)[:40]

    @property
    def is_sink(self) -> bool:
        """True when its origin matters."""
        return self.kind in _SINKS or self.kind == "secret"

    @property
    def sink_kind(self) -> str:
        """The kind of sink; a secret counts as content."""
        return "content" if self.kind == "secret" else self.kind


def role_of(argument: Argument, setting: Setting) -> Role:
    """Returns what an argument holds."""
    asked = Question(argument, name_words(argument.name), setting)
    found = _by_type(asked) or _by_format(asked) or judge_text(asked)
    return Role(argument=argument, kind=found.kind, confidence=found.confidence, reason=found.reason, words=asked.words)


def _by_type(asked: Question) -> Judgement | None:
    argument, words, name = asked.argument, asked.words, asked.name
    if argument.types and argument.types <= {"boolean"}:
        is_all = name in WHOLE["all"] or "all" in (*words[:1], *words[-1:])
        return Judgement("all", 80, "a switch for everything") if is_all else Judgement("plain", 90, "a switch")
    if argument.is_number:
        return _number(asked)
    if argument.has_choices:
        is_currency = name in WHOLE["currency"]
        return (
            Judgement("currency", 90, "named currency")
            if is_currency
            else Judgement("plain", 85, "one of a closed set")
        )
    if name in WHOLE["paging"] and argument.is_scalar and not _names_its_record(asked):
        return Judgement("paging", 85, "paging or formatting")
    if name in WHOLE["shape"] and not asked.setting.writes:
        return Judgement("paging", 75, "shape of the answer")
    return None


def _by_format(asked: Question) -> Judgement | None:
    form = asked.argument.format
    if form in ("email", "idn-email"):
        if asked.setting.writes:
            return Judgement("recipient", 95, "format email")
        return Judgement("id", 70, "an address to look for")
    if form in _ADDRESSES:
        return Judgement("url", 95, f"format {form}")
    if form == "uuid":
        return Judgement("id", 90, "format uuid")
    return Judgement("plain", 90, f"format {form}") if form in _DATES else None


def _names_its_record(asked: Question) -> bool:
    """Tells the `request_id` of `approve_request` from the one that a caller gives each of its calls."""
    return asked.last in LAST["id"] and "_".join(asked.words[:-1]) in asked.setting.words | {asked.setting.resource}


def _numbers_a_record(asked: Question) -> bool:
    """Tells `issue_number`, and a bare `number` whose description counts nothing, from a number of things."""
    if any(word in asked.setting.words | THINGS for word in asked.words[:-1]):
        return True
    about = text_words(asked.about)
    return asked.name == "number" and bool(asked.setting.resource and about) and not _COUNTING & set(about)


def _number(asked: Question) -> Judgement:
    name, words, last = asked.name, asked.words, asked.last
    if name in WHOLE["amount"] or last in ("amount", "price") or words[:1] == ("amount",):
        return Judgement("amount", 85, "a number named like money")
    if name in WHOLE["limit"] and not asked.setting.writes:
        return Judgement("limit", 80, "a number that bounds the result")
    if name in WHOLE["paging"] and not _names_its_record(asked):
        return Judgement("paging", 75, "paging or formatting")
    if name in WHOLE["limit"]:
        return Judgement("plain", 70, "how many, of a tool that may do more than read")
    if name in WHOLE["channel"] or "_".join(words[1:]) in WHOLE["channel"]:
        return Judgement("channel", 85, f"named {name}")
    if last in LAST["id"] or last == "pid":
        counts = last == "number" and not _numbers_a_record(asked)
        return Judgement("plain", 60, "a number") if counts else Judgement("id", 85, f"named {name}")
    for kind in ("account", "recipient"):
        if name in WHOLE[kind]:
            return Judgement(kind, 75, f"named {name}")
    return Judgement("plain", 70, "a number")
