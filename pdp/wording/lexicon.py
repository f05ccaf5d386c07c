"""Words by which people ask for kinds of actions, and the things that they ask them on.

General vocabulary of office, finance, travel, chat and operations work in English, with the plainest words of German,
French and Spanish. It is written for no tool: names of tools are read with the same words. A missing word makes an action
"not asked", which asks people; a word too many only leaves the judgement to the other facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntFlag

from pdp.suggest.lexicon_verbs import ALSO_NOUNS, STRICT
from pdp.suggest.words import word_set
from pdp.wording.families import Family
from writ.action import Verb


class Deed(IntFlag):
    """What kind of change is asked for. Reading has no bit: whoever asks for anything lets the agent read."""

    CREATE = 1
    UPDATE = 2
    SEND = 4
    PAY = 8
    EXECUTE = 16
    ADMIN = 32
    DELETE = 64


class Thing(IntFlag):
    """What it is done to."""

    CREDENTIAL = 1
    PROFILE = 2
    RIGHT = 4
    MONEY = 8
    MESSAGE = 16
    EVENT = 32
    FILE = 64
    PERSON = 128
    WEB = 256
    TRAVEL = 512
    CODE = 1024
    RECORD = 2048
    CHANNEL = 4096
    LODGING = 8192
    DINING = 16384
    TRANSPORT = 32768
    SHOW = 65536
    GOODS = 131072
    OPINION = 262144
    DEVICE = 524288
    HEALTH = 1048576
    STAFF = 2097152
    RIDE = 4194304


def _table(rows: Mapping[str, IntFlag]) -> dict[str, int]:
    table: dict[str, int] = {}
    for row, bits in rows.items():
        for word in row.split():
            table[word] = table.get(word, 0) | int(bits)
    return table


BY_VERB: Mapping[Verb, Deed] = {
    Verb.CREATE: Deed.CREATE,
    Verb.UPDATE: Deed.UPDATE,
    Verb.SEND: Deed.SEND,
    Verb.PAY: Deed.PAY,
    Verb.EXECUTE: Deed.EXECUTE,
    Verb.ADMIN: Deed.ADMIN,
    Verb.DELETE: Deed.DELETE,
}

_ASKED: Mapping[str, int] = _table(
    {
        "create make add new write draft compose generate prepare open start register plan schedule set setup put insert"
        " build produce upload copy duplicate import save store record log enter note file compile": Deed.CREATE,
        "update change adjust modify edit set reset rename move append add include put insert replace correct fix amend"
        " revise complete mark flag tag assign reassign reschedule postpone shift extend shorten renew switch convert"
        " sort organize organise clean rewrite translate apply adapt align synchronise synchronize sync link attach"
        " merge close reopen resolve archive delay increase raise lower reduce upgrade downgrade  pin"
        " unpin mute fill confirm accept decline approve reject enable disable turn toggle dim sign solve label categorize"
        " categorise prioritize prioritise rate star like hide unhide follow squash rebase review swap rotate lock unlock"
        " escalate decide dismiss acknowledge snooze pause resume play": Deed.UPDATE,
        "send email mail message text forward reply respond answer share post publish invite notify inform tell ask"
        " remind ping contact write dm submit deliver announce broadcast tweet call fax alert introduce thank greet"
        " congratulate warn cc bcc transmit circulate distribute report comment say wish relay pass hand review repost retweet"
        " apologise apologize confirm prescribe refer escalate dispatch": Deed.SEND,
        "raise lower increase reduce extend": Deed.ADMIN,
        "allocate arrange bring cap choose cut divert double drop free halve hold lift limit pick pull release reroute route"
        " secure select squeeze stick swap tidy trim undo tick strike park match pair clear welcome retire unite": Deed.UPDATE,
        "arrange raise lodge report queue fork branch commit backup snapshot": Deed.CREATE,
        "combine mix open increment print refill refuel replenish start activate engage ignite exchange establish reverse"
        " refresh": Deed.UPDATE,
        "acquire procure obtain reorder": Deed.PAY,
        "order plot draw sketch chart visualize visualise": Deed.CREATE,
        "listen hear": Deed.UPDATE,
        "restore": Deed.UPDATE | Deed.ADMIN,
        "train fit": Deed.EXECUTE,
        "buzz broadcast": Deed.SEND,
        "print request": Deed.SEND,
        "exchange trade stake fund": Deed.PAY,
        "perform initiate bounce cycle relaunch": Deed.EXECUTE,
        "scale bounce cycle stop renew": Deed.ADMIN,
        "scale": Deed.UPDATE,
        "advertise chase ring offer poke nudge pester": Deed.SEND,
        "reward award boost": Deed.PAY,
        "award boost": Deed.UPDATE,
        "cap cut halve double secure adjust modify edit tweak establish": Deed.ADMIN,
        "tweak recalibrate ack bump": Deed.UPDATE,
        "bump": Deed.EXECUTE,
        "acknowledge fwd msg": Deed.SEND,
        "crank": Deed.UPDATE,
        "tack": Deed.CREATE | Deed.UPDATE,
        "scratch": Deed.DELETE,
        "comment": Deed.CREATE,
        "jot scribble": Deed.CREATE | Deed.UPDATE,
        "chuck toss ditch bin nuke zap": Deed.DELETE,
        "end scrap pull kill strike reverse": Deed.DELETE,
        "pay refund reimburse transfer wire remit repay donate tip buy purchase order settle compensate subscribe"
        " deposit withdraw checkout spend invest top charge bill return book reserve rent lend contribute"
        " prepay credit split request hire redeem promote sponsor": Deed.PAY,
        "book reserve rent hire": Deed.CREATE,
        "run execute launch start restart stop deploy install compile test trigger invoke evaluate build"
        " rollback rerun migrate reboot provision": Deed.EXECUTE,
        "grant revoke promote demote authorize authorise permit allow block unblock ban configure enable disable invite"
        " assign reassign change update set reset rotate add remove kick restrict share lock unlock suspend": Deed.ADMIN,
        "delete remove erase clear purge drop discard trash wipe cancel unsubscribe uninstall unfollow dismiss"
        " kick revoke empty destroy void prune rm": Deed.DELETE,
        # German, French, Spanish; look-alike letters and "ß" are written as folding leaves them.
        "schreib schreibs schreibe schreiben écris écrire escribe escribir": Deed.CREATE | Deed.UPDATE | Deed.SEND,
        "speicher speichere speichern enregistre enregistrer guarda guardar notier notiere anota apunta"
        " sauvegarde": Deed.CREATE | Deed.UPDATE,
        "erstell mach mache kopier kopiere beantrage vereinbare vereinbar copie copia planifie abre": Deed.CREATE,
        "änder aktualisier verschieb verschieben ergänz füg stell stelle schalt schalte dreh drehe öffne schliess schliesse"
        " sperr sperre korrigier korrigiere benenn benenne renomme allume éteins ouvre ferme mets renombra"
        " enciende apaga abre cierra pon corrige ausschalten einschalten ausmachen anmachen eintragen"
        " monte baisse sube baja": Deed.UPDATE,
        "schick schicks sag sage frag frage antwort beantworte benachrichtige benachrichtigen informier weiterleiten antworten"
        " mitteilen anrufen teil"
        " dis préviens prévenez informe réponds répond transmets contacte demande contesta pregunta informa"
        " notifica": Deed.SEND,
        "zahl bezahl überweis kauf bestell bestelle buche erstatt vire achète commande pide begleiche begleich"
        " abona": Deed.PAY,
        "start installier führ relance corre": Deed.EXECUTE,
        "lösch entfern stornier kündige kündig absagen enlève jette vide quita vacía": Deed.DELETE,
        "rappelle-moi rappelle-nous recuérdame recuérdanos": Deed.CREATE,
        "erstelle erstellen anlegen lege schreibe schreiben plane planen crée créer ajoute ajouter rédige crea crear"
        " añade añadir agrega escribe programa": Deed.CREATE,
        "ändere ändern aktualisiere aktualisieren verschiebe verschieben ergänze füge passe modifie modifier"
        " actualise change déplace actualiza actualizar cambia cambiar modifica mueve añade": Deed.UPDATE,
        "sende senden schicke schicken maile teile teilen antworte leite informiere lade envoie envoyer réponds partage"
        " invite transfère envía enviar manda responde comparte invita reenvía avisa": Deed.SEND,
        "zahle zahlen bezahle bezahlen überweise überweisen erstatte kaufe buche paie payer paye verse rembourse achète"
        " réserve paga pagar transfiere reembolsa compra reserva": Deed.PAY,
        "führe starte starten installiere exécute lance ejecuta inicia instala": Deed.EXECUTE,
        "lösche löschen entferne entfernen storniere supprime supprimer efface annule borra borrar elimina eliminar"
        " cancela": Deed.DELETE,
    }
)

_ACUTE = str.maketrans("áéíóú", "aeiou")

_WITH_PRONOUNS: Mapping[str, str] = {
    "anota borra bórra compra cómpra cuenta elimina elimína envia envía guarda guárda manda mánda paga pága reenvia reenvía"
    " transfiere transfiére avisa avísa apunta escribe escríbe responde respónde comparte compárte di": (
        "le les lo la los las selo sela selos selas"
    ),
    "envoie- dis- réponds- écris- transmets- transfère- paie- partage- supprime- efface- ajoute-": "le la les lui leur",
}
"""Spanish and French verbs and the pronouns that are written with them, in one word: "envíale", "envoie-lui". Those of the user,
"dime" and "dis-moi", are left out."""

_ALONE = {"cuenta": "manda", "di": "manda", "envia": "envía", "reenvia": "reenvía"}
"""Verbs that are other words without their pronoun, or are often written without their sign, and what they are read as."""


def _with_pronouns() -> dict[str, int]:
    found: dict[str, int] = {}
    for verbs, pronouns in _WITH_PRONOUNS.items():
        for verb in verbs.split():
            plain = _ALONE.get(verb, verb.rstrip("-"))
            bits = next(_ASKED[form] for form in (plain, plain.translate(_ACUTE)) if form in _ASKED)
            found |= {f"{verb}{pronoun}": bits for pronoun in pronouns.split()}
    return found | {"díselo": int(Deed.SEND), "dáselo": int(Deed.SEND)}


_NOT_ASKED_SO = word_set(
    "apt press tap click drag seek swipe crop initialize initialise mount draw plot score pack approve"
)
_OF_NAMES = {
    word: int(BY_VERB[verb])
    for word, verb in STRICT.items()
    if verb in BY_VERB and len(word) > 2 and word not in _NOT_ASKED_SO
}

DEEDS: Mapping[str, int] = {
    word: _ASKED.get(word, 0) | _OF_NAMES.get(word, 0) for word in sorted({*_ASKED, *_OF_NAMES} - {"give", "leave"})
} | _with_pronouns()
"""What a verb asks for: also what a catalog drafts for a tool that has it in its name, so that who says "approve" asks for
what a tool called `approve` does."""

THINGS: Mapping[str, int] = _table(
    {
        "password passcode passphrase credential login secret token key 2fa mfa otp passwort kennwort"
        " contraseña": Thing.CREDENTIAL,
        "whoever": Thing.PERSON | Thing.PROFILE,
        "account profile user info information detail address name street city phone preference setting"
        " data konto profil compte profil cuenta perfil": Thing.PROFILE,
        "member": Thing.PERSON | Thing.CHANNEL,
        "permission right role access privilege member membership owner admin administrator group team policy"
        " configuration config setting collaborator webhook visibility": Thing.RIGHT,
        "payment transaction transfer money bill invoice rent refund amount price subscription order fee salary iban bank"
        " balance debt deposit difference cost expense tip charge loan euro eur dollar usd gbp chf tax vat"
        " budget fund cash purchase receipt wage standing rechnung zahlung miete betrag facture paiement loyer factura"
        " pago alquiler": Thing.MONEY,
        "email mail message note reply dm chat inbox letter sms post comment thread newsletter announcement feedback"
        " draft nachricht message mensaje correo courriel greeting summary spam junk entwurf": Thing.MESSAGE,
        "event appointment meeting calendar invite invitation lunch dinner breakfast call checkup check schedule"
        " session standup sync retro class party visit reminder conference interview workshop agenda slot trip termin besprechung"
        " réunion reunión cita": Thing.EVENT,
        "file document doc folder drive sheet spreadsheet report list pdf docx xlsx txt csv image photo"
        " attachment presentation slide directory backup archive datei dokument ordner fichier dossier archivo"
        " carpeta draft entwurf yaml yml json md xml html zip png jpg jpeg odt pptx": Thing.FILE,
        "contact participant user member person friend collaborator follower attendee guest colleague client customer people"
        " employee teammate team": Thing.PERSON,
        "portal online": Thing.WEB,
        "url link linked page website site article webpage web blog homepage form": Thing.WEB,
        "trip travel vacation holiday journey itinerary reservation booking": Thing.TRAVEL
        | Thing.LODGING
        | Thing.DINING
        | Thing.TRANSPORT
        | Thing.RIDE
        | Thing.SHOW,
        "hotel room hostel inn apartment accommodation stay night lodging guesthouse suite listing motel flat villa campsite"
        " guest-house unterkunft zimmer chambre habitación": Thing.LODGING,
        "attic studio house home unit tenant lease": Thing.LODGING,
        "restaurant table cafe café bar bistro eatery diner meal lunch dinner breakfast brunch cuisine tisch"
        " food vegan vegetarian"
        " mesa": Thing.DINING,
        "flight train bus seat ferry plane airline shuttle zug flug vol vuelo": Thing.TRANSPORT,
        "car vehicle": Thing.DEVICE,
        "car taxi cab ride rental vehicle scooter bike bicycle van auto voiture coche": Thing.RIDE,
        "show concert museum match theatre theater festival opera tour cinema movie film exhibition performance attraction"
        " ticket game gig": Thing.SHOW,
        "ticket": Thing.TRANSPORT,
        "basket cart parcel package shipment delivery product item article purchase voucher coupon order goods gift"
        " grocery shop shopping store merchandise subscription": Thing.GOODS,
        "review rating opinion star feedback testimonial": Thing.OPINION,
        "device light lamp thermostat temperature heating lock door alarm camera scene automation speaker blind garage"
        " vacuum window switch plug sensor engine motor ignition brake handbrake pedal headlight wiper battery fan heater"
        " oven sprinkler licht lampe heizung tür haustür luz luces lumière chauffage porte puerta": Thing.DEVICE,
        "fuel tank gas gasoline petrol diesel tire tyre": Thing.DEVICE | Thing.RIDE,
        "patient prescription medication medicine diagnosis treatment therapy dose tablet drug referral lab"
        " vaccine": Thing.HEALTH,
        "candidate applicant vacancy application payroll bonus leave offer interview holiday absence shift sick"
        " timesheet": Thing.STAFF,
        "repo repository branch issue pr commit code script server instance service cluster container pipeline job"
        " skript sh py js function deployment environment database table command program workflow build release tag collaborator"
        " webhook": Thing.CODE,
        "record row entry item product task todo ticket issue bug lead case deal contract database ledger": Thing.RECORD,
        "channel workspace slack room group space forum club community": Thing.CHANNEL,
    }
)

LIGHT = word_set(
    "do donne drop fais get gib give have haz issue leave let mach mache make need needs place prepare put shoot take tätige "
    "want wants"
)
"""Verbs that say little: the noun after them says what is to be done."""

NOUN_DEEDS: Mapping[str, int] = _table(
    {
        "offer proposal quote quotation suggestion apology compliment": Deed.SEND,
        "note": Deed.CREATE,
        "message mail email note line text reply answer reminder invitation invite ping call heads-up notice dm know"
        " announcement nachricht bescheid": Deed.SEND,
        "payment transfer refund reimbursement donation deposit purchase order überweisung virement transferencia": Deed.PAY,
        "booking reservation table seat ticket room flight ride car van bike cab taxi hotel apartment suite": Deed.PAY
        | Deed.CREATE,
        "appointment event entry copy slot": Deed.CREATE,
        "restart reboot": Deed.EXECUTE | Deed.ADMIN,
        "star rating review": Deed.SEND | Deed.UPDATE,
        "admin administrator owner member moderator editor": Deed.ADMIN,
    }
)

GIVING = word_set("give get drop")
NEWS = word_set(
    "gist summary rundown overview lowdown detail news info information update price address number link url date time "
    "result outcome status thanks thank-you regards congratulation okay ok go-ahead thumbs-up all-clear feedback hint nudge "
    "poke shout buzz word recap digest explanation"
)
"""What somebody is told when it is given to him: "give Ada the gist"."""

POSTING = word_set("put drop stick place paste throw leave")
POSTED_IN = word_set("thread channel chat forum feed")
"""Where people read what is put there …"""
GATHERED_IN = word_set("room group wall board")
"""… and where they may, if it is something to be read: who puts the heating on in a room tells nobody."""
READABLE = NEWS | word_set("it this that them these those point note message text line answer question reminder")

IDLE = frozenset(
    {("pay", "attention"), ("pay", "heed"), ("take", "note"), ("zahlen", "an"), ("zahlen", "von"), ("zahlen", "für")}
    | {("drop", "by"), ("run", "late"), ("run", "out"), ("scratch", "pad"), ("order", "of"), ("share", "of")}
    | {
        ("order", "status"),
        ("post", "office"),
        ("transfer", "status"),
        ("email", "address"),
        ("mail", "address"),
    }
    | {
        (word, record)
        for word in ("book", "call", "email", "mail", "message", "order", "transfer")
        for record in ("history", "hours", "log", "recommendations", "times")
    }
    | {
        (word, of)
        for word in ("comment", "email", "mail", "message", "note", "post", "text")
        for of in ("from", "of", "by")
    }
)
"""Words that ask for nothing before the word after them."""

PHRASES: Mapping[tuple[str, str], int] = {
    ("nudge", "me"): int(Deed.CREATE),
    ("ping", "me"): int(Deed.CREATE),
    ("weg", "mit"): int(Deed.DELETE),
    ("erinner", "mich"): int(Deed.CREATE),
    ("erinnere", "mich"): int(Deed.CREATE),
    ("erinner", "uns"): int(Deed.CREATE),
    ("erinnere", "uns"): int(Deed.CREATE),
    ("follow", "up"): int(Deed.SEND),
    ("reach", "out"): int(Deed.SEND),
    ("get", "back"): int(Deed.SEND),
    ("fill", "in"): int(Deed.UPDATE | Deed.SEND),
    ("fill", "out"): int(Deed.UPDATE | Deed.SEND),
    ("sign", "up"): int(Deed.CREATE),
    ("sign", "me"): int(Deed.CREATE),
    ("check", "in"): int(Deed.UPDATE),
    ("check", "me"): int(Deed.UPDATE),
    ("remind", "me"): int(Deed.CREATE),
    ("remind", "us"): int(Deed.CREATE),
    ("get", "rid"): int(Deed.DELETE),
    ("take", "down"): int(Deed.DELETE),
    ("throw", "out"): int(Deed.DELETE),
    ("kick", "out"): int(Deed.DELETE | Deed.ADMIN),
    ("should", "go"): int(Deed.UPDATE),
    ("should", "be"): int(Deed.UPDATE),
    ("should", "have"): int(Deed.UPDATE),
    ("should", "say"): int(Deed.UPDATE),
    ("be", "able"): int(Deed.ADMIN),
    ("should", "move"): int(Deed.UPDATE),
    ("should", "become"): int(Deed.UPDATE),
    ("go", "live"): int(Deed.SEND),
    ("goes", "live"): int(Deed.SEND),
    ("goes", "online"): int(Deed.SEND),
    ("goes", "out"): int(Deed.SEND),
    ("must", "go"): int(Deed.DELETE | Deed.UPDATE),
    ("may", "go"): int(Deed.UPDATE),
    ("may", "stay"): int(Deed.UPDATE),
    ("should", "disappear"): int(Deed.DELETE | Deed.UPDATE),
    ("check", "out"): int(Deed.PAY | Deed.UPDATE),
    ("free", "up"): int(Deed.UPDATE),
    ("kick", "off"): int(Deed.EXECUTE | Deed.CREATE),
    ("move", "up"): int(Deed.UPDATE),
    ("log", "in"): int(Deed.CREATE),
    ("log", "me"): int(Deed.CREATE),
    ("logging", "in"): int(Deed.CREATE),
    ("sign", "in"): int(Deed.CREATE),
    ("signing", "in"): int(Deed.CREATE),
    ("fire", "up"): int(Deed.UPDATE | Deed.EXECUTE),
    ("start", "up"): int(Deed.UPDATE | Deed.EXECUTE),
}
"""Verbs that mean something else together with the word after them."""

ACTS: Mapping[str, int] = _table(
    {
        "cancellation cancelation deletion removal erasure stornierung annulation": Deed.DELETE,
        "creation registration enrollment enrolment": Deed.CREATE,
        "submission": Deed.CREATE | Deed.SEND,
        "modification adjustment correction amendment renaming": Deed.UPDATE,
        "acquisition purchase": Deed.PAY,
        "locking securing": Deed.UPDATE,
    }
)
"""Nouns that are deeds themselves: who wants help with a cancellation wants something cancelled."""

ACTS_OF_TRADE: Mapping[str, int] = _table(
    {
        "transaction trade order payment transfer donation refund investment withdrawal deposit": Deed.PAY,
        "booking reservation flight ticket seat room hotel trip journey ride insurance": Deed.PAY | Deed.CREATE,
    }
)
"""Nouns that are deeds after a verb of doing, and things after any other: who sees to an order has it already."""

DOING = word_set(
    "arrange complete conduct effect execute facilitate finalise finalize initiate make organise organize perform "
    "place proceed process procure reserve schedule secure undertake"
)
SEEING_TO = DOING | {
    *(
        "help",
        "assist",
        "handle",
        "manage",
        "request",
        "require",
        "need",
        "needs",
        "want",
        "wants",
        "go",
        "start",
        "begin",
    ),
    *("carry", "do", "get", "have"),
}
"""Verbs before nouns that are deeds."""


LET_DEEDS: Mapping[str, int] = _table(
    {"read see view access edit use join open look zugriff zugang accès acceso": Deed.SEND | Deed.ADMIN}
)
"""What people are let do: "let her read the minutes" shares them."""


SITES = word_set("blog homepage internet portal portals site web website")
"""What is put on these is published."""

PARTICLES: Mapping[tuple[str, str], int] = {
    **{("put", site): int(Deed.SEND) for site in SITES},
    **{("keep", how): int(Deed.SEND) for how in ("informed", "loop", "posted", "updated")},
    **{("clear", due): int(Deed.PAY) for due in ("balance", "bill", "debt", "invoice")},
    **{("take", where): int(Deed.DELETE) for where in ("away", "down", "off", "out")},
    **{("throw", where): int(Deed.DELETE) for where in ("away", "out")},
    ("call", "off"): int(Deed.DELETE),
    ("hand", "in"): int(Deed.SEND),
    ("put", "through"): int(Deed.SEND),
    ("pass", "on"): int(Deed.SEND),
    ("shut", "down"): int(Deed.ADMIN | Deed.EXECUTE),
    ("tear", "down"): int(Deed.DELETE),
    ("roll", "back"): int(Deed.UPDATE | Deed.EXECUTE),
    ("roll", "out"): int(Deed.EXECUTE | Deed.UPDATE | Deed.ADMIN),
    ("let", "in"): int(Deed.ADMIN | Family.SWITCH),
    ("shut", "up"): int(Deed.UPDATE),
    **{
        (verb, stage): int(Deed.EXECUTE)
        for verb in ("put", "ship", "push", "bring", "move", "release", "roll")
        for stage in ("staging", "production", "prod", "canary")
    },
    **{
        ("withdraw", applied): int(Deed.DELETE)
        for applied in ("order", "orders", "request", "application", "offer", "bid", "complaint")
    },
    ("spin", "up"): int(Deed.CREATE | Deed.EXECUTE),
    ("spin", "down"): int(Deed.DELETE | Deed.ADMIN),
    ("back", "up"): int(Deed.CREATE),
    ("bring", "up"): int(Deed.EXECUTE | Deed.UPDATE),
    ("bring", "back"): int(Deed.EXECUTE | Deed.UPDATE),
    ("fail", "over"): int(Deed.ADMIN),
    ("lock", "out"): int(Deed.ADMIN),
    ("sign", "off"): int(Deed.UPDATE | Deed.ADMIN),
    ("write", "off"): int(Deed.UPDATE),
    ("top", "up"): int(Deed.PAY | Deed.UPDATE),
    ("bring", "life"): int(Deed.UPDATE | Deed.EXECUTE),
    ("pay", "out"): int(Deed.PAY),
    ("hand", "over"): int(Deed.SEND | Deed.UPDATE),
    ("take", "over"): int(Deed.ADMIN),
    ("take", "offline"): int(Deed.UPDATE | Deed.DELETE | Deed.ADMIN),
    ("give", "back"): int(Deed.PAY | Deed.UPDATE | Deed.SEND),
    ("give", "notice"): int(Deed.DELETE | Deed.SEND),
    ("cover", "bill"): int(Deed.PAY),
    ("pass", "to"): int(Deed.SEND | Deed.UPDATE),
    ("give", "to"): int(Deed.SEND | Deed.UPDATE),
    ("hand", "to"): int(Deed.SEND | Deed.UPDATE),
    ("leave", "to"): int(Deed.SEND | Deed.UPDATE),
    ("put", "online"): int(Deed.SEND),
    ("put", "live"): int(Deed.SEND),
    ("put", "air"): int(Deed.SEND),
    ("get", "out"): int(Deed.SEND),
    ("send", "back"): int(Deed.SEND),
    ("bring", "together"): int(Deed.UPDATE),
    ("make", "public"): int(Deed.SEND | Deed.ADMIN),
    ("make", "visible"): int(Deed.UPDATE),
    ("make", "known"): int(Deed.SEND),
    ("loop", "in"): int(Deed.SEND),
    ("fill", "in"): int(Deed.UPDATE | Deed.SEND),
    ("put", "picture"): int(Deed.SEND),
    ("shoot", "over"): int(Deed.SEND),
    ("shoot", "to"): int(Deed.SEND),
    ("give", "heads"): int(Deed.SEND),
    ("file", "away"): int(Deed.UPDATE | Family.ARCHIVE),
    ("push", "back"): int(Deed.UPDATE),
    ("push", "by"): int(Deed.UPDATE),
    ("put", "off"): int(Deed.UPDATE),
    ("pencil", "in"): int(Deed.CREATE),
    ("kill", "light"): int(Deed.UPDATE | Family.SWITCH),
    ("kill", "lights"): int(Deed.UPDATE | Family.SWITCH),
    ("trag", "ein"): int(Deed.CREATE | Deed.UPDATE),
    ("trage", "ein"): int(Deed.CREATE | Deed.UPDATE),
    ("du", "zukommen"): int(Deed.SEND),
    ("lass", "zukommen"): int(Deed.SEND),
    ("ruf", "an"): int(Deed.SEND),
    ("sag", "ab"): int(Deed.DELETE),
    ("sage", "ab"): int(Deed.DELETE),
    ("wirf", "weg"): int(Deed.DELETE),
    ("schmeiss", "weg"): int(Deed.DELETE),
    ("leg", "an"): int(Deed.CREATE),
    ("leg", "auf"): int(Deed.UPDATE),
    ("heat", "up"): int(Deed.UPDATE),
    ("warm", "up"): int(Deed.UPDATE),
    ("cool", "down"): int(Deed.UPDATE),
    ("make", "disappear"): int(Deed.DELETE),
    ("get", "touch"): int(Deed.SEND),
    ("touch", "base"): int(Deed.SEND),
    ("sound", "out"): int(Deed.SEND),
    ("square", "up"): int(Deed.PAY),
    ("chip", "in"): int(Deed.PAY),
    ("keep", "copy"): int(Deed.CREATE),
    ("type", "up"): int(Deed.CREATE),
    ("whip", "up"): int(Deed.CREATE),
    ("draw", "up"): int(Deed.CREATE),
    ("squeeze", "in"): int(Deed.CREATE),
    ("fit", "in"): int(Deed.CREATE),
    ("bring", "forward"): int(Deed.UPDATE),
    ("wrap", "up"): int(Deed.UPDATE | Family.FINISH),
    ("fire", "off"): int(Deed.EXECUTE | Deed.SEND),
    ("give", "go"): int(Deed.EXECUTE),
    ("set", "alarm"): int(Deed.CREATE),
    **{
        (verb, way): int(Deed.UPDATE | Family.SWITCH)
        for verb in ("mach", "mache", "dreh", "drehe", "schalt", "schalte", "stell", "stelle")
        for way in ("an", "aus", "ein", "zu", "auf", "ab")
    },
}
"""Verbs whose particle stands some words later: "take the post down"."""

PARTICLE_VERBS = frozenset(verb for verb, _ in PARTICLES)
SPLIT_OFF = word_set("ab an aus ein weg zu")
"""Particles that German puts last: elsewhere they are prepositions, "ab Montag"."""

TURNS: Mapping[str, tuple[str, ...]] = {
    "air": (" on",),
    "go": (" a", " another"),
    "life": (" to",),
    "loop": (" in the",),
    "picture": (" in the",),
    "touch": (" in",),
}
"""Nouns of PARTICLES that mean it only behind one of these: "put Ada in the picture", but "put a picture there"."""


PAID_OUT = word_set("allocate envoie envía give inject schicke send sende transmit wire")
PAYING = word_set(
    "compensate donate pay refund reimburse remit repay tip transfer wire bezahle erstatte paga paie reembolsa rembourse"
    " transfiere überweise verse zahle"
)
"""Verbs of paying before whom or what they pay; who buys or books names something else there."""
HANDING = word_set("give gib send schicke sende envoie envía")
"""Verbs that pay where what is handed over is money."""
MONEY_SENT = word_set(
    "amount argent capital cash chf debt deposit difference dinero dollar dollars eur euro euros fee fees fund funds "
    "gbp geld loan money payment refund rent salary tax tip usd"
)
"""Words of money itself, not of its papers: who sends an invoice pays nothing."""

TRANSFERS = word_set("paiement pago transferencia virement zahlung überweisung")
"""What a request for a payment begins with when it has no verb: "Überweisung an Meier 900 Euro"."""


OFTEN_NOUNS = word_set(
    "answer award backup bill bin block book branch bump call cap change charge chart chase clean clear comment "
    "commit contact copy correct credit cut deposit double draft drop email empty end export file fit follow fork "
    "free give hand hire hold import invite label launch lift like limit link lock log lower mail match message new "
    "note offer open order pair park pass pick plan play plot post pull purchase queue rate record reduce release "
    "reply report request return review reward ring route say schedule set share sign sketch snapshot split star "
    "start stick stop store strike swap tag test text tick tip top train transfer trigger trim turn update wish"
)
NOUNS_FIRST = word_set("antwort copie demande frage kauf msg sage scratch speicher sperre stelle teil zahl")
"""Words that are nouns before they are verbs: at the beginning of what outsiders wrote, none is an order."""

OFTEN_NOUNS |= NOUNS_FIRST
OFTEN_NOUNS |= {word for word in ALSO_NOUNS if word in _OF_NAMES and word not in _ASKED}
"""Words that are as often no verb: they ask for something only where a clause begins, or after a word that bids."""


DEEDS_ON_OTHERS = word_set("archive backup document file lock log record report store")
"""Verbs that are things as well, but name none where they ask for a deed: "archive everything", "file a bug"."""


DONE: Mapping[str, str] = {
    "sent": "send",
    "paid": "pay",
    "put": "put",
    "set": "set",
    "written": "write",
    "bought": "buy",
    "given": "give",
    "made": "make",
    "shut": "shut",
    "withdrawn": "withdraw",
    "forgiven": "forgive",
}
"""What is done by verbs whose participle does not end as others do, and the verb."""
