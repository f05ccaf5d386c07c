"""Words by which people ask for kinds of actions.

General vocabulary of office, finance, travel, chat and operations work in English, with the plainest words of German,
French and Spanish. It is written for no tool: names of tools are read with the same words. A missing word makes an action
"not asked", which asks people; a word too many only leaves the judgement to the other facts.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntFlag

from pdp.suggest.lexicon_verbs import ALSO_NOUNS, STRICT
from pdp.suggest.words import bits_by_word, word_set
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


BY_VERB: Mapping[Verb, Deed] = {
    Verb.CREATE: Deed.CREATE,
    Verb.UPDATE: Deed.UPDATE,
    Verb.SEND: Deed.SEND,
    Verb.PAY: Deed.PAY,
    Verb.EXECUTE: Deed.EXECUTE,
    Verb.ADMIN: Deed.ADMIN,
    Verb.DELETE: Deed.DELETE,
}

_ASKED: Mapping[str, int] = bits_by_word(
    {
        "create make add new write draft compose generate prepare open start register plan schedule set setup put insert"
        " build produce upload copy duplicate import save store record log enter note file compile": Deed.CREATE,
        "update change adjust modify edit set reset rename move append add include put insert replace correct fix amend"
        " revise complete mark flag tag assign reassign reschedule postpone shift extend shorten renew switch convert"
        " sort organize organise clean rewrite translate apply adapt align synchronise synchronize sync link attach"
        " merge close reopen resolve archive delay increase raise lower reduce upgrade downgrade  pin"
        " unpin mute fill confirm accept decline approve reject enable disable turn toggle dim sign solve label categorize"
        " categorise prioritize prioritise rate star like hide unhide follow squash rebase review swap rotate lock unlock"
        " escalate decide dismiss acknowledge snooze pause resume play silence hush land": Deed.UPDATE,
        "send email mail message text forward reply respond answer share post publish invite notify inform tell ask"
        " remind ping contact write dm submit deliver announce broadcast tweet call fax alert introduce thank greet welcome"
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
        "acknowledge fwd msg cross-post crosspost": Deed.SEND,
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
        "unshare uninvite disinvite unblock unban demote entziehe entzieh widerrufe widerruf révoque revoca": Deed.ADMIN,
        "implement refactor debug repair behebe beheb implementiere implementier repariere reparier": Deed.CREATE
        | Deed.UPDATE,
        "poste posten veröffentliche veröffentlichen": Deed.SEND,
        "genehmige genehmigen bewillige bewilligen akzeptiere akzeptieren bestätige bestätigen veto archiviere"
        " archivieren": Deed.UPDATE,
        "aktiviere aktivieren deaktiviere deaktivieren blockiere blockieren entsperre entsperren verriegle verriegeln"
        " entriegle entriegeln sperren erhöhe erhöhen senke senken verringere verringern reduziere reduzieren"
        " decrease": Deed.UPDATE | Deed.ADMIN,
        "sperr sperre befördere befördern degradiere degradieren strip relieve onboard offboard": Deed.ADMIN,
        "stoppe stoppen beende beenden": Deed.EXECUTE | Deed.ADMIN,
        "lint curl commit": Deed.EXECUTE,
        # German, French, Spanish; look-alike letters and "ß" are written as folding leaves them.
        "schreib schreibs schreibe schreiben écris écrire escribe escribir": Deed.CREATE | Deed.UPDATE | Deed.SEND,
        "speicher speichere speichern enregistre enregistrer guarda guardar notier notiere anota apunta"
        " sauvegarde": Deed.CREATE | Deed.UPDATE,
        "erstell mach mache kopier kopiere beantrage organisier organisiere vereinbare"
        " vereinbar copie copia planifie abre": Deed.CREATE,
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
    {("forget", "about"), ("forget", "it"), ("forget", "that"), ("forget", "to")}
    | {("pay", "attention"), ("pay", "heed"), ("take", "note"), ("zahlen", "an"), ("zahlen", "von"), ("zahlen", "für")}
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
    ("budget", "me"): int(Deed.UPDATE | Deed.ADMIN),
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
    ("take", "down"): int(Deed.DELETE | Deed.UPDATE),
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

PARTS = word_set(
    "bullet bullets character characters footer footnote heading headline import imports line lines paragraph"
    " paragraphs passage section sections sentence sentences title todo todos typo typos whitespace word words"
    " absatz abschnitt satz tippfehler wort wörter zeile zeilen faute ligne mot paragraphe phrase"
    " frase línea palabra párrafo"
)
"""Parts of a text: who deletes one changes the text, and deletes no file."""

LET_DEEDS: Mapping[str, int] = bits_by_word(
    {
        "read see view access edit use join open look zugriff zugang leserechte schreibrechte rechte accès acceso": Deed.SEND
        | Deed.ADMIN
    }
)
"""What people are let do: "let her read the minutes" shares them."""


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


TOLD_BY_NUMBER = word_set(
    "act agreement appendix article batch booking building case chapter claim clause contract customer episode estimate exhibit"
    " flat floor house id incident job line lot no nr number part pnr po policy project purchase question quote ref reference"
    " request return rma room section seller shipment sku step store tracking unit version visit year"
    " angebot auftrag beleg fall konto kunde mahnung nummer paket posten projekt rate retoure seite sendung vertrag vorgang zeile"
    " cas colis commande contrat devis dossier num\u00e9ro caso contrato n\u00famero pedido presupuesto"
)
"""Nouns whose things are told apart by number, besides those that are known: "refund case 4711" refunds no sum of 4711."""
TOLD_BY_NUMBER_ENDINGS = (
    "auftrag",
    "bestellung",
    "buchung",
    "kauf",
    "nummer",
    "rechnung",
    "sendung",
    "vertrag",
    "zahlung",
)
"""What such nouns of German end with, whose last part says what they are: "Kundennummer", "Nachbestellung"."""


OFTEN_NOUNS = word_set(
    "answer award backup bill bin block book branch bump call cap change charge chart chase clean clear comment "
    "commit contact copy correct credit cut decrease deposit double draft drop email empty end export file fit follow fork "
    "free give hand hire hold import invite label land launch lift like limit link lock log lower mail match message new "
    "note offer open order pair park pass pick plan play plot post pull purchase queue rate record reduce release "
    "reply report request return review reward ring route say schedule set share sign silence sketch snapshot split star "
    "start stick stop store strike strip swap tag test text tick tip top train transfer trigger trim turn update veto wish"
)
NOUNS_FIRST = word_set("antwort copie demande frage kauf msg sage scratch senke speicher sperre stelle teil zahl")
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
    "abgeschlossen": "schliess",
    "aktiviert": "aktiviere",
    "bezahlt": "bezahle",
    "deaktiviert": "deaktiviere",
    "entfernt": "entferne",
    "gebucht": "buche",
    "gelöscht": "lösche",
    "geschlossen": "schliess",
    "gesperrt": "sperr",
    "storniert": "storniere",
    "verriegelt": "verriegle",
    "verschickt": "schicke",
    "überwiesen": "überweise",
}
"""What is done by verbs whose participle does not end as others do, and the verb."""

SEND_VERBS = frozenset(word for word, deeds in DEEDS.items() if deeds & Deed.SEND)
