"""Pairs of opposite verbs, English and German, for `pdp.wording.opposites`. Data only.

German verbs stand by their stems, and particles that stand apart from their verb with "~" before them. What differs by a prefix
alone ("mute", "unmute") needs no row.
"""

from __future__ import annotations

from pdp.suggest.words import word_set
from pdp.wording.lexicon import DEEDS, Deed

Side = tuple[str, str, str]
"""Verbs that tools are called after; further words that ask for it; words that ask for it among other things, which speak for
such a tool and against none."""

_GIVING: Side = (
    "grant authorize authorise permit allow enroll add assign",
    "give gib let join admit include invite register onboard share teil restore füg ~hinzu ~auf ~dazu enrol reinstate",
    "bring get hol send show create put make appoint nominate"
    " change move replace set swap switch transfer update write note comment plan"
    " book schedule save insert need needs brauch install promote unblock",
)
_TAKING: Side = (
    "revoke kick remove offboard",
    "delete cancel deny ban demote block suspend expel evict withdraw stop disinvite uninvite unshare strip lose"
    " cut drop entzieh widerruf entfern throw wirf end terminate relieve ~away ~off ~out ~weg ~heraus ~raus retire quita révoque",
    "take nimm change move replace set swap switch transfer update exchange clear clean uninstall deauthorize restrict",
)

_MAKING = " ".join(
    sorted(word for word, deeds in DEEDS.items() if deeds & ~(Deed.DELETE | Deed.ADMIN) and not deeds & Deed.DELETE)
)

AXES: tuple[tuple[Side, Side], ...] = (
    (
        (
            "approve accept confirm",
            "genehmig sign akzeptier bestätig endorse ratify yes ja okay ~through ~zu",
            "ok attend join go let",
        ),
        ("reject decline deny refuse", "veto no nein ablehn ~ab ~down", "miss skip absag"),
    ),
    (
        (
            "open reopen",
            "öffn aufmach unshut entsperr unlock uncheck unresolve ~auf ~on",
            "create file raise report log start begin",
        ),
        (
            "close shut resolve complete finish solve conclude",
            "schliess zumach done ~zu ~shut ~off ~ab",
            "end settle mark fix answer ~up ~down ~aus",
        ),
    ),
    (
        (
            "start boot resume launch",
            "run begin activate unpause continue ~up ~hoch ~on ~an ~ein ~online",
            "restart reboot relaunch use",
        ),
        (
            "stop halt shutdown kill terminate pause suspend",
            "shut quit end stopp beend anhalt herunterfahr cancel kündig deactivate ~down ~off"
            " ~aus ~ab ~herunter ~runter ~offline",
            "restart reboot disable abort hold",
        ),
    ),
    (
        (
            "enable activate reactivate",
            "aktivier onboard freischalt einschalt entsperr unlock unblock ~on ~an ~ein ~live",
            "start roll let add make",
        ),
        (
            "disable deactivate",
            "deaktivier abschalt ausschalt suspend lock sperr block kill freeze offboard ~off ~aus ~ab ~down",
            "stop shut remove retire",
        ),
    ),
    (
        ("lock", "verriegel verriegl abschliess secure close shut sperr ~ab ~zu ~up", ""),
        ("unlock", "entriegel entriegl entsperr aufschliess öffn open ~auf", "release let"),
    ),
    (
        ("block ban freeze mute silence suspend restrict", "sperr blockier lock stop ~stumm", "cut disable"),
        (
            "unblock unban unfreeze unmute unsuspend",
            "entsperr entblock reinstate reactivate unlock lift remove enable ~auf ~again ~back",
            "activate allow let restore",
        ),
    ),
    (
        (
            "increase raise",
            "erhöh heb anheb steiger boost bump ~up ~hoch",
            "open create file report log lift extend double",
        ),
        (
            "decrease lower reduce",
            "senk verringer reduzier kürz drossel cut cap shrink halve ~down ~herunter ~runter ~ab",
            "shorten dim",
        ),
    ),
    (
        ("promote", "beförder", "make give"),
        ("demote", "degradier herabstuf downgrade relieve strip revoke remove ~herab ~away ~weg", "take"),
    ),
    (("upgrade", "", "update install raise"), ("downgrade", "rollback ~back", "install lower")),
    (
        (
            "delete remove erase trash purge wipe discard",
            "lösch entfern destroy vernicht rid bin ~weg",
            "clear clean empty drop cancel cut dismiss replace move ~away ~out throw wirf",
        ),
        ("restore undelete recover", "rescue wiederherstell ~wieder ~back", "load roll revert undo rollback"),
    ),
    (("create", "", _MAKING), ("", "delete remove erase lösch entfern", "")),
    (_GIVING, _TAKING),
    (
        ("share", "partage teil", "send forward give show mail email post grant let add invite"),
        ("unshare", "revoke remove " + _TAKING[1], _TAKING[2]),
    ),
    (
        ("invite", "einlad lad lade", "send add ask include join book schedule"),
        ("uninvite disinvite", "revoke remove " + _TAKING[1], _TAKING[2]),
    ),
    (("install", "installier", "add update upgrade set get"), ("uninstall", "deinstallier", "remove delete drop")),
    (
        ("publish", "veröffentlich publizier ~online ~live", "post release put send upload announce ~out"),
        ("unpublish retract withdraw", "hide ~offline ~down", "remove delete pull take unlist"),
    ),
    (
        ("archive", "archivier", "shelve store ~away close"),
        ("unarchive", "restore reactivate reopen hol ~back", ""),
    ),
    (
        ("subscribe", "abonnier ~an ~up", "join book renew sign start order"),
        ("unsubscribe", "cancel kündig ~ab ~off ~out", "stop end leave remove"),
    ),
    (
        ("arm", "activate ~scharf ~on ~an ~ein", "secure"),
        ("disarm", "entschärf deactivate ~unscharf ~off ~aus", "stop"),
    ),
    (("~on", "~an ~ein enable activate", "start"), ("~off", "~aus ~out deactivate disable", "stop kill dim")),
    (("paid", "pay bezahlt", "settle"), ("unpaid", "open offen", "")),
    (
        ("buy purchase", "kauf", "acquire order get invest trade rebalance"),
        ("sell", "verkauf", "trade rebalance liquidate"),
    ),
    (("deposit", "einzahl", "transfer put pay add"), ("withdraw", "abheb", "transfer get take")),
)
"""Each row holds what undoes one another. A verb of several rows has the words of all of them."""

SETTING = word_set("flip make mark power put set switch turn")
"""Verbs of names that set something: what it is set to says what is done (`turn_off_light`)."""

CARRIERS = SETTING | word_set(
    "back bring cut dreh fahr get heb hol hook kick leg lehn let lock log mach meld move nimm order pull put roll sag schalt"
    " schliess send setz shut sign stell take throw turn want wirf"
)
"""Verbs whose particle may stand some words later."""

PARTICLES = word_set(
    "ab again an auf aus away back dazu down ein heraus herab herunter hinzu hoch live off offline on online out raus runter"
    " scharf shut stumm through unscharf up weg wieder zu"
)

STATES_BEHIND = word_set("as als auf bleibt remain remains stay stays to")
"""Behind these stands the state that something is set to: "mark it as unpaid", "set it to closed"."""

REALLY_OTHERS = word_set("design discharge discount discard dispatch display")
"""Verbs that undo nothing, though another verb stands behind their first letters."""
