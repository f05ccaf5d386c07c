"""What a clause says in the passive that a call brings about: `Old orders are cancelled`, `Stopped instances are started first`,
`The driver is told`. How things are (`The list is sorted`, `Messages are deleted after 30 days`) is nothing that a call does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pdp.suggest.answers import NO_OBJECT, is_of_the_answer
from pdp.suggest.facts import BY_OTHERS, is_a_fact
from pdp.suggest.lexicon_verbs import MANNER, PHRASES, SHOWN_SO, STRICT, WITH_AN_OBJECT
from pdp.suggest.readings import PERSONS, READERS
from pdp.suggest.said import READS
from pdp.suggest.words import singular, stems, word_set
from writ.action import Verb

_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_PASSIVE = re.compile(
    r"(?:\b([a-z]+)\s+)?\b([a-z]+)\s+(is|are|gets?|(?:is|are) being|will be|will get)\s+"
    r"(then|also|first|immediately|afterwards|beforehand|thereby|thereupon|automatically)?\s*([a-z]+)\b"
    r"(?:\s+(?:and|or)\s+(?:then\s+|also\s+)?([a-z]+(?:ed|sent|paid))\b)?"
    rf"(?!\s+{BY_OTHERS})(?:\s+([a-z]+(?:\s+the\s+way)?))?"
)
_BESIDES = word_set("first beforehand afterwards thereby meanwhile again") | {"on the way", "along the way"}
"""What tells after a participle that something happens besides: `Stopped instances are started first`."""
_FOR_A_WHILE = re.compile(r"\s+for\s+(?:\w+\s+)?(?:minute|hour|while|day)s?\b")
"""`The slot is held for ten minutes`: nobody holds it yet."""
_NOTE = re.compile(
    r"\A\s*(?:please\s+|also\s+)?(?:note|notice|remember|beware|mind|be aware|keep in mind|caution|warning)\s+that\b"
)
_GONE = re.compile(r"\b(?:is|are)\s+(?:then\s+)?(?:gone|used up)(?:\s+(?:afterwards|after|then|once)\b|\s*\Z)")
_ASKED = re.compile(
    r"\b(?:whether|if|which|who|whom|whose|what|how|when|where|why|that|until|unless|because|no(?!\s+longer)|none|nothing|never|neither)\b"
)
_WHICH_ONES = re.compile(r"\s(?:that|which|who)\s+(?:is|are|was|were|has been|have been)\s+[a-z]+")
"""Tells of which ones something is said: `Orders that are older than 30 days are cancelled`."""
_INFORMED = word_set("told notified informed emailed mailed messaged alerted warned asked invited texted paged called")
_IRREGULAR = {
    "sent": "send",
    "paid": "pay",
    "bought": "buy",
    "sold": "sell",
    "withdrawn": "withdraw",
    "woken": "wake",
    "frozen": "freeze",
    "reset": "reset",
    "overwritten": "overwrite",
    "forgotten": "forget",
    "shut": "shut",
    "torn": "tear",
    "taken": "take",
    "thrown": "throw",
    "brought": "bring",
    "spun": "spin",
    "written": "write",
    "held": "hold",
}
_LOOSELY_DONE: Mapping[str, Verb] = {
    **{
        word: WITH_AN_OBJECT[word]
        for word in word_set("start stop release renew mail email text fax wire refund run mint")
    },
    **dict.fromkeys(("reserve", "hold", "book"), Verb.UPDATE),
}
"""Loose words that are surely verbs in a passive."""
_STATES = word_set(
    "old older stale idle dead offline missing corrupt broken unknown inactive dormant orphan invalid overdue empty open free "
    "unused new late absent due vacant surplus redundant dirty temporary"
)
"""Words that say which ones of many are meant, as participles do: what happens to these happens in the call."""
_PASSING = word_set("archive overwrite reset")
"""Updates that a passive tells of as an event; others as often tell how things are: `The list is updated daily`."""
_EVENTS = word_set("restart reboot redeploy rerun revoke rotate mint acknowledge")
"""Words of which a passive tells as an event: `The service is restarted`."""
_GRAVE = frozenset({Verb.DELETE, Verb.PAY, Verb.SEND})


def passives(clause: str) -> Iterator[tuple[Verb, str]]:
    """Yields the passives that tell of an event: `The driver is told`, `Expired orders get deleted`, `Stopped instances are
    started first`, `The message is gone then`."""
    clause = _NOTE.sub("", _WHICH_ONES.sub("", clause))
    if is_a_fact(clause):
        return
    gone = _GONE.search(clause)
    if gone and not _ASKED.search(clause[: gone.start()]):
        yield Verb.DELETE, "gone"
    for found in _PASSIVE.finditer(clause):
        before, subject, how, also, participle, second, after = found.groups()
        if _ASKED.search(clause[: found.start(3)]):
            continue
        near = [*_WORD.findall(clause[: found.end(2)])[-3:]]
        chosen = (
            before is not None
            and subject not in NO_OBJECT
            and (before.endswith("ed") or before in _STATES or (before.endswith("ing") and len(before) > 5))
        )
        event = bool(also or after in _BESIDES) or how.endswith(("get", "gets"))
        event = event or (how == "is" and bool(_FOR_A_WHILE.match(clause[found.end(5) :])))
        for done in (participle, second or ""):
            if done in _INFORMED and singular(subject) in PERSONS - READERS:
                yield Verb.SEND, done
                continue
            word, verb = _done(done, after if not second else None)
            if verb in READS or (not also and (word in MANNER | SHOWN_SO or is_of_the_answer(near))):
                continue
            # That fees `are refunded` may be how things are; that something `is mailed` is as much an event as `is sent`.
            if (
                event
                or chosen
                or word in _PASSING | _EVENTS
                or (verb in _GRAVE and (word in STRICT or verb is Verb.SEND))
            ):
                yield verb, done


def _done(participle: str, particle: str | None) -> tuple[str, Verb]:
    """Returns the verb of a participle and what it does; READ for none that changes anything."""
    regular = stems(participle, 2) if participle.endswith("ed") else ()
    for word in filter(None, (_IRREGULAR.get(participle, ""), *regular)):
        verb = PHRASES.get((word, particle or "")) or STRICT.get(word) or _LOOSELY_DONE.get(word)
        if verb is not None:
            return word, verb
    return "", Verb.READ
