"""By what a reading is said to be done: `Validates a card with a charge of 1 EUR`, `Checks a backup by a restore`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from pdp.suggest.words import base_form, singular, word_set
from writ.action import Verb

_DEEDS: Mapping[Verb, str] = {
    Verb.UPDATE: "restore rollback reset update renewal rotation replacement correction swap",
    Verb.SEND: "mail email sms call letter postcard ping text",
    Verb.PAY: (
        "charge debit payment prepayment purchase withdrawal transfer deposit microdeposit preauthorization preauthorisation "
        "refund booking order"
    ),
    Verb.EXECUTE: "deployment rollout",
    Verb.ADMIN: "restart reboot lockout lockdown shutdown reinstall unlock revocation",
    Verb.DELETE: "deletion removal wipe purge cancellation erasure cleanup termination",
}
DEED_NOUNS: Mapping[str, Verb] = {noun: verb for verb, nouns in _DEEDS.items() for noun in nouns.split()}
"""Nouns of what changes something."""
_TOKEN = re.compile(r"[a-z0-9]+|[,;()]")
_HOW = word_set("with by through via using")
_MAX_WORDS = 4
"""Most words of such a noun with what stands before it: `a small test charge`."""
_ONE = word_set("a an one two three another small tiny micro test trial real")
_GOES_ON = word_set("of to on at for from against worth and then over between in , ; ( )")
"""What goes on after a noun of a deed; another noun makes it a compound (`by a payment reference`)."""
_CHECKING = word_set(
    "validate verify check test confirm probe prove authenticate inspect evaluate measure determine examine assess ensure "
    "diagnose"
)
_SELECTING = word_set(
    "list find search filter sort query show browse select locate match group order rank count identify look lookup return get "
    "fetch retrieve view display"
)
_TO_A_MACHINE = word_set("api server endpoint service backend database url host")


def by_means(sentence: str, head: str) -> Iterator[tuple[Verb, str]]:
    """Yields the deeds that a folded sentence names as its means. `head` is its first verb as it stands: what is listed `with a
    refund` or found `by a transfer` has one, and what is checked `with a charge` is charged."""
    word = base_form(head)
    tokens = _TOKEN.findall(sentence)
    for at, how in enumerate(tokens):
        if how not in _HOW or word in _SELECTING or (how == "with" and word not in _CHECKING):
            continue
        start = at + 3 if tokens[at + 1 : at + 3] == ["means", "of"] else at + 1
        if not (_ONE & set(tokens[start : start + 1]) or "".join(tokens[start : start + 1]).isdigit()):
            continue
        for place in range(start + 1, min(start + _MAX_WORDS, len(tokens))):
            verb, rest = DEED_NOUNS.get(singular(tokens[place])), tokens[place + 1 : place + 5]
            if verb is None or not (not rest or rest[0] in _GOES_ON or rest[0].isdigit()):
                continue
            if tokens[place] != "call" or not _TO_A_MACHINE & set(rest):
                yield verb, tokens[place]
