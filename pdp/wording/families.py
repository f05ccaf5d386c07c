"""Families of verbs that stand for one deed only: who asks to pin a message has not asked to archive the channel.

A general verb of change ("set", "update") asks for any of them; a verb of one family asks for its own. Data only.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntFlag

from pdp.suggest.words import bits_by_word


class Family(IntFlag):
    """Bits above those of `pdp.wording.lexicon.Deed`, kept with them; below 1 << 31, since Redis unites them as signed numbers
    of 32 bits."""

    CHANGE = 1 << 8
    FINISH = 1 << 9
    ARCHIVE = 1 << 10
    MERGE = 1 << 11
    JUDGE = 1 << 12
    SWITCH = 1 << 13
    INVITE = 1 << 14
    PUBLISH = 1 << 15
    PIN = 1 << 16
    FOLLOW = 1 << 17
    WITHDRAW = 1 << 18
    SUBSCRIBE = 1 << 19
    PARTLY = 1 << 27
    PLAN = 1 << 28
    REPEAT = 1 << 29


_WORDS: Mapping[str, Family] = {
    "update change adjust modify edit set correct fix amend revise put replace turn sure clean"
    " organize organise sort complete apply do handle manage process aktualisiere aktualisier ändere änder stell stelle"
    " modifie mets cambia pon": Family.CHANGE,
    "cancel withdraw drop scrap bin close shut resolve complete solve finish tick conclude done mark fulfil fulfill settle end"
    " schliess schliesse ferme"
    " cierra": Family.FINISH,
    "archive unarchive shelve retire store close archiviere archivar": Family.ARCHIVE,
    "merge squash rebase join combine consolidate unite integrate fold land": Family.MERGE,
    "release clear approve reject accept decline confirm review rate decide deny refuse request rsvp endorse evaluate vote"
    " like veto genehmige genehmigen bewillige bewilligen akzeptiere akzeptieren bestätige bestätigen": Family.JUDGE,
    "launch begin boot wake halt kill quit enable disable turn switch toggle lock unlock open close start stop dim arm"
    " disarm activate deactivate shut light pause resume play run unlocked locked shine schalt schalte secure initiate"
    " ignite engage fire crank mach mache dreh drehe öffne sperr sperre éteins allume ouvre enciende apaga abre cierra"
    " ausschalten einschalten ausmachen anmachen schliess schliesse deaktiviere deaktivieren blockiere blockieren entsperre"
    " entsperren sperren verriegle verriegeln entriegle entriegeln aktiviere aktivieren stoppe stoppen beende beenden"
    " suspend": Family.SWITCH,
    "invite add join let include admit enrol enroll onboard bring welcome register book schedule meeting appointment"
    " lade füge füg invita ajoute": Family.INVITE,
    "offer list market publish post release tweet repost retweet announce share broadcast put upload write advertise"
    " veröffentliche veröffentlichen publie publica": Family.PUBLISH,
    "unpublish retract withdraw recall pull remove delete hide take unlist delist": Family.WITHDRAW,
    "pin unpin bookmark highlight stick keep": Family.PIN,
    "follow unfollow subscribe unsubscribe watch unwatch join": Family.FOLLOW,
    "subscribe renew regularly weekly monthly daily every abonniere subscription recurring standing": Family.SUBSCRIBE,
}

FAMILIES: Mapping[str, int] = bits_by_word(_WORDS)

NARROW = (
    Family.FINISH
    | Family.ARCHIVE
    | Family.MERGE
    | Family.JUDGE
    | Family.SWITCH
    | Family.INVITE
    | Family.PUBLISH
    | Family.PIN
    | Family.FOLLOW
    | Family.SUBSCRIBE
    | Family.WITHDRAW
)

NAMES: Mapping[str, Family] = {
    "archive": Family.ARCHIVE,
    "unarchive": Family.ARCHIVE,
    "merge": Family.MERGE,
    "squash": Family.MERGE,
    "approve": Family.JUDGE,
    "reject": Family.JUDGE,
    "decide": Family.JUDGE,
    "enable": Family.SWITCH,
    "disable": Family.SWITCH,
    "lock": Family.SWITCH,
    "unlock": Family.SWITCH,
    "stop": Family.SWITCH,
    "arm": Family.SWITCH,
    "disarm": Family.SWITCH,
    "invite": Family.INVITE,
    "enroll": Family.INVITE,
    "publish": Family.PUBLISH,
    "newsletter": Family.PUBLISH,
    "announcement": Family.PUBLISH,
    "repost": Family.PUBLISH,
    "retweet": Family.PUBLISH,
    "pin": Family.PIN,
    "unpin": Family.PIN,
    "follow": Family.FOLLOW,
    "unfollow": Family.FOLLOW,
    "subscribe": Family.SUBSCRIBE,
    "unpublish": Family.WITHDRAW,
    "retract": Family.WITHDRAW,
    "withdraw": Family.WITHDRAW,
    "recall": Family.WITHDRAW,
    "unlist": Family.WITHDRAW,
    "close": Family.FINISH,
    "resolve": Family.FINISH,
}
"""Verbs of names of tools that do one thing only."""

PAID_AGAIN = dict.fromkeys(
    ("autopay", "debit", "mandate", "recurring", "repeating", "standing", "subscribe", "subscription"), Family.REPEAT
) | {"schedule": Family.PLAN, "scheduled": Family.PLAN}
"""Words of names of tools that pay later, or again and again."""
