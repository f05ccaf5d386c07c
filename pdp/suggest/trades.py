"""Names of arguments that mean one thing in one trade and another elsewhere: what `to` is in a mail and in a renaming."""

from __future__ import annotations

from pdp.suggest.lexicon_arguments import PEOPLE, THINGS, WHOLE
from pdp.suggest.lexicon_nouns import FILES
from pdp.suggest.readings import PROGRAMS_LOADED
from pdp.suggest.said import READS
from pdp.suggest.setting import Judgement, Question
from pdp.suggest.words import singular, word_set
from writ.action import Verb

GOES_THERE = "description says what goes to it"
"""Reason for an address that something reaches, whatever else the tool does."""
_PAID = word_set("target account recipient receiver to destination account_id")
_ACCOUNTS = word_set("account acct accounts iban paypal")
_ADDRESSES = word_set("address addr addresses")
_LINE_NUMBERS = word_set("no nr num number numbers")
_LINES = word_set("fax phone mobile cell tel telephone wa whatsapp sms handset msisdn")
_MAILED = word_set("forward forwarding reply notify notification recipient mail email")
_WEB = word_set("site web page website")
_CODE_NAMES = word_set("program code expression source function input cell arg argument args statement")
_RUN_NAMES = word_set("program code source cell expression args arg argument function")
_TYPED_NAMES = word_set("input text data stdin keys")
_TERMINALS = word_set("process terminal shell repl console stdin tty pty")
_CODE_WORDS = ("python", "javascript", "shell", "command", "cell", "snippet", "function body")
_SOURCES = word_set("source code snippet expression program body")
_LANGUAGES = word_set(
    "javascript js python shell bash lua ruby perl php powershell typescript vba groovy applescript wasm"
)
_PROGRAMS = _LANGUAGES | word_set("apex script lambda function procedure macro")
_WRITTEN_OUT = word_set("body content source definition implementation code")
_WRITING = frozenset({Verb.CREATE, Verb.UPDATE, Verb.ADMIN})
_FILE_PLACES = word_set("source destination src dest target from to name location")
_NAMES_OR_TIMES = word_set("name from to")
_KEPT_BY_NAME = word_set("log object notebook repository git")
"""What a server keeps by its name: `from` and `to` of logs are times."""
_MEETING_PLACES = word_set("thread_ts thread_id thread topic list_id group group_id room space space_id")
_PLACES = word_set("origin destination city country location place")
_SENDERS = word_set("from sender from_address from_email from_user from_name sender_name sender_email")
_NO_PERSON = word_set("name owner contact_id client sender")
_MAIL = word_set("email mail message draft invitation")
_PEOPLE_LAST = word_set("user username member collaborator assignee reviewer approver watcher owner")
_EXPORTED_TO = word_set("dest destination target location place output bucket sink destination_uri")
_PEOPLE_TOOLS = word_set("user member collaborator person contact employee colleague friend teammate coworker")


def judge_by_trade(asked: Question) -> Judgement | None:
    """Returns what an argument holds in the trade of its tool, None when the trade makes no difference."""
    steps = (
        _goes_to,
        _line,
        _money,
        _loaded,
        _exported,
        _code,
        _file,
        _to,
        _sender,
        _place,
        _booked,
        _meeting_place,
        _person,
        _title,
    )
    return next((found for step in steps if (found := step(asked)) is not None), None)


def judge_person(asked: Question) -> Judgement:
    """Returns what the name of a person is: a recipient where something reaches them, else an id."""
    setting = asked.setting
    if setting.verbs & {Verb.SEND, Verb.ADMIN, Verb.PAY} and setting.writes:
        return Judgement("recipient", 75, f"names a person: {asked.single}")
    return Judgement("id", 65, f"names a person: {asked.single}")


def _money(asked: Question) -> Judgement | None:
    if _is_account(asked):
        return Judgement("account" if asked.setting.writes else "id", 80, f"an account: {asked.name}")
    if not asked.setting.money or asked.single not in _PAID:
        return None
    if asked.described in ("recipient", "account"):
        return Judgement(asked.described, 85, f"description says {asked.described}")
    kind = "recipient" if asked.single in ("recipient", "receiver", "to") else "account"
    return Judgement(kind, 80, "whom a payment reaches")


def _is_account(asked: Question) -> bool:
    """True for `iban_or_paypal`, `wallet_addr`, `charity_account` where money is spoken of, and where a payment goes."""
    before = {*asked.words[:-1]}
    if not before or not asked.argument.is_text:
        return False
    paid = Verb.PAY in asked.setting.verbs and not before.isdisjoint(_PAID)  # `withdraw(destination_address)`
    named = "iban" in before or (asked.last in _ADDRESSES and ("wallet" in before or paid))
    return named or (asked.setting.money and asked.last in _ACCOUNTS)


def _goes_to(asked: Question) -> Judgement | None:
    return Judgement(asked.goes_to, 85, GOES_THERE) if asked.goes_to else None


def _loaded(asked: Question) -> Judgement | None:
    is_run = asked.single in PROGRAMS_LOADED and Verb.EXECUTE in asked.setting.verbs and asked.argument.is_text
    if not is_run or asked.described:
        return None
    return Judgement("code", 75, f"names a {asked.single} that runs once it is loaded")


def _exported(asked: Question) -> Judgement | None:
    """Tells where an export goes, which may be any place, from the destination of a flight."""
    named = "export" in asked.setting.words and asked.single in _EXPORTED_TO and asked.argument.is_text
    return Judgement("url", 75, "where an export goes") if named and not asked.described else None


def _line(asked: Question) -> Judgement | None:
    """Tells `fax_no` and `forward_address` from the number of a record and the address of a house."""
    before = {*asked.words[:-1]}
    if asked.last in _LINE_NUMBERS and before & _LINES:
        reaches = asked.setting.writes
        return Judgement("recipient" if reaches else "id", 80, f"whom it reaches: {asked.name}")
    if asked.last in _ADDRESSES and before & _MAILED and asked.setting.writes:
        return Judgement("recipient", 80, f"whom it reaches: {asked.name}")
    return Judgement("url", 75, f"an address: {asked.name}") if asked.last in _ADDRESSES and before & _WEB else None


def _code(asked: Question) -> Judgement | None:
    if asked.single in _TYPED_NAMES and Verb.EXECUTE in asked.setting.verbs and _TERMINALS & asked.setting.words:
        return Judgement("code", 80, "what a running program is told")
    if asked.last in _SOURCES and _LANGUAGES & set(asked.words[:-1]):
        return Judgement("code", 85, f"{asked.name} that is a program")
    if asked.single in _WRITTEN_OUT and _PROGRAMS & asked.setting.words and asked.setting.verbs & _WRITING:
        return Judgement("code", 75, "the program that is written")
    if asked.single not in _CODE_NAMES:
        return None
    if asked.described == "query" and asked.single != "code":
        return Judgement("query", 75, "description says query")
    runs = Verb.EXECUTE in asked.setting.verbs and (asked.single in _RUN_NAMES or asked.described == "code")
    if runs or any(word in asked.about for word in _CODE_WORDS):
        return Judgement("code", 85, f"{asked.name} that is a program")
    return Judgement("id", 60, "a code that names something") if asked.single == "code" else None


def _file(asked: Question) -> Judgement | None:
    named = asked.setting.words & (FILES - _KEPT_BY_NAME) if asked.single in _NAMES_OR_TIMES else asked.setting.files
    if named and "git" not in asked.setting.words and asked.single in _FILE_PLACES:
        return Judgement("path", 80, "where a file stands")
    return None


def _to(asked: Question) -> Judgement | None:
    """Tells the `to` of a tool that sends nothing: a new name, a place, an end of a range."""
    setting = asked.setting
    sends = setting.verbs & {Verb.SEND, Verb.PAY} or _MAIL & setting.words
    if asked.single != "to" or not setting.verbs or sends or asked.argument.listed or asked.described == "recipient":
        return None
    return Judgement("plain", 50, "where to, or until when")


def _sender(asked: Question) -> Judgement | None:
    return Judgement("plain", 60, "who sends or whom to look for") if asked.single in _SENDERS else None


def _place(asked: Question) -> Judgement | None:
    if asked.single not in _PLACES or asked.described:
        return None
    if Verb.ADMIN in asked.setting.verbs and asked.single in ("city", "country"):
        return None  # part of somebody's address
    return Judgement("plain", 60, "a place")


def _booked(asked: Question) -> Judgement | None:
    if asked.single in WHOLE["content"]:
        return None  # wishes that come with it
    named = asked.single in THINGS or asked.single in asked.setting.words
    return Judgement("id", 80, "what is booked") if asked.setting.books and named and asked.argument.is_scalar else None


def _meeting_place(asked: Question) -> Judgement | None:
    setting = asked.setting
    talks = Verb.SEND in setting.verbs or setting.words & {"message", "chat"}
    if asked.single not in _MEETING_PLACES or not talks:
        return None
    if {"email", "mail", "gmail"} & setting.words or asked.single == "list_id":
        return Judgement("id", 75, f"named {asked.name}")
    return Judgement("channel", 75, "where it is posted")


def _person(asked: Question) -> Judgement | None:
    setting = asked.setting
    if asked.single == "with" and "share" in setting.words:
        return Judgement("recipient", 85, "whom it is shared with")
    if asked.single == "name" and setting.verbs == {Verb.SEND} and _PEOPLE_TOOLS & setting.words:
        return Judgement("recipient", 75, "names whom it is sent to")
    is_person = asked.single in PEOPLE - _NO_PERSON or (asked.argument.listed and singular(asked.last) in _PEOPLE_LAST)
    if not is_person or not setting.writes or Verb.DELETE in setting.verbs:
        return None
    reaches = setting.verbs & {Verb.SEND, Verb.ADMIN} or _PEOPLE_TOOLS & setting.words
    return judge_person(asked) if reaches and asked.single != f"{setting.resource}_id" else None


def _title(asked: Question) -> Judgement | None:
    reads = bool(asked.setting.verbs) and asked.setting.verbs <= READS
    return Judgement("id", 60, "names what is looked for") if reads and asked.single == "title" else None
