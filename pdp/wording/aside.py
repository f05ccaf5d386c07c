"""Which verbs of a request bid the agent nothing: what others are told to do, what the user asks about or leaves for later.

"Tell Bob to delete it", "soll ich es löschen?", "only delete it if I confirm", "make a todo: delete it". By words and signs
alone (`pdp.wording.request` reads them), in linear time. What is missed here stays asked for; what is put aside wrongly
waits for approval.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from pdp.steps import Steps
from pdp.suggest.words import word_set
from pdp.wording.acts import ACTS
from pdp.wording.grammar import ALSO_BIDS, BEGGING, COURTESIES, NOT, OF_A_THING, POSSIBLE, REWORDING, TO_THE_USER
from pdp.wording.lexicon import DEEDS, MONEY_SENT, Deed
from pdp.wording.marks import FILE_ENDINGS
from pdp.wording.naming import may_be_names
from pdp.wording.states import EXCEEDING
from pdp.wording.things import Thing, singular, things_of
from pdp.wording.wishes import READING_FIRST

EVERYTHING = -1

_WORDS_A_STEP = 256

_TELLING = word_set(
    "advise ask asked asking beg bitte bitten demande demandez dile dis email frag get instruct instructed mail message order "
    "pide remind reminded reminding request sag sage sags schreib schreibe tell telling text told urge warn write écris"
)
"""Before somebody and "to", these make what follows the other's deed …"""
_TO_DO = word_set("to zu d de que")
_SHALL = word_set("can has kann must may muss möge needs ought should shall soll sollen sollte darf")
_THEY = word_set("er he she sie they")
"""… as do these before a verb: "tell Bob he should pay"."""
_WHOM_WORDS = 5
_NOBODY_ELSE = TO_THE_USER | NOT | word_set("assistant du i ich it myself sie u we wir you yourself")

_FREE = word_set("able allowed entitled expected free invited permitted supposed welcome")
"""… and these of somebody before "to": "let Bob know that he is free to pay"."""
_IS = word_set("are be is was were")
_IS_NOT = word_set("aren't isn't wasn't weren't")

_MAY = word_set(
    "can could darf debería debo dois dürfen kann können may might muss must müssen peux podemos puedo puis should shall soll "
    "sollen sollte sollten will would"
)
_MAY_SELF = word_set("darf dürfen kann können may might muss must müssen shall should soll sollen sollte sollten")
"""Before the user himself, these ask whether to do it: "soll ich es löschen?"; "can I have a ticket" begs."""
_SELF = word_set("i ich we wir")
_ASKS_SELF = word_set(
    "debería debemos debo devrais-je dois-je dois-nous doit-on peut-on podemos puedo puis-je pouvons-nous"
)
_ANYBODY = word_set("anybody anyone one people somebody someone")
_WHY = word_set("comment cómo how pourquoi warum weshalb what when where which who why wieso")
_WOULD = word_set("can could did do does might should will would")

_CONFIRMING = word_set(
    "agree agreed agrees allow answer approve approved bestätige bestätigt confirm confirmed confirme confirmo erlaube okay "
    "okayed say tell zustimme"
)
_ONCE = word_set("after falls if nachdem once quand si sobald until wenn when")
_USER = word_set("i i've ich je we wir yo")
_ONCE_WORDS = 4

_BEFORE = word_set("antes avant before bevor ehe")

_NOTING = word_set("add anota create leave make new note open put save schedule set write erstelle mach")
_NOTES = word_set("aufgabe entry item note notiz reminder task ticket to-do todo tâche tarea")
_NOTING_WORDS = 4

_STOPPING = word_set("abort cancel halt prevent stop undo")

_NOTHING = word_set("nichts niemandem niemanden")
"""Before the verb of their part, these deny it: "bitte Meier nichts überweisen"."""

_PAPERS = word_set(
    "bill contract copy estimate facture factura invoice invoices letter mail note offer quote receipt rechnung reminder report "
    "statement"
)
"""Who sends one of these sends no money, whatever sum it is over."""
_ALLOWING = word_set("authorisation authorization erlaubnis permission permiso")
_SAYING = word_set("dass if ob que that whether")
_SUBJECT_WORDS = 3
_MUST = word_set("can could may might must shall should will would darf kann muss soll sollte")
_WANTING = word_set("like need want")

_REFUSED = word_set("declined refused")
_HIMSELF = word_set("myself ourselves selber selbst")
_ILL = word_set("i'll we'll")
_WISHES_FOR = word_set("get have like love need take want")
_HAVE_TO = word_set("have must need needs ought should still supposed")
_HAVE_TO_WORDS = 5
_FIRST_WORDS, _HIMSELF_WORDS, _REWORDED_WORDS = 8, 24, 12
_ASKING = READING_FIRST - {"can", "could", "do"}
_OPINION = word_set("believe believes claim claims expect expects feel feels suppose supposes think thinks")
_SENDING = word_set("email forward mail post schick schicke send sende share write")
_PAPER_WORDS = 9
_FROM = word_set("de from von")


def put_aside(words: Sequence[str], opening: Collection[int], ends: Mapping[int, str]) -> Steps[dict[int, int]]:
    """Returns, by the places of words, the deeds (bits of Deed, or EVERYTHING) that a word there does not ask for, whatever verb
    it is; in steps. The arguments are what `clauses` returns."""
    found: dict[int, int] = {}
    start = 0
    for at in sorted(place for place, sign in ends.items() if sign != ","):
        yield from _of_sentence(words, range(start, at + 1), opening, ends, found)
        start = at + 1
    return found


def _of_sentence(
    words: Sequence[str], said: range, opening: Collection[int], ends: Mapping[int, str], found: dict[int, int]
) -> Steps[None]:
    """Adds what one sentence puts aside."""
    if _waits_for_the_user(words, said):
        found.update(dict.fromkeys(said, EVERYTHING))
        return
    text = _text_given(words, said, opening, ends)
    if text:
        found.update(dict.fromkeys(range(text, said.stop), EVERYTHING))
    until = taken_back = said.start
    for at in said:
        if at % _WORDS_A_STEP == _WORDS_A_STEP - 1:
            yield
        if (
            words[at - 1] in _SELF
            and at > said.start
            and (words[at] in _REFUSED or (words[at] == "won't" and at in ends))
        ):
            found.update(
                dict.fromkeys(range(taken_back, at), EVERYTHING)
            )  # "Carol wanted me to pay it, which I refused"
            taken_back = at
        if (
            words[at] in _MUST
            and not NOT.isdisjoint(words[at + 1 : at + 2])
            and EXCEEDING.isdisjoint(words[at + 2 : at + 3])
        ):
            found[at] = EVERYTHING  # "Bob must not be paid"
        if at < until:
            continue
        begins = at in opening or words[at - 1] in ALSO_BIDS
        if begins and (_asks_whether(words, at, ends[said[-1]]) or _wonders(words, at)):
            found.update(dict.fromkeys(said[at - said.start :], EVERYTHING))
            return
        behind = _told_from(words, at, said, opening, ends) or _noted_from(words, at, said, opening, ends)
        behind = behind or _others_must(words, at, said, ends, begins=begins) or _free_to(words, at, said)
        behind = behind or _not_wanted(words, at, said, ends)
        behind = behind or (0 if begins else _told_of_a_duty(words, at, said))
        if (begins and _does_himself(words, at, said, ends)) or _supposes(words, at, said, ends):
            behind = at + 1
        behind = behind or (at + 1 if words[at] in _NOTHING or words[at] in _BEFORE else 0)
        if words[at] == "whether" and not behind:
            until = _end_of_question(words, at + 1, said, ends)
            found.update(dict.fromkeys(range(at + 1, until), EVERYTHING))  # "tell me whether it can be deleted"
        elif behind:
            until = _end(behind, said, ends)
            found.update(dict.fromkeys(range(behind, until), EVERYTHING))
        elif words[at] == "let" and _is_somebody(words[at + 1 : at + 2]) and at + 2 < said.stop:
            found[at + 2] = int(Deed.DELETE | Deed.PAY)  # "let Bob pay it"
        elif words[at] in _STOPPING and _stops_a_deletion(words, at):
            found[at] = int(Deed.DELETE)
        elif _no_payment(words, at, said, ends):
            found[at] = int(Deed.PAY)


def _end(first: int, said: range, ends: Mapping[int, str]) -> int:
    """Where what begins at a place ends: with its part of the sentence."""
    for at in range(first, said.stop):
        if ends.get(at) == ",":
            return at + 1
    return said.stop


def _end_of_question(words: Sequence[str], first: int, said: range, ends: Mapping[int, str]) -> int:
    """Where what is only wondered ends: with its part of the sentence, or before what is bidden besides."""
    end = _end(first, said, ends)
    return next((at for at in range(first, end) if words[at] in ALSO_BIDS), end)


def _waits_for_the_user(words: Sequence[str], said: range) -> bool:
    """ "Only delete it if I confirm", "wait until we approve, then pay"."""
    return any(
        words[at] in _ONCE
        and words[at + 1] in _USER
        and not _CONFIRMING.isdisjoint(words[at + 2 : min(said.stop, at + 2 + _ONCE_WORDS)])
        for at in said[:-1]
    )


def _asks_whether(words: Sequence[str], at: int, sign: str) -> bool:
    """ "Soll ich es löschen", "puis-je payer", "can Bob delete it?"."""
    if words[at] in _ASKS_SELF:
        return True
    follower = words[at + 1] if at + 1 < len(words) else ""
    if words[at] == "would" and words[at + 1 : at + 3] == ["it", "be"]:
        return POSSIBLE.isdisjoint(words[at + 3 : at + 5])  # "would it be safe to delete it?"
    if words[at] in _MAY_SELF and follower in _SELF:
        return words[at] not in ("should", "shall") or sign == "?"
    if words[at] not in _MAY or sign != "?" or follower in _ANYBODY or (follower in BEGGING):
        return False
    return _is_somebody(words[at + 1 : at + 2])


def _wonders(words: Sequence[str], at: int) -> bool:
    """ "Why would anyone delete it", "how do I pay"; neither "why don't you …" nor "how would you …"."""
    after = words[at + 1 : at + 3]
    return words[at] in _WHY and len(after) > 1 and after[0] in _WOULD and (after[1] in _ANYBODY or after[1] in _SELF)


def _others_must(words: Sequence[str], at: int, said: range, ends: Mapping[int, str], *, begins: bool) -> int:
    """ "Bob must delete it", "write that Ada should pay"; neither "Ada should be added" nor "yes, they can, answer that"."""
    first = at + 1 if words[at] in _SAYING else at
    if not (begins or first > at):
        return 0
    for place in range(first + 1, min(said.stop - 1, first + 1 + _SUBJECT_WORDS)):
        whom = words[first:place]
        if place - 1 in ends or place in ends:
            return 0
        if words[place] in _MUST and words[place + 1] != "be":
            return place + 1 if _is_somebody(whom) or whom[-1] in _THEY else 0
        if words[place] == "is" and words[place + 1] == "going" and _is_somebody(whom):
            return place + 1
    return 0


def _free_to(words: Sequence[str], at: int, said: range) -> int:
    """ "He is free to delete it", "you aren't allowed to delete it"; not "you are free to delete it"."""
    if words[at] not in _FREE or at + 2 >= said.stop or words[at + 1] != "to":
        return 0
    before = words[max(said.start, at - _SUBJECT_WORDS) : at]
    if not _IS_NOT.isdisjoint(before[-1:]):
        return at + 2
    return at + 2 if not _IS.isdisjoint(before) and (_NOBODY_ELSE - NOT).isdisjoint(before) else 0


def _does_himself(words: Sequence[str], at: int, said: range, ends: Mapping[int, str]) -> bool:
    """ "I want to pay it myself", "I'll pay it later", "let me pay it", "I'll take care of it myself"; not "I'll need two
    tickets"."""
    if words[at] == "let" and words[at + 1 : at + 2] == ["me"] and at + 2 < said.stop:
        return words[at + 2] not in _WISHES_FOR
    if words[at] in _ILL and at + 1 < said.stop and words[at + 1] not in _WISHES_FOR:
        return True
    if words[at] not in _USER | _ILL:
        return False
    reach = range(at, min(said.stop, at + _HIMSELF_WORDS))
    return not _HIMSELF.isdisjoint(words[at : _end(at, reach, ends)])


def _supposes(words: Sequence[str], at: int, said: range, ends: Mapping[int, str]) -> bool:
    """Whether a question begins at a place to suppose that the user does something: "what happens, if I delete it?"."""
    return ends[said[-1]] == "?" and words[at] in _ONCE and words[at + 1 : at + 2] != [] and words[at + 1] in _USER


def _told_of_a_duty(words: Sequence[str], at: int, said: range) -> int:
    """ "List the invoices that I still need to pay", "find out if we have to pay", "Meier thinks I should pay"; not "I think we
    should pay" and "if we have to pay it, …"."""
    if words[at] not in _SELF or at == said.start:
        return 0
    before = words[at - 1]
    thinks = before in _OPINION and words[max(said.start, at - 2)] not in _USER
    asks = words[_first(words, said)] in _ASKING and before not in ALSO_BIDS
    if not (thinks or asks):
        return 0
    return next(
        (place + 1 for place in range(at + 1, min(said.stop, at + _HAVE_TO_WORDS)) if words[place] in _HAVE_TO), 0
    )


def _text_given(words: Sequence[str], said: range, opening: Collection[int], ends: Mapping[int, str]) -> int:
    """Returns where a text begins that is to be translated or mended, "translate: please pay Meier", 0 where none is given."""
    first = _first(words, said)
    if words[first] not in REWORDING:
        return 0
    near = range(first + 1, min(said.stop, first + _REWORDED_WORDS))
    return next((at for at in near if at in opening and at - 1 not in ends), 0)


def _first(words: Sequence[str], said: range) -> int:
    """Returns the place of the first word of a sentence behind "please" and "could you"."""
    near = said[:_FIRST_WORDS]
    return next(
        (at for at in near if not (words[at] in COURTESIES or words[at] in BEGGING or words[at] == "you")), near[-1]
    )


def _not_wanted(words: Sequence[str], at: int, said: range, ends: Mapping[int, str]) -> int:
    """ "I don't want you to delete it"; not "if not, I want to delete it"."""
    first = next((place + 1 for place in (at - 1, at - 2) if place in ends), max(said.start, at - 2))
    if words[at] not in _WANTING or NOT.isdisjoint(words[first:at]):
        return 0
    return next((place + 1 for place in range(at + 1, min(said.stop, at + 4)) if words[place] == "to"), 0)


def _told_from(words: Sequence[str], at: int, said: range, opening: Collection[int], ends: Mapping[int, str]) -> int:
    """Returns where begins what somebody else is told to do, 0 where nobody is."""
    if words[at] not in _TELLING or (at > said.start and words[at - 1] in OF_A_THING):
        return 0
    for place in range(at + 1, min(said.stop, at + 2 + _WHOM_WORDS)):
        whom = words[at + 1 + (words[at + 1] in ("a", "à")) : place]
        told = words[place] in _TO_DO and place + 1 < said.stop
        if place in opening and place - 1 not in ends and words[place] not in FILE_ENDINGS and _is_somebody(whom):
            return place  # "tell Bob: delete it"
        if (told or words[place] in _THEY or words[place] == "dass") and whom and _is_somebody(whom):
            if told:
                return place + 1
            return place if not _SHALL.isdisjoint(words[place : place + 16]) else 0
    return 0


def _noted_from(words: Sequence[str], at: int, said: range, opening: Collection[int], ends: Mapping[int, str]) -> int:
    """ "Make a todo: delete it", "add a task to pay Meier": what is noted is done by nobody yet."""
    if at + 1 >= said.stop or at in ends:
        return 0
    if words[at] in _ALLOWING and words[at + 1] in _TO_DO:
        return at + 1
    if words[at] not in _NOTES:
        return 0
    if _NOTING.isdisjoint(words[max(said.start, at - _NOTING_WORDS) : at]):
        return 0
    to_do = words[at + 1] in ("to", "zu") and not DEEDS.keys().isdisjoint(words[at + 2 : at + 3])
    return at + 1 if to_do or at + 1 in opening or words[at + 1] == "saying" else 0


def _stops_a_deletion(words: Sequence[str], at: int) -> bool:
    return any(ACTS.get(singular(word), 0) & Deed.DELETE for word in words[at + 1 : at + 4])


def _no_payment(words: Sequence[str], at: int, said: range, ends: Mapping[int, str]) -> bool:
    """Whether a verb that may pay sends a paper, asks for money, or only makes it ready."""
    word = words[at]
    if word == "prepare":
        return True
    if word not in _SENDING and word not in ("request", "bill"):
        return False
    reach = words[at + 1 : _end(at, range(at, min(said.stop, at + _PAPER_WORDS)), ends)]
    if word in _SENDING:
        money = next((place for place, one in enumerate(reach) if one in MONEY_SENT), len(reach))
        return not _PAPERS.isdisjoint(reach[:money])
    if word == "request":
        return not _FROM.isdisjoint(reach) and not MONEY_SENT.isdisjoint(reach)
    return word == "bill" and "for" in reach[1:] and reach[0] not in OF_A_THING


def _is_somebody(words: Sequence[str]) -> bool:
    """Whether words may name others than the user and the agent."""
    if not words or not _NOBODY_ELSE.isdisjoint(words):
        return False
    if any(things_of(word) & Thing.PERSON for word in words):
        return True
    if words[0] in ("her", "him", "them", "he", "she", "they", "everybody", "everyone"):
        return True
    return may_be_names(words)
