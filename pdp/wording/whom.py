"""To whom a request says that something goes: "send a summary of the Lisbon trip to Ada" speaks of Lisbon, and means Ada.

A mail about Lisbon is a record that holds a word of that request, as the card of Ada is; who wrote it is not meant. That holds
where all that the request addresses are names or mail addresses; else every word of it may say who is meant, as in "tell whoever
wrote about Lisbon". Payees and channels are told from the rest in the same way: "pay the rent for May to Meier", "post the budget
in the finance channel". Pure, in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import re2  # type: ignore[import-untyped]  # has no types

from pdp.currencies import SIGNS
from pdp.fold import fold
from pdp.steps import Steps, finish
from pdp.suggest.words import word_set
from pdp.wording.channels import channels_of
from pdp.wording.grammar import ALSO_BIDS, BIDDING, DETERMINERS
from pdp.wording.joining import CONDENSING
from pdp.wording.lexicon import DEEDS, HANDING, MONEY_SENT, PAYING, SEND_VERBS, Deed
from pdp.wording.marks import FILE_ENDINGS, is_bank_account
from pdp.wording.naming import (
    ADDRESSING,
    AND,
    APOSTROPHES,
    ENDS,
    MAX_WHOM,
    TITLES,
    TOKEN,
    TOKENS_A_STEP,
    Reading,
    called_at,
    ends_a_name,
    is_known,
    is_no_name,
    names_at,
)
from pdp.wording.own import own_words
from pdp.wording.things import Thing, things_of
from writ.frozen import frozen

_MAIL = re2.compile(r"[^\s<>,;:()\"']+@[^\s<>,;:()\"']+")
_ADDRESS = "Xaddressx"
"""Stands for a mail address: a name that nobody has."""
_SHORT_WITH = re.compile(r"\bw/ ?")
_ACCOUNT = re.compile(r"[0-9]{6,}")
_IBAN_BEGINS = re.compile(r"[A-Z]{2}[0-9]{2}")
_IBAN_GROUP = 4
_MONEY_SIGN = re.compile(f"[{SIGNS}]")

_TO = word_set("to an à")
_WITH = word_set("with w mit avec con")
_OF = word_set("of from by von de del")
_REPLYING = word_set("answer reply respond antworte antworten réponds répondre responde contesta")
"""Who replies addresses whoever wrote."""

_PAY_VERBS = PAYING | {word for word, deeds in DEEDS.items() if deeds & Deed.PAY}
_ACCOUNT_WORDS = word_set("account bank details iban konto kontodaten kontonummer compte cuenta")
_FROM = word_set("from off my our meinem unserem vom von")
_MONEY_WORDS = 8
"""Words behind such a verb among which the money stands."""

_SOMEBODY = word_set("anybody anyone everybody everyone he her him people she somebody someone them who whoever whom")
_DATIVE = word_set("dem der einem einer ihrem ihrer meinem meiner seinem seiner unserem unserer")
_ARTICLES = word_set("das den die eine einen meine meinen unser unsere unseren")
"""German articles, behind which a noun says who somebody is: after a verb, and after "an"."""
_OTHERS = word_set("all more others rest")
_USER = word_set("me us")
_ONE_OF_THEM = word_set("her him")
_IT = word_set("it that them this")
_LET = "let"
_LEARNING = word_set("have know see")
_FOR = word_set("for für pour para")
_WANTING = word_set("asked asks need needs request requested requests requires should want wants would")

_TAKING_IN = word_set("add assign bring include put")
_SETTING_UP = _TAKING_IN | word_set(
    "arrange book create have leg mach make organise organize plan plane schedule set setz setze vereinbare"
)
"""Verbs by which something is set up, and those that take somebody in."""
_WISHING_TO = word_set("i'd like love want wish you")
_MADE_WORDS = 6
"""Words from such a verb to what it sets up."""

_GIVEN = word_set("dm email forward fwd mail message msg send text")
"""Verbs before whom they give what follows, be he in small letters."""
_BEGINS_A_THING = word_set("a an her his my our the their")
_NO_WHOM = word_set("alone away back finally fwd later pls quickly separately simply straight")
"""Words between such a verb and its object that say when or how."""

_CONVERSATIONS = word_set("chat conversation group room thread")


@frozen
class Whom:
    """Whom a request addresses, by folded words.

    `told` are the names to which it says that something goes, without addresses that it gives; None where it addresses nobody so,
    or anybody in other words (`otherwise`). `certain`: one of `told` has a capital letter, is an address, or stands
    between a verb that sends and what it sends, "send ada the plan"; another word in small letters may be no name, "places to
    eat". `paid` are those that it says are to have money, or the account that it writes out; None as for `told`. `billed` are
    those whose bill or rent it speaks of. `channels` are the words that name the channels that it speaks of as such, None where
    it speaks of none or of many; `perhaps` are words that name one if one is called so. `converses`: it speaks of
    a thread or another place that people may be reached in."""

    told: tuple[str, ...] | None = None
    otherwise: bool = False
    certain: bool = False
    paid: tuple[str, ...] | None = None
    billed: tuple[str, ...] = ()
    channels: tuple[str, ...] | None = None
    perhaps: tuple[str, ...] = ()
    converses: bool = False


@frozen
class _Led:
    """Names behind verbs; None where nobody is addressed by name, or anybody in other words (`otherwise`)."""

    names: tuple[str, ...] | None = None
    otherwise: bool = False


def whom(text: str) -> Whom:
    """Returns whom a request addresses."""
    return finish(whom_in_steps(own_words(text).whom))


def whom_in_steps(text: str) -> Steps[Whom]:
    """Does what `whom` does, in steps, for a request without whom it refuses (`pdp.wording.own`)."""
    text = _SHORT_WITH.sub("with ", _MAIL.sub(_ADDRESS, text))
    tokens = list(TOKEN.finditer(text))
    words: list[str] = []
    for start in range(0, len(tokens), TOKENS_A_STEP):
        words += [fold(token.group()) for token in tokens[start : start + TOKENS_A_STEP]]
        yield
    read = Reading(text=text, tokens=tokens, words=words)
    spoken_of = yield from _spoken_of(read)
    told = yield from _led_to(read, spoken_of, pays=False)
    paid = yield from _led_to(read, spoken_of, pays=True)
    yield
    channels, perhaps = yield from channels_of(read)
    return Whom(
        told=told.names,
        otherwise=told.otherwise or not _REPLYING.isdisjoint(words),
        certain=told.names is not None and _is_certain(read, told.names),
        paid=paid.names or _written_out(read),
        billed=_billed(read),
        channels=channels,
        perhaps=perhaps,
        converses=channels is not None or not _CONVERSATIONS.isdisjoint(words),
    )


def _is_certain(read: Reading, told: tuple[str, ...]) -> bool:
    return not told or any(
        word in told and (read.is_capital(at) or _is_given(read, at)) for at, word in enumerate(read.words)
    )


def _is_given(read: Reading, at: int) -> bool:
    """Tells whether a word stands alone between a verb that sends and what it sends: "send ada the plan"."""
    if not 0 < at < len(read.words) - 1 or read.words[at] in _NO_WHOM:
        return False
    alone = not (read.before(at).strip() or read.before(at + 1).strip())
    return alone and read.words[at - 1] in _GIVEN and read.words[at + 1] in _BEGINS_A_THING


def _led_to(read: Reading, spoken_of: Sequence[str], *, pays: bool) -> Steps[_Led]:
    """Returns the names behind verbs that tell, or that pay, and behind the "to" that belongs to them."""
    found: dict[str, None] = {}
    verbs: set[str] = set()
    sends_it = told_to = condenses = False
    last = len(read.words) - 1
    end = 0  # of the last names in a row, which are read once
    for at, word in enumerate(read.words[:-1]):
        if at % TOKENS_A_STEP == TOKENS_A_STEP - 1:
            yield
        before = read.words[at - 1] if at else ""
        between = read.before(at)
        if at and ENDS.search(between) and before not in TITLES:
            verbs.clear()
            condenses = False
        condenses = condenses or word in CONDENSING
        if at < end:
            continue
        if not pays and word == _LET:
            names, end = names_at(read, at + 1, of_verb=True)
            if names and end < len(read.words) and read.words[end] in _LEARNING:
                found.update(dict.fromkeys(names))
            continue
        is_verb = before not in DETERMINERS and (_pays(read, at) if pays else word in SEND_VERBS)
        if is_verb:
            verbs.add(word)
            leads = word in ADDRESSING and not pays
            told_to = False
        elif pays and verbs and found and word in AND:
            names, end = names_at(read, at + 1, of_verb=False)
            if names and end < len(read.words) and (read.words[end] in DETERMINERS or read.words[end].isdecimal()):
                found.update(dict.fromkeys(names))  # "pay Meier the rent and Tegel the invoice"
            continue
        elif pays and verbs and word in DEEDS and (before in AND or "," in between):
            verbs.clear()  # "pay the bill and mail the receipt to Ada"
            continue
        elif verbs and (word in _TO or (word in _WITH and "share" in verbs)):
            leads = not told_to  # "invite Bob to the review"
        elif condenses and word in _FOR and not pays:
            leads = False  # "sum it up for Ada"
        else:
            continue
        if is_verb and pays and word not in PAYING and word not in HANDING:
            continue  # who orders a pizza pays no Margherita
        if read.words[at + 1] in (_DATIVE if is_verb else _DATIVE | _ARTICLES) and read.is_capital(min(at + 2, last)):
            names, end = names_at(read, at + 2, of_verb=False)
            names = names[1:]  # nouns have a capital letter in German: "dem Vermieter Meier"
            if not names:
                return _Led(otherwise=True)
            found.update(dict.fromkeys(names))
            continue
        if is_verb and read.words[at + 1] in _ARTICLES:
            continue  # "schick den Bericht an Bob"
        names, end = names_at(read, at + 1, of_verb=is_verb)
        if pays and not is_verb and _ACCOUNT.fullmatch(read.tokens[at + 1].group()):
            names, end = [read.tokens[at + 1].group()], at + 2
        if not names:
            names, end = called_at(read, at + 1, of_verb=is_verb)
        after = read.words[end : end + 2]
        follower = read.words[at + 1]
        if names and read.behind(end - 1) not in APOSTROPHES:
            if len(after) == 2 and after[0] in AND and _is_somebody(after[1]):
                return _Led(otherwise=True)
            found.update(dict.fromkeys(names))
            told_to = is_verb and word in ADDRESSING
        elif follower in _ONE_OF_THEM:
            if not spoken_of:
                return _Led(otherwise=True)
            found.update(dict.fromkeys(spoken_of))
        elif _is_nobody_named(read, at + 1, sends=is_verb and not pays, leads=leads):
            return _Led(otherwise=True)
        elif is_verb and not pays and follower in _IT:
            sends_it = True
    if not found and sends_it:
        found.update(dict.fromkeys(spoken_of))
    if found and not pays:
        found.update(dict.fromkeys((yield from _taking_part(read))))
    if pays and _tells_where(read):
        return _Led(otherwise=True)
    given = fold(_ADDRESS)
    named = tuple(name for name in found if name != given)
    return _Led(names=named) if found and len(named) <= MAX_WHOM else _Led()


def _taking_part(read: Reading) -> Steps[list[str]]:
    """Returns the names of those for whom a request has something set up beside what it has told: "tell Ada, and set up a meeting
    with Bob", "create a task for Bob", "add Bob to the channel"; not "tell Ada about the meeting with Eve"."""
    found: list[str] = []
    made_at, things = -_MADE_WORDS, 0
    for at, word in enumerate(read.words[:-1]):
        if at % TOKENS_A_STEP == TOKENS_A_STEP - 1:
            yield
        sends = word in SEND_VERBS and (not at or read.words[at - 1] not in DETERMINERS)  # "a call with Bob"
        if ENDS.search(read.before(at)) or sends:
            made_at, things = -_MADE_WORDS, 0
        if word in _SETTING_UP and _is_bidden(read, at):
            made_at, things = at, 0
        elif at - made_at < _MADE_WORDS:
            things |= things_of(word)
        joins = word in _TAKING_IN and made_at == at
        leads = (word in _WITH and things & Thing.EVENT) or (word in _FOR and things & Thing.RECORD)
        owns = read.words[at + 2 : at + 3] == ["s"] and read.behind(at + 1) in APOSTROPHES  # "a task for Bob's return"
        if (joins or leads) and read.is_capital(at + 1) and not owns:
            found += names_at(read, at + 1, of_verb=False)[0]
    return found


def _is_bidden(read: Reading, at: int) -> bool:
    """Tells whether a verb begins what is bidden: not in "Carol set up a meeting", "I have one" and "tell Ada to set one up"."""
    if not at or ENDS.search(read.before(at)) or "," in read.before(at):
        return True
    before, word = read.words[at - 2] if at > 1 else "", read.words[at - 1]
    if word == "to":
        return before in ALSO_BIDS or before in _WANTING or before in _WISHING_TO
    return word in BIDDING or word in ALSO_BIDS


def _written_out(read: Reading) -> tuple[str, ...] | None:
    """Returns the account that a request writes out (ISO 13616) behind its one verb of paying, whatever else stands between."""
    verbs = [at for at, word in enumerate(read.words) if word in PAYING or word in HANDING]
    if len(verbs) != 1:
        return None
    for at in range(verbs[0] + 1, len(read.words)):
        if ENDS.search(read.before(at)):
            return None
        token = read.tokens[at].group()
        groups = [len(word) for word in read.words[at + 1 : at + 4]]
        if is_bank_account(f"a:{token}") or (_IBAN_BEGINS.fullmatch(token) and groups == [_IBAN_GROUP] * 3):
            return (read.words[at],)
    return None


def _billed(read: Reading) -> tuple[str, ...]:
    """Returns the names whose bills a request speaks of: "Tegel's invoice", "the Tegel invoice", "the rent of Meier"."""
    found: dict[str, None] = {}
    for at, word in enumerate(read.words):
        if not things_of(word) & Thing.MONEY:
            continue
        if at + 1 < len(read.words) and read.words[at + 1] in _OF and at + 2 < len(read.words):
            found.update(dict.fromkeys(names_at(read, at + 2, of_verb=False)[0]))
        place = at - 2 if at > 1 and read.words[at - 1] == "s" and read.behind(at - 2) in APOSTROPHES else at - 1
        while place >= 0 and (read.is_capital(place) or place == at - 1) and _may_be_name(read.words[place]):
            found[read.words[place]] = None
            place -= 1
    return tuple(found)[:MAX_WHOM]


def _may_be_name(word: str) -> bool:
    return len(word) > 2 and word.isalpha() and not is_known(word) and not is_no_name(word)


def _spoken_of(read: Reading) -> Steps[list[str]]:
    """Returns the names of those for whom something is done, or who want it: whom "mail it to her" and "mail it" then mean."""
    found: dict[str, None] = {}
    end = 0
    for at, word in enumerate(read.words[:-1]):
        if at % TOKENS_A_STEP == TOKENS_A_STEP - 1:
            yield
        if word in _FOR and at >= end:
            names, end = names_at(read, at + 1, of_verb=False)
            if names and ends_a_name(read, end):
                found.update(dict.fromkeys(names))
        elif read.words[at + 1] in _WANTING and read.is_capital(at) and not is_known(word):
            found[word] = None
    return [name for name in found if not is_no_name(name)]


def _pays(read: Reading, at: int) -> bool:
    word = read.words[at]
    if word not in HANDING:
        return word in _PAY_VERBS
    ahead = read.tokens[at + 1 : at + 1 + _MONEY_WORDS]
    if not ahead:
        return False
    if _MONEY_SIGN.search(read.text, read.tokens[at].end(), ahead[-1].end()):
        return True
    return not MONEY_SENT.isdisjoint(read.words[at + 1 : at + 1 + _MONEY_WORDS])


def _tells_where(read: Reading) -> bool:
    """Tells whether a request says that the account stands somewhere, "her IBAN is in my mail", or names the file of a bill:
    there, it is told by text."""
    words = read.words
    return any(
        (word in _ACCOUNT_WORDS and _FROM.isdisjoint(words[max(0, at - 3) : at]))
        or (word in FILE_ENDINGS and read.before(at).endswith("."))
        for at, word in enumerate(words)
    )


def _is_somebody(word: str) -> bool:
    return word in DETERMINERS or word in _SOMEBODY or word in _OTHERS or bool(things_of(word) & Thing.PERSON)


def _is_nobody_named(read: Reading, at: int, *, sends: bool, leads: bool) -> bool:
    """Tells whether somebody without a name is addressed: "to the landlord", "mail all guests", "send the client the plan"; not
    "send the client list", "send everyone's comments", "mail them to Ada"."""
    word = read.words[at]
    is_thing = word == "them" and at + 1 < len(read.words) and read.words[at + 1] in _TO
    if is_thing or (read.behind(at) in APOSTROPHES and not leads):
        return False
    if word in _SOMEBODY or (leads and word not in _USER and word not in DEEDS):
        return True
    if not sends or word not in DETERMINERS or at + 1 == len(read.words):
        return False
    return bool(things_of(read.words[at + 1]) & Thing.PERSON) and ends_a_name(read, at + 2)
