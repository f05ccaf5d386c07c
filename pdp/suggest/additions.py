"""What its arguments add to what the words of a tool say."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from itertools import pairwise

from pdp.fold import fold
from pdp.suggest.choices import choices_say, told_apart
from pdp.suggest.deeds import MAX_CHARS
from pdp.suggest.lexicon_nouns import PEOPLE_ARGUMENTS
from pdp.suggest.looks import deed_of, only_looks
from pdp.suggest.meanings import is_about_money
from pdp.suggest.names import Name
from pdp.suggest.roles import Role
from pdp.suggest.said import READS, Said
from pdp.suggest.tools import Tool
from pdp.suggest.words import first_sentence, name_words, singular, text_words, word_set
from writ.action import Verb

_FETCHED = word_set("clone import ingest generate transcribe convert download load render pull mirror sync")
_LOADING = word_set("load loads fetch fetches download downloads crawl crawls navigate navigates visit visits")
_KEPT = word_set("draft contact payee beneficiary template user account lead customer")
_CALLBACKS = word_set("callback webhook hook notify endpoint notification")
_ONLY_READ = word_set(
    "can verify simulate format validate explain parse lint translate generate convert analyze analyse check review"
)
_RUN_WORDS = word_set("run runs execute executes executed evaluate evaluates eval interpreter running execution invoke")
_OTHERS = word_set(
    "user member customer admin administrator person employee account tenant client role owner superuser root guest"
)
_AS_ANOTHER = re.compile(
    r"\b(?:as|behalf of) (?:another|any other|a different|some other) (?:user|member|customer|person|employee|account|tenant)\b"
)
_JUDGING = word_set("review score check evaluate verify validate inspect examine assess grade count measure determine")
_VERDICTS = word_set(
    "verdict decision outcome approved accepted rejected score grade rating mark marks counted measured"
)
"""What comes out where somebody judges; the search for what has such a rating says `list` or `find`."""
_SHOWING = word_set("show display present")
_UTTERING = _SHOWING | word_set("recommend suggest review consult help")
_OWN_TEXTS = word_set("text message notice announcement wording")
_REMARKS = word_set("comment remark remarks feedback note")
_SEARCHING = word_set("list search find query filter browse")
_HOSTS = word_set("host hostname domain site")
_IDS = word_set("id slug number key name uuid")
_SHOWN_CODE = word_set("snippet code_snippet source_code")
"""Code that a comment may well quote; a program only where something runs it."""
_PROGRAMS = word_set("function expression code script source cell snippet program")
_STATEMENTS = (("query",), ("statement",), ("queries",), ("statements",))
_FORM_VALUES = word_set("value values option options")
_RUN_BY_NAME = word_set("evaluate eval run execute interpret inject")
_LANGUAGES = word_set("javascript js python typescript shell bash sql code script expression lua ruby apex powershell")
_MADE = (Verb.CREATE, Verb.UPDATE, Verb.ADMIN)


class Additions:
    """What the arguments add to the verbs of one tool."""

    def __init__(
        self,
        tool: Tool,
        name: Name,
        nouns: tuple[str, ...],
        roles: Sequence[Role],
        acting: Set[str] = frozenset(),
        *,
        shown: int = 0,
        untold: bool = False,
    ) -> None:
        """`untold`: no word tells the first thing that the description says; `add_to` puts UNKNOWN before what it is given."""
        self._acting = acting
        self._untold = untold
        self._shown = shown
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

        self._fills(verbs, add)
        reads = bool(verbs) and verbs <= READS
        self._addresses(verbs, add)  # a choice that changes something does not make the address another
        if not _ONLY_READ & set(self._name.words):
            for verb, reason in choices_say(self._name, self._roles, verbs):
                add(verb, 60, reason)
        self._programs(add, reads=reads)
        self._addresses(verbs, add)
        self._people(verbs, add)
        self._impersonates(verbs, add)
        self._verdicts(verbs, add)
        self._deeds(verbs, add)
        sure = {role.kind for role in self._roles if role.argument.is_top and role.confidence >= 75}
        if {"amount", "account"} <= sure and verbs <= {Verb.CREATE, Verb.UPDATE, Verb.SEND}:
            add(Verb.PAY, 55, "takes an amount and an account")
        if not verbs:
            self._guess(add)
        writing = [item for item in found if item.verb not in READS]
        if self._untold:  # whatever a choice says, too
            reason = "no word tells the first thing that its description says"
            return (Said(verb=Verb.UNKNOWN, confidence=0, reason=reason, word=""), *writing)
        if not found:
            return (Said(verb=Verb.UNKNOWN, confidence=0, reason="nothing says what it does", word=""),)
        return told_apart(self._name, self._roles, writing) if writing else tuple(found[:1])

    def _transfer(self, said: Said) -> Said:
        """A transfer that speaks of no money and takes no amount hands something over."""
        if said.verb is not Verb.PAY or said.word != "transfer" or self._kinds & {"amount", "account"}:
            return said
        return said if is_about_money(self._name, self._nouns) else replace(said, verb=Verb.SEND)

    def _fills(self, verbs: set[Verb], add: Callable[[Verb, int, str], None]) -> None:
        """A choice made in a form changes the form: `select(selector, value)`."""
        takes = {"_".join(role.words) for role in self._roles if role.argument.is_top}
        if verbs <= READS and self._name.words[-1:] == ("select",) and takes & _FORM_VALUES and len(takes) > 1:
            add(Verb.UPDATE, 60, "selects a value in something")

    def _programs(self, add: Callable[[Verb, int, str], None], *, reads: bool) -> None:
        described = set(text_words(self._tool.description))
        runs = bool(_RUN_WORDS & described)
        program = next((role for role in self._roles if role.words[-1:] and role.words[-1] in _PROGRAMS), None)
        if reads and program is not None and _RUN_BY_NAME & set(self._name.words) and _LANGUAGES & described:
            add(Verb.EXECUTE, 70, f"runs the program in `{program.shown}`")
        for role in self._roles:
            words = text_words(role.argument.description)
            is_sql = role.kind == "query" and (("sql" in role.words and "soql" not in role.words) or "sql" in words)
            is_sql = is_sql or (role.words in _STATEMENTS and runs and "sql" in described)
            if is_sql and not (reads and _ONLY_READ & set(self._name.words)):
                add(Verb.EXECUTE, 75, f"argument `{role.shown}` is SQL")
            shown = reads or "_".join(role.words) in _SHOWN_CODE
            if role.kind == "code" and role.confidence >= 85 and (not shown or runs or _RUN_WORDS & set(words)):
                add(Verb.EXECUTE, 75, f"argument `{role.shown}` is a program")

    def _addresses(self, verbs: set[Verb], add: Callable[[Verb, int, str], None]) -> None:
        named = any(self._leads_out(role) for role in self._roles)
        if named and verbs and (verbs <= READS or verbs == {Verb.EXECUTE}):
            add(Verb.SEND, 80, "reads from an address that an argument names, which is egress")
        loads = _LOADING & set(text_words(first_sentence(self._tool.description)))
        if named and verbs <= {Verb.CREATE, Verb.UPDATE} and (loads or _FETCHED & set(self._name.words)):
            add(Verb.SEND, 70, "fetches what stands at an address that an argument names")
        if verbs & set(_MADE) and any(role.kind == "url" and _CALLBACKS & set(role.words) for role in self._roles):
            add(Verb.SEND, 65, "hands data to an address that an argument names")

    def _leads_out(self, role: Role) -> bool:
        """True for an address that is read from; not for one that names a record which an id may name as well
        (`issue_url` beside `issue_id`), for another optional one beside it, nor for the server's own host. Their origin
        matters all the same."""
        if role.kind != "url" or role.confidence < 70 or role.argument.path in self._acting:
            return False
        if role.words[-1] in _HOSTS and not role.argument.required:
            return False  # a filter
        place = role.argument.names[:-1]
        beside = [other for other in self._roles if other.argument.names[:-1] == place]
        if self._has_twin(role, beside):
            return False
        return role.argument.required or not any(self._has_twin(other, beside) for other in beside)

    @staticmethod
    def _has_twin(role: Role, beside: Sequence[Role]) -> bool:
        named = role.words[:-1]
        return (
            bool(named)
            and role.kind == "url"
            and any(other.words[:-1] == named and other.words[-1] in _IDS for other in beside)
        )

    def _people(self, verbs: set[Verb], add: Callable[[Verb, int, str], None]) -> None:
        told = next((role for role in self._roles if _is_told(role) and self._is_of_the_record(role)), None)
        if told is not None and verbs & {Verb.CREATE, Verb.UPDATE} and not _KEPT & self._name.others:
            add(Verb.SEND, 80, f"people in `{told.shown}` hear of it")

    def _impersonates(self, verbs: set[Verb], add: Callable[[Verb, int, str], None]) -> None:
        """Who does something as somebody else has taken that person's rights: `view_as_user`, `… as another user`."""
        named = any(first == "as" and singular(then) in _OTHERS for first, then in pairwise(self._name.words))
        if verbs and (named or _AS_ANOTHER.search(fold(self._tool.description[:MAX_CHARS]))):
            add(Verb.ADMIN, 60, "acts as somebody else")

    def _verdicts(self, verbs: set[Verb], add: Callable[[Verb, int, str], None]) -> None:
        """Who looks at something and takes along how it came out writes that down; who shows a text of its own tells it."""
        if not verbs or not verbs <= READS:
            return
        for role in self._roles:
            word = role.words[-1] if role.words and role.argument.is_top else ""
            if word in _VERDICTS and _JUDGING & set(self._name.words):
                add(Verb.UPDATE, 50, f"takes along how it came out: `{role.shown}`")
            told = word in _OWN_TEXTS if _SHOWING & set(self._name.words) else word in _REMARKS
            if told and _UTTERING & set(self._name.words) and role.argument.is_scalar:
                add(Verb.SEND, 50, f"others are shown `{role.shown}`")

    def _deeds(self, verbs: set[Verb], add: Callable[[Verb, int, str], None]) -> None:
        """An argument that is itself an order: `list_holds(cancel_expired)`, `get_reader(update)`, `get_report(email_to)`."""
        if not verbs or not verbs <= READS:
            return
        for role in self._roles:
            deed = deed_of(role)
            if deed is None or (deed is Verb.SEND and role.argument.is_text and _SEARCHING & set(self._name.words)):
                continue  # `search_messages(email_to)` looks for it
            add(deed, 50, f"argument `{role.shown}` is an order")

    def _is_of_the_record(self, role: Role) -> bool:
        """True near the surface, or in the records that the tool makes; records inside other records are old news."""
        names = role.argument.names
        if len(names) <= 2:
            return True
        made = {singular(name_words(name)[-1]) for name in names[:2] if name_words(name)}
        return len(names) == 3 and bool(made & {singular(word) for word in self._nouns})

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
        elif only_looks(self._tool, self._name, self._nouns, self._roles, self._shown):
            why = "the description" if self._shown and self._tool.description else "a name without a verb"
            add(Verb.READ, 45, f"{why} says what is looked at, and the arguments only choose it")


def _is_told(role: Role) -> bool:
    return role.kind == "recipient" and (
        bool(PEOPLE_ARGUMENTS & set(role.words[-1:])) or role.words[:1] in (("forward",), ("share",), ("notify",))
    )
