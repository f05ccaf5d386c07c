"""Nouns that say what is to be done, and the verbs that carry them: "make a payment", "take care of the cancellation".

General words of English, with the plainest of German. Data only; `pdp.wording.carried` reads requests with them.
"""

from __future__ import annotations

from collections.abc import Mapping

from pdp.suggest.words import bits_by_word, word_set
from pdp.wording.families import FAMILIES, Family
from pdp.wording.lexicon import DEEDS, Deed

LIGHT = word_set(
    "besorg besorge brauche braucht do donne drop fais get gib give grab have haz hol hole issue leave let mach mache make"
    " need needs place prepare put shoot snag take tätige want wants"
)
"""Verbs that say little: the noun after them says what is to be done."""

NOUN_DEEDS: Mapping[str, int] = bits_by_word(
    {
        "offer proposal quote quotation suggestion apology compliment": Deed.SEND,
        "note": Deed.CREATE,
        "message mail email letter note line text reply answer reminder invitation invite ping call heads-up notice dm know"
        " announcement bescheid brief nachricht": Deed.SEND,
        "payment transfer refund reimbursement donation deposit purchase order überweisung virement transferencia": Deed.PAY,
        "booking reservation table seat ticket room flight ride car van bike cab taxi hotel apartment suite"
        " hotelzimmer raum tisch zimmer": Deed.PAY | Deed.CREATE,
        "appointment event entry copy slot": Deed.CREATE,
        "restart reboot": Deed.EXECUTE | Deed.ADMIN,
        "star rating review": Deed.SEND | Deed.UPDATE,
        "admin administrator owner member moderator editor": Deed.ADMIN,
    }
)

_BY_VERB: Mapping[str, str] = {
    "activate": "activation aktivierung",
    "adjust": "adjustment anpassung",
    "amend": "amendment",
    "approve": "approval genehmigung",
    "archive": "archiving archivierung",
    "assign": "assignment zuweisung",
    "book": "booking buchung",
    "cancel": "cancelation cancellation annulation absage kündigung stornierung",
    "change": "change änderung umstellung",
    "correct": "correction korrektur",
    "create": "creation einrichtung",
    "deactivate": "deactivation deaktivierung sperrung",
    "delete": "deletion erasure löschung",
    "deploy": "deployment rollout",
    "donate": "donation spende",
    "enroll": "enrollment enrolment",
    "exchange": "exchange replacement swap umtausch",
    "extend": "extension verlängerung",
    "lock": "locking securing",
    "merge": "merge",
    "modify": "modification",
    "pay": "acquisition payment purchase payout repayment bezahlung kauf zahlung überweisung",
    "refund": "refund reimbursement erstattung rückerstattung",
    "register": "registration sign-up anmeldung",
    "remove": "removal entfernung",
    "rename": "renaming umbenennung",
    "renew": "renewal",
    "rent": "hire rental",
    "reschedule": "postponement rescheduling verlegung verschiebung",
    "reserve": "reservation reservierung",
    "restart": "reboot restart neustart",
    "restore": "restoration wiederherstellung",
    "return": "return rückgabe",
    "rollback": "rollback",
    "submit": "submission",
    "transfer": "transfer",
    "update": "update aktualisierung",
    "upgrade": "upgrade",
    "withdraw": "withdrawal",
}

ACTS: Mapping[str, int] = {
    noun: DEEDS[verb] | FAMILIES.get(verb, 0) for verb, nouns in _BY_VERB.items() for noun in nouns.split()
} | bits_by_word(
    {
        "transaction": Deed.PAY,
        "scheduling": Deed.CREATE,
        "backup": Deed.CREATE | Deed.EXECUTE,
        "closure termination": Deed.DELETE | Deed.UPDATE | Family.FINISH,
        "release": Deed.EXECUTE | Deed.SEND,
    }
)
"""Nouns that are deeds themselves: who wants help with a cancellation wants something cancelled."""

ACT_ENDINGS = ("buchung", "erstattung", "löschung", "reservierung", "stornierung", "zahlung", "änderung", "überweisung")
"""What nouns of German end with whose last part is a deed: "Flugbuchung"."""

ACTS_OF_TRADE: Mapping[str, int] = bits_by_word(
    {
        "access zugang zugriff": Deed.ADMIN | Deed.SEND,
        "trade order investment deposit bestellung auftrag": Deed.PAY,
        "flight ticket seat room hotel trip journey ride insurance": Deed.PAY | Deed.CREATE,
    }
)
"""Nouns that are deeds after a verb of doing, and things after any other: who sees to an order has it already."""

DOING = word_set(
    "arrange complete conduct effect execute facilitate finalise finalize finish initiate make orchestrate organise organize"
    " perform place proceed process procure reserve schedule secure undertake tätige"
)
SEEING_TO = DOING | word_set(
    "assist begin coordinate do erledig erledige get grant handle have help issue like mach mache manage need needs release"
    " request require start trigger veranlass veranlasse want wants übernimm"
)
"""Verbs before nouns that are deeds."""

CARRYING: Mapping[str, tuple[tuple[str, ...], ...]] = {
    verb: tuple(tuple(rest.split()) for rest in behind)
    for verbs, behind in {
        "go move press push": ("ahead with", "forward with", "on with", "through with"),
        "follow": ("through with",),
        "carry": ("out", "on with", "through"),
        "get": ("going with", "on with", "started on", "started with"),
        "take": ("care of", "over"),
        "see attend": ("to",),
        "deal": ("with",),
        "look": ("after",),
        "put": ("in",),
        "sort": ("out",),
        "pull": ("off",),
        "sorg sorge": ("für",),
        "kümmer kümmere": ("dich bitte um", "dich um"),
        "kümmern": ("sie sich bitte um", "sie sich um"),
    }.items()
    for verb in verbs.split()
}
"""Verbs that see to a deed together with the words behind them: "go ahead with the payment" …"""

CARRIED_THROUGH: Mapping[str, frozenset[str]] = {
    "push": word_set("through"),
    "put": word_set("through"),
    "see": word_set("through"),
    "führ": word_set("aus durch"),
    "führe": word_set("aus durch"),
    "gib": word_set("auf"),
    "nimm": word_set("vor"),
    "schliess": word_set("ab"),
    "schliesse": word_set("ab"),
    "wickel": word_set("ab"),
    "wickle": word_set("ab"),
}
"""… and those whose word stands behind the deed: "push the payment through", "führ die Zahlung aus"."""

LABELS = word_set(
    "agency agent agreement certificate code condition confirmation cost desk document fee form history id insurance invoice"
    " list log name notice overview page policy plan receipt record reference request rule schedule statement"
    " system term total voucher website"
)
"""Behind a noun that is a deed or a thing to be booked, these make it a paper or a word about it: "the booking confirmation"."""
