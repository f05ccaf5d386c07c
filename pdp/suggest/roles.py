"""What each argument holds, by its name, type, format and description."""

from __future__ import annotations

from collections.abc import Set

from pdp.fold import fold
from pdp.suggest.lexicon_arguments import (
    DATE_LAST,
    DATES,
    DESCRIBED,
    GENERIC,
    LAST,
    PEOPLE,
    SECRET_LAST,
    SECRETS,
    THINGS,
    WHOLE,
)
from pdp.suggest.lexicon_nouns import FILES
from pdp.suggest.said import READS
from pdp.suggest.schema import Argument
from pdp.suggest.words import name_words, singular, text_words
from writ.action import Verb
from writ.frozen import frozen

_CODE_WORDS = (
    "code",
    "script",
    "python",
    "javascript",
    "shell",
    "program",
    "command",
    "cell",
    "snippet",
    "function body",
)
_MEETING_PLACES = (
    "thread_ts",
    "thread_id",
    "thread",
    "topic",
    "list_id",
    "group",
    "group_id",
    "room",
    "space",
    "space_id",
)
_FILE_PLACES = ("source", "destination", "src", "dest", "target", "from", "to", "name", "location")
_DIRECTIONS = ("to", "target", "dest", "destination", "new", "default", "primary")
_SINKS = ("account", "recipient", "url", "path", "channel", "code", "query", "content", "id")


@frozen
class Setting:
    """What is known of the tool before its arguments are read."""

    verbs: Set[Verb]
    words: frozenset[str]
    resource: str
    money: bool
    files: bool
    books: bool

    @property
    def writes(self) -> bool:
        """True when it does more than read, or when nobody knows."""
        return not self.verbs or bool(self.verbs - READS)


@frozen
class Role:
    """What an argument holds: a sink kind, or amount, currency, limit, paging, all, secret, plain, whole.

    `words` are the words of its name; `fits` tells an id whose name is that of the tool's resource.
    """

    argument: Argument
    kind: str
    confidence: int
    reason: str
    words: tuple[str, ...]

    @property
    def is_sink(self) -> bool:
        """True when its origin matters."""
        return self.kind in _SINKS or self.kind == "secret"

    @property
    def sink_kind(self) -> str:
        """The kind of sink; a secret counts as content."""
        return "content" if self.kind == "secret" else self.kind


def role_of(argument: Argument, setting: Setting) -> Role:
    """Returns what an argument holds. Whatever a description says adds to a name that leaves it open, only."""
    words = name_words(argument.name)
    kind, confidence, reason = _judge(argument, words, setting)
    return Role(argument=argument, kind=kind, confidence=confidence, reason=reason, words=words)


def _judge(argument: Argument, words: tuple[str, ...], setting: Setting) -> tuple[str, int, str]:
    name = "_".join(words)
    if argument.types and argument.types <= {"boolean"}:
        is_all = name in WHOLE["all"] or words[:1] == ("all",) or words[-1:] == ("all",)
        return ("all", 80, "a switch for everything") if is_all else ("plain", 90, "a switch")
    if argument.is_number:
        return _number(words, name, setting)
    if argument.has_choices:
        if name in WHOLE["currency"]:
            return "currency", 90, "named currency"
        return "plain", 85, "one of a closed set"
    if name in WHOLE["paging"] and argument.is_scalar:
        return "paging", 85, "paging or formatting"
    if name in WHOLE["shape"] and not setting.writes:
        return "paging", 75, "shape of the answer"
    if argument.format in ("email", "idn-email"):
        return ("recipient", 95, "format email") if setting.writes else ("id", 70, "an address to look for")
    if argument.format in ("uri", "url", "iri", "uri-reference", "hostname"):
        return "url", 95, f"format {argument.format}"
    if argument.format == "uuid":
        return "id", 90, "format uuid"
    if argument.format in ("date", "date-time", "time", "duration"):
        return "plain", 90, f"format {argument.format}"
    return _text(argument, words, name, setting)


def _number(words: tuple[str, ...], name: str, setting: Setting) -> tuple[str, int, str]:
    if name in WHOLE["amount"] or words[-1:] in (("amount",), ("price",)) or words[:1] == ("amount",):
        return "amount", 85, "a number named like money"
    if name in WHOLE["limit"] and not setting.writes:
        return "limit", 80, "a number that bounds the result"
    if name in WHOLE["paging"] or name in WHOLE["limit"]:
        return "paging", 75, "paging or formatting"
    if name in WHOLE["channel"] or "_".join(words[1:]) in WHOLE["channel"]:
        return "channel", 85, f"named {name}"
    if words[-1:] and words[-1] in LAST["id"] | {"pid"}:
        if words[-1] == "number" and not any(word in setting.words | THINGS for word in words[:-1]):
            return "plain", 60, "a number"
        return "id", 85, f"named {name}"
    if name in WHOLE["account"] or name in WHOLE["recipient"]:
        return ("account" if name in WHOLE["account"] else "recipient"), 75, f"named {name}"
    return "plain", 70, "a number"


def _text(argument: Argument, words: tuple[str, ...], name: str, setting: Setting) -> tuple[str, int, str]:
    single = "_".join((*words[:-1], singular(words[-1]))) if words else ""
    described = _described(argument)
    if name in SECRETS or (words and words[-1] in SECRET_LAST):
        return "secret", 85, f"named {name}"
    if setting.writes and _is_person_id(words):
        return "recipient", 85, f"named {name}"
    if words[-1:] == ("name",) and words[-2:-1] and words[-2] in ("first", "last", "full", "middle", "cardholder"):
        return _content(name, setting)
    if name in WHOLE["currency"]:
        return "currency", 90, "named currency"
    special = _by_setting(argument, name, single, setting, described)
    if special is not None:
        return special
    rest = "_".join(words[1:]) if words[:1] and words[0] in _DIRECTIONS else single
    for kind in ("account", "recipient", "url", "path", "channel", "code", "query"):
        if {name, single, rest} & WHOLE[kind]:
            return _whole(kind, single, setting, described)
    if described and (name in GENERIC or single in GENERIC or described in ("url", "account")):
        return described, 70, f"description says {described}"
    if words and words[-1] in LAST["id"] and not argument.types <= {"object"}:
        return "id", 85, f"named {name}"
    if name in DATES or (len(words) > 1 and words[-1] in DATE_LAST):
        return "plain", 80, "a date or time"
    if "object" in argument.types and argument.is_top:
        return ("content" if setting.writes else "query"), 55, "an object"
    if name in WHOLE["content"] or single in WHOLE["content"]:
        return _content(single, setting)
    if words:
        for kind in ("recipient", "url", "path", "account", "code", "query"):
            if words[-1] in LAST[kind] or singular(words[-1]) in LAST[kind]:
                return _whole(kind, singular(words[-1]), setting, described)
    if name in WHOLE["amount"] or (words and words[-1] in LAST["amount"]):
        return "amount", 65, "named like money"
    if single in THINGS or single == setting.resource or (words[-1:] == ("name",) and len(words) > 1):
        return "id", 65, f"names a {single}"
    if words and words[-1] in LAST["content"]:
        return _content(words[-1], setting)
    if described:
        return described, 55, f"description says {described}"
    if single in PEOPLE and single != "name":
        return _person(single, setting)
    if name in WHOLE["limit"]:
        return "paging", 50, "bounds the result"
    if "object" in argument.types or "array" in argument.types or not argument.types:
        return ("content" if setting.writes else "whole"), 40, "of any shape"
    return "plain", 40, "nothing says what it holds"


def _is_person_id(words: tuple[str, ...]) -> bool:
    """True for `receiver_id`, `attendee_ids`: what stands before is a recipient."""
    base = "_".join((*words[:-2], singular(words[-2]))) if len(words) > 1 else ""
    return (
        bool(words)
        and words[-1] in ("id", "ids", "name", "names", "handle", "address")
        and (
            base in WHOLE["recipient"] and base not in ("contact", "person", "friend", "email", "phone", "to", "mobile")
        )
    )


def _by_setting(
    argument: Argument, name: str, single: str, setting: Setting, described: str
) -> tuple[str, int, str] | None:
    """Names that mean one thing in one trade and another elsewhere."""
    if setting.money and single in ("account", "recipient", "receiver", "to", "destination", "account_id"):
        if described in ("recipient", "account"):
            return described, 85, f"description says {described}"
        return ("recipient" if single in ("recipient", "receiver", "to") else "account"), 80, "whom a payment reaches"
    if single in ("code", "expression", "source", "function", "input", "cell", "arg", "argument", "args", "statement"):
        text = fold(argument.description)
        runs = Verb.EXECUTE in setting.verbs
        if described == "query" and single != "code":
            return "query", 75, "description says query"
        if any(word in text for word in _CODE_WORDS[2:] if word not in ("program",)) or (
            runs
            and (single in ("code", "source", "cell", "expression", "args", "arg", "argument") or described == "code")
        ):
            return "code", 85, f"{name} that is run"
        if single == "code":
            return "id", 60, "a code that names something"
    if setting.files and "git" not in setting.words and single in _FILE_PLACES:
        return "path", 80, "where a file stands"
    if single == "to" and _is_no_person(argument, setting, described):
        return "plain", 50, "where to, or until when"
    if single in ("from", "sender", "from_address", "from_email", "from_user"):
        return "plain", 60, "who sends or whom to look for"
    if (
        single in ("origin", "destination", "city", "country", "location", "place")
        and not described
        and not (setting.verbs & {Verb.ADMIN} and single in ("city", "country"))
    ):
        return "plain", 60, "a place"
    if setting.books and (single in THINGS or single in setting.words) and argument.is_scalar:
        return "id", 80, "what is booked"
    if single in _MEETING_PLACES and (Verb.SEND in setting.verbs or setting.words & {"message", "chat"}):
        if {"email", "mail", "gmail"} & setting.words or single == "list_id":
            return "id", 75, f"named {name}"
        return "channel", 75, "where it is posted"
    if single in PEOPLE and single not in ("name", "owner", "contact_id", "client", "sender") and setting.writes:
        people = {"user", "member", "collaborator", "person", "contact", "employee"}
        if (
            Verb.DELETE not in setting.verbs
            and single != setting.resource + "_id"
            and (setting.verbs & {Verb.SEND, Verb.ADMIN} or people & setting.words)
        ):
            return _person(single, setting)
    if single == "title" and setting.verbs <= READS and setting.verbs:
        return "id", 60, "names what is looked for"
    return None


def _is_no_person(argument: Argument, setting: Setting, described: str) -> bool:
    """True for a `to` of a tool that sends nothing: a new name, a place, an end of a range."""
    sends = setting.verbs & {Verb.SEND, Verb.PAY} or {"email", "mail", "message", "draft", "invitation"} & setting.words
    return bool(setting.verbs) and not sends and not argument.listed and described != "recipient"


def _person(single: str, setting: Setting) -> tuple[str, int, str]:
    if setting.verbs & {Verb.SEND, Verb.ADMIN, Verb.PAY} and setting.writes:
        return "recipient", 75, f"names a person: {single}"
    return "id", 65, f"names a person: {single}"


def _whole(kind: str, single: str, setting: Setting, described: str) -> tuple[str, int, str]:
    if kind == "recipient" and setting.verbs <= READS and setting.verbs:
        return "id", 65, "whom to look for"
    if kind == "query" and single in ("statement", "filter", "where", "term", "question"):
        return "query", 75, f"named {single}"
    if kind == "path" and single in ("attachment", "file", "folder", "root") and described == "url":
        return "url", 75, "description says url"
    return kind, 90, f"named {single}"


def _content(single: str, setting: Setting) -> tuple[str, int, str]:
    if not setting.writes:
        return "query", 60, f"named {single} where nothing is written"
    return "content", 80, f"named {single}"


def _described(argument: Argument) -> str:
    if not argument.description:
        return ""
    text = fold(argument.description[:256])
    words = f" {' '.join(text_words(text))} "
    for kind, phrases in DESCRIBED.items():
        # Whole words: a tourist has no `uri`, though the letters are there.
        if any(f" {phrase} " in words or (":" in phrase and phrase in text) for phrase in phrases):
            return kind
    return ""


def concerns_files(words: Set[str]) -> bool:
    """True when the words of a tool's name speak of files."""
    return bool(FILES & words)
