"""Reads verbs by what they are done to: sending money is paying, changing rights is administration, a comment is seen."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from pdp.suggest.lexicon_nouns import (
    BOOKED,
    CLIENT_KINDS,
    CREDENTIALS,
    KEY_KINDS,
    MONEY,
    MONEY_IS_PAPER,
    ORDERS,
    RIGHTS,
    RIGHTS_MADE_ONLY_BY_CHANGE,
    TALK,
)
from pdp.suggest.lexicon_verbs import UNDONE_EASILY
from pdp.suggest.names import Name
from pdp.suggest.readings import changes
from pdp.suggest.said import READS, Said
from pdp.suggest.words import singular, word_set
from writ.action import Verb

BOOKING_WORDS = ("book", "reserve", "rent", "hire")
_PAYING_VERBS = word_set(
    "send create make schedule submit process initiate approve confirm execute authorize capture issue place "
    "edit update modify change set add new post trigger complete release accept top split settle"
)
_ENTERING = word_set("create edit update modify change add new")
"""What is done to a bill before anybody pays it."""
_COPYING = word_set("copy clone duplicate import save ingest backup")
"""What is done to messages that nobody is shown anew."""
_SHEETS = word_set("excel sheet spreadsheet worksheet document doc docx word slide presentation page range chart pdf")
_OPERATING = word_set(
    "press tap start run launch activate deactivate enable disable trigger perform operate stop switch"
)
_APPLIANCES = word_set(
    "engine motor pedal brake fan pump oven stove light lamp bulb wiper horn heater heating conditioner climate vacuum mower "
    "washer dryer dishwasher television radio kettle blind curtain thermostat sprinkler headlight"
)
"""What is worked by starting it and runs no program; locks and alarms are left out, since they let people in."""
_BEGUN = word_set(
    "thread discussion conversation chat channel room group topic poll vote survey petition debate comment reply"
)
"""What is there once people start it, and runs no program."""
_SIGNING = word_set("login logout authenticate log sign")
"""What opens or ends a session of the caller's own and gives nobody a right."""
_RENEWING = word_set("refresh renew rotate regenerate reissue roll cut")
_CONTEXTS = word_set(
    "account tab workspace project profile organization context tenant environment database board team"
)
_STORAGE = word_set("disk partition volume filesystem harddisk usb sdcard")
_FORMATTED = word_set("range cell cells sheet spreadsheet row drive card stick paragraph slide")
"""What is another thing once it is formatted; a date or a text that is formatted is only shown."""
_CLIENTS = word_set("application app client account principal consumer")
_PARTS_OF_A_SHEET = word_set("table column index")
_TRADING_VERBS = ("open", "close", "exercise", "adjust", "increase", "reduce", "increment")
_ORDERING_VERBS = ("place", "create", "submit", "make", "new")
_UNPAID = word_set("table meeting appointment desk")
_ACCOUNTS = word_set("account balance saving wallet bank iban budget")
_HANDED_OVER = word_set(
    "file call document data chat conversation ticket item agent human person operator session case"
)
_OWNED = word_set("ownership owner right domain")
_COINS = word_set(
    "coin stablecoin eth btc sol xrp ltc doge bnb trx usdc usdt weth wbtc sat satoshi lamport wei gwei "
    "usd eur gbp chf jpy dollar euro cent remittance"
)
"""What is paid by sending it, and mere data wherever anything else is done."""
_LETTERS = word_set("email mail letter dm chat")
_LEFT = (TALK - {"invitation", "invite"}) | word_set("voicemail feedback rating")
"""What others find where it is left; who leaves a chat only goes."""
_SHOWN = word_set("listing product item article page ad advert advertisement campaign video event")
_FORMS_OF_A_RECORD = word_set("information info detail data profile record value name")


def with_nouns(said: tuple[Said, ...], name: Name, nouns: tuple[str, ...]) -> tuple[Said, ...]:
    """Returns the verbs as the nouns make them read, and those that follow from them, each once."""
    out = [_with_noun(item, name, nouns) for item in said]
    made = (
        out[:1] and out[0].verb is Verb.CREATE and "draft" not in name.words and out[0].word not in _COPYING | _SIGNING
    )
    if made and nouns and nouns[-1] in TALK:
        out.append(Said(verb=Verb.SEND, confidence=75, reason=f"others are shown a {nouns[-1]}", word=nouns[-1]))
    if made and "link" in name.words and {"share", "sharing", "public"} & set(name.words):
        out.append(Said(verb=Verb.SEND, confidence=75, reason="a link that others can use", word="link"))
    distinct: dict[Verb, Said] = {}
    for item in out:
        distinct.setdefault(item.verb, item)
    return tuple(distinct.values())


def is_about_money(name: Name, nouns: tuple[str, ...]) -> bool:
    """True when the nouns speak of money itself, or of an account that holds it."""
    return bool((MONEY | _ACCOUNTS) & ({*nouns, *name.others} - {"transfer"}))


def _with_noun(said: Said, name: Name, nouns: tuple[str, ...]) -> Said:
    if said.word in _RENEWING and (CREDENTIALS | {"session"}) & set(nouns):
        return replace(said, verb=Verb.ADMIN, reason=f"{said.reason} a {nouns[-1]}")
    if said.word == "select" and nouns[-1:] and nouns[-1] in _CONTEXTS and not name.plural:
        return replace(said, verb=Verb.UPDATE, reason=f"{said.reason} a {nouns[-1]}, which later calls act on")
    if said.word == "format" and _STORAGE & {*nouns, *name.others}:
        return replace(said, verb=Verb.DELETE, reason=f"{said.reason}, which empties a {nouns[-1]}")
    if said.word == "format" and _FORMATTED & {*nouns, *name.others}:
        return replace(said, verb=Verb.UPDATE, reason=f"{said.reason}, which changes a {nouns[-1]}")
    turned = changes(said.word, {*nouns}, plural=name.plural) if said.verb in READS else None
    if turned is not None:
        return replace(said, verb=turned, confidence=min(said.confidence, 60), reason=f"{said.reason} a {nouns[-1]}")
    if said.verb in READS or not nouns:
        return said
    if said.verb in (Verb.EXECUTE, Verb.ADMIN) and said.word in _OPERATING and nouns[-1] in _APPLIANCES:
        return replace(said, verb=Verb.UPDATE, reason=f"{said.reason}, which works a {nouns[-1]}")
    if said.word == "start" and nouns[-1] in _BEGUN:
        return replace(said, verb=Verb.CREATE, reason=f"{said.reason} a {nouns[-1]}, which makes one")
    if said.word in BOOKING_WORDS:
        return _booking(said, name, nouns)
    if said.word == "transfer":
        return _transfer(said, name, nouns)
    if said.word in _TRADING_VERBS and "position" in nouns:
        return replace(said, verb=Verb.PAY, reason=f"{said.reason} a position")
    if nouns[-1] in (TALK | _LETTERS if said.word == "write" else _LEFT if said.word == "leave" else ()):
        return replace(said, verb=Verb.SEND, reason=f"{said.reason} a {nouns[-1]}")
    if said.word == "promote" and nouns[-1] in TALK | _SHOWN:
        return replace(said, verb=Verb.SEND, reason=f"{said.reason} a {nouns[-1]}, which shows it to more people")
    if nouns[-1] == "bill" and said.word in _ENTERING:
        return said
    money = MONEY & set(nouns) or (ORDERS & set(nouns) if said.word in _ORDERING_VERBS else None)
    if money and said.word in _PAYING_VERBS and nouns[-1] not in MONEY_IS_PAPER and "draft" not in name.words:
        return replace(said, verb=Verb.PAY, reason=f"{said.reason} and {min(money)}")
    if said.word == "send" and nouns[-1] in _COINS:
        return replace(said, verb=Verb.PAY, reason=f"{said.reason} {nouns[-1]}")
    right = _right(said, name, nouns)
    if right:
        return replace(said, verb=Verb.ADMIN, confidence=min(said.confidence, 85), reason=f"{said.reason} and {right}")
    return said


def _booking(said: Said, name: Name, nouns: tuple[str, ...]) -> Said:
    """A booking of what has a price commits to that price, whatever the call says of it; a table costs nothing yet."""
    goods = BOOKED & {*nouns, *name.others} and not _UNPAID & name.others
    if goods or said.word in ("rent", "hire"):
        return replace(said, verb=Verb.PAY, reason=f"{said.reason}, and booking a {nouns[-1]} commits to its price")
    return said


def _transfer(said: Said, name: Name, nouns: tuple[str, ...]) -> Said:
    if is_about_money(name, nouns):
        return said
    if _OWNED & set(nouns):
        return replace(said, verb=Verb.ADMIN, reason=f"{said.reason} of {nouns[-1]}")
    if _HANDED_OVER & name.others:
        return replace(said, verb=Verb.SEND, reason=f"{said.reason} of {nouns[-1]}")
    return said


def _right(said: Said, name: Name, nouns: tuple[str, ...]) -> str:
    """Returns the noun that makes a change one of rights or configuration, "" when none does."""
    if said.verb not in (Verb.CREATE, Verb.UPDATE) or said.word in UNDONE_EASILY | _SIGNING:
        return ""
    head = nouns[-1]
    if head == "key" and KEY_KINDS & name.others:
        return "key"
    for kind, client in pairwise(name.words):
        if kind in CLIENT_KINDS and singular(client) == head and head in _CLIENTS:
            return f"{kind} {head}"
    telling = [noun for noun in nouns if noun in RIGHTS]
    if not telling or head not in RIGHTS | _FORMS_OF_A_RECORD:
        return ""
    right = telling[-1]
    if right in _PARTS_OF_A_SHEET and (_SHEETS & name.others or head == "value"):
        return ""
    if said.verb is Verb.CREATE and said.word in ("create", "make") and right in RIGHTS_MADE_ONLY_BY_CHANGE:
        return ""
    return "" if said.word == "generate" and right == "password" else right
