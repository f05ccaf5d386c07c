"""What its arguments add to what the words of a tool say."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from itertools import pairwise

from pdp.fold import fold
from pdp.suggest.deeds import MAX_CHARS
from pdp.suggest.lexicon_arguments import ACTIONS
from pdp.suggest.lexicon_nouns import PEOPLE_ARGUMENTS
from pdp.suggest.lexicon_verbs import CHOICES, LOOSE, NAME_ONLY, READING_CHOICES, STRICT
from pdp.suggest.looks import deed_of, only_looks
from pdp.suggest.meanings import is_about_money
from pdp.suggest.names import Name
from pdp.suggest.roles import Role
from pdp.suggest.said import GRAVITY, READS, Said
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
_ALL_READING = frozenset(word for word, verb in CHOICES.items() if verb in READS)
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
_SENT = word_set("newsletter announcement mailing notification reminder")
"""Choices that name what is sent."""
_VAGUE_VERBS = word_set("admin manage handle process control operate administer maintain use run")
"""Verbs of names that leave it to an argument what is done."""
_LISTED_CHOICES = word_set("get list read search find")
_HOSTS = word_set("host hostname domain site")
_IDS = word_set("id slug number key name uuid")
_HTTP = frozenset({"get", "post"})
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
    ) -> None:
        self._acting = acting
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
        self._choices(verbs, add)
        self._programs(add, reads=reads)
        self._addresses(verbs, add)
        self._people(verbs, add)
        self._impersonates(verbs, add)
        self._verdicts(verbs, add)
        self._deeds(verbs, add)
        sure = {role.kind for role in self._roles if role.argument.is_top and role.confidence >= 75}
        if {"amount", "account"} <= sure and verbs <= {Verb.CREATE, Verb.UPDATE}:
            add(Verb.PAY, 55, "takes an amount and an account")
        if not verbs:
            self._guess(add)
        if not found:
            return (Said(verb=Verb.UNKNOWN, confidence=0, reason="nothing says what it does", word=""),)
        writing = [item for item in found if item.verb not in READS]
        return self._told_apart(writing) if writing else tuple(found[:1])

    def _told_apart(self, found: Sequence[Said]) -> tuple[Said, ...]:
        """Lets each verb take place with the choices that say it: `action: list` deletes nothing. A verb of the name counts
        with every choice, but for a vague one with those that only read; a choice that no word tells counts for all."""
        role = next((role for role in self._roles if self._chooses(role) and role.argument.choices), None)
        if role is None or role.argument.listed:
            return tuple(found)
        told = {choice: verb for choice in role.argument.choices or () if (verb := _verb_of(choice)) is not None}
        path = role.argument.path
        reading = tuple(choice for choice, verb in told.items() if verb in READS)
        named = {item.verb for item in found if item.word}
        vague = self._is_vague() or self._name.verbs[0].verb in READS
        out = []
        for item in found:
            others = tuple(choice for choice, verb in told.items() if verb is not item.verb)
            without = others if not item.word and item.verb not in named else reading if vague else ()
            out.append(replace(item, unless=(path, without)) if without else item)
        writing = tuple(choice for choice, verb in told.items() if verb not in READS)
        if reading and vague and writing:
            why = f'`{_shown(role)}` may say "{reading[0][:40]}"'
            out.append(Said(verb=Verb.LIST, confidence=60, reason=why, word="", unless=(path, writing)))
        return tuple(out)

    def _is_vague(self) -> bool:
        return not self._name.verbs or self._name.verbs[0].word in _VAGUE_VERBS

    def _chooses(self, role: Role) -> bool:
        """True for an argument that chooses what is done: by its name, or a `mode` that reads or changes."""
        if not role.argument.is_top or role.kind == "code":
            return False
        first = {word for choice in role.argument.choices or () for word in name_words(choice)[:1]}
        changes = any(CHOICES.get(word, Verb.READ) not in READS for word in first)
        return "_".join(role.words) in ACTIONS or (
            role.words == ("mode",) and bool(first & READING_CHOICES) and changes
        )

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
            if not self._chooses(role):
                continue
            closed = role.argument.choices
            said = closed or text_words(role.argument.description)
            if "method" in role.words and (not role.argument.choices or {choice.lower() for choice in said} >= _HTTP):
                continue  # of a request, which is judged by where it goes
            first = {word for choice in said for word in name_words(choice)[:1]}
            words = first & (CHOICES.keys() | _SENT)
            if closed and self._is_vague():  # nothing else says what it does
                words |= {word for word in first - NAME_ONLY if STRICT.get(word, Verb.READ) not in READS}
            if not verbs and words <= _ALL_READING and not (closed and first <= READING_CHOICES | words):
                continue  # what the others do, no word tells
            if verbs and verbs <= READS and not role.argument.required and not words & _LISTED_CHOICES:
                continue  # a filter of what is listed
            for word in sorted(
                words, key=lambda word: (-GRAVITY[CHOICES.get(word) or STRICT.get(word, Verb.SEND)], word)
            ):
                verb = CHOICES.get(word) or STRICT.get(word, Verb.SEND)
                if GRAVITY[verb] > known or word in _SENT:  # what is sent is sent, whatever else may be done
                    add(verb, 60, f'`{_shown(role)}` may say "{word}"')

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
            add(Verb.EXECUTE, 70, f"runs the program in `{_shown(program)}`")
        for role in self._roles:
            words = text_words(role.argument.description)
            is_sql = role.kind == "query" and (("sql" in role.words and "soql" not in role.words) or "sql" in words)
            is_sql = is_sql or (role.words in _STATEMENTS and runs and "sql" in described)
            if is_sql and not (reads and _ONLY_READ & set(self._name.words)):
                add(Verb.EXECUTE, 75, f"argument `{_shown(role)}` is SQL")
            shown = reads or "_".join(role.words) in _SHOWN_CODE
            if role.kind == "code" and role.confidence >= 85 and (not shown or runs or _RUN_WORDS & set(words)):
                add(Verb.EXECUTE, 75, f"argument `{_shown(role)}` is a program")

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
            add(Verb.SEND, 80, f"people in `{_shown(told)}` hear of it")

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
                add(Verb.UPDATE, 50, f"takes along how it came out: `{_shown(role)}`")
            told = word in _OWN_TEXTS if _SHOWING & set(self._name.words) else word in _REMARKS
            if told and _UTTERING & set(self._name.words) and role.argument.is_scalar:
                add(Verb.SEND, 50, f"others are shown `{_shown(role)}`")

    def _deeds(self, verbs: set[Verb], add: Callable[[Verb, int, str], None]) -> None:
        """An argument that is itself an order: `list_holds(cancel_expired)`, `get_reader(update)`, `get_report(email_to)`."""
        if not verbs or not verbs <= READS:
            return
        for role in self._roles:
            deed = deed_of(role)
            if deed is None or (deed is Verb.SEND and role.argument.is_text and _SEARCHING & set(self._name.words)):
                continue  # `search_messages(email_to)` looks for it
            add(deed, 50, f"argument `{_shown(role)}` is an order")

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


def _verb_of(choice: str) -> Verb | None:
    """Returns the verb that a choice begins with."""
    word = next(iter(name_words(choice)), "")
    if word in READING_CHOICES:
        return Verb.LIST
    verb = CHOICES.get(word) or STRICT.get(word) or LOOSE.get(word) or (Verb.SEND if word in _SENT else None)
    return None if verb in READS else verb  # `show` may be the opposite of `hide`


def _is_told(role: Role) -> bool:
    return role.kind == "recipient" and (
        bool(PEOPLE_ARGUMENTS & set(role.words[-1:])) or role.words[:1] in (("forward",), ("share",), ("notify",))
    )


def _shown(role: Role) -> str:
    return "_".join(role.words)[:40]
