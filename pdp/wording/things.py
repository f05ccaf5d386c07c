"""Things that people ask for deeds on, by the nouns that stand for them.

General vocabulary of office, finance, travel, chat and operations work in English, with the plainest words of German, French and
Spanish. A noun may stand for several kinds.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntFlag

from pdp.suggest.words import bits_by_word


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
    REPEATED = 8388608
    LATER = 16777216
    IN_FILES = 33554432


THINGS: Mapping[str, int] = bits_by_word(
    {
        "password passcode passphrase credential login secret token key 2fa mfa otp passwort kennwort"
        " contraseña": Thing.CREDENTIAL,
        "whoever": Thing.PERSON | Thing.PROFILE,
        "account profile user info information detail address name street city phone preference setting"
        " data konto profil compte profil cuenta perfil": Thing.PROFILE,
        "member": Thing.PERSON | Thing.CHANNEL,
        "leserechte schreibrechte rechte recht berechtigung zugriff": Thing.RIGHT,
        "permission right role access privilege member membership owner admin administrator group team policy"
        " configuration config setting collaborator webhook visibility": Thing.RIGHT,
        "payment transaction transfer money bill invoice rent refund amount price subscription order fee salary iban bank"
        " balance debt deposit difference cost expense tip charge loan euro eur dollar usd gbp chf tax vat"
        " budget fund cash purchase receipt wage standing rechnung zahlung miete betrag facture paiement loyer factura"
        " pago alquiler": Thing.MONEY,
        "email mail message note reply dm chat inbox letter sms post comment thread newsletter announcement feedback"
        " draft nachricht message mensaje correo courriel greeting summary spam junk entwurf": Thing.MESSAGE,
        "event appointment meeting calendar invite invitation lunch dinner breakfast call checkup check schedule"
        " session standup sync retro review kickoff demo class party visit reminder conference interview workshop agenda"
        " slot trip termin besprechung réunion reunión cita": Thing.EVENT,
        "file document doc notebook notepad folder drive sheet spreadsheet report list pdf docx xlsx txt csv image photo"
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
        "cert certificate dns domain ssl subdomain tls"
        " repo repository branch issue pr commit code script server instance service cluster container pipeline job"
        " skript sh py js changelog readme endpoint parser traceback bug refactor debug"
        " function deployment environment database table command program workflow build release tag collaborator"
        " webhook": Thing.CODE,
        "test": Thing.CODE | Thing.EVENT | Thing.HEALTH | Thing.RECORD,
        "record row entry item product task todo ticket issue bug lead case deal contract database ledger": Thing.RECORD,
        "channel workspace slack room group space forum club community": Thing.CHANNEL,
    }
)


_WHEN: Mapping[str, int] = bits_by_word(
    {
        "always annual annually autopay automatically biweekly daily each every fortnightly monthly ongoing per quarterly"
        " recurring regular regularly renew repeat repeating schedule scheduled standing subscribe subscription weekly yearly"
        " abo abonniere dauerauftrag jeden jede jedes jährlich monatlich regelmässig vierteljährlich wöchentlich"
        " abonnement abonne chaque mensuel mensuellement régulièrement cada mensual mensualmente suscribe": Thing.REPEATED,
        "due future later monday tuesday wednesday thursday friday saturday sunday next tomorrow plan 1st"
        " montag dienstag mittwoch donnerstag freitag samstag sonntag morgen nächste nächsten terminiere"
        " demain lundi mardi mercredi jeudi vendredi mañana lunes martes miércoles jueves viernes": Thing.LATER,
    }
)
"""Words that say how often something is to be done, and that it is not to be done now."""

_ENDINGS = frozenset({"js", "py", "sh"})
"""Who names one file of code means that one; of an issue nobody says in which files it is mended."""


def singular(word: str) -> str:
    """Returns a word without the ending of a plural."""
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        return word[:-1]
    return word


def things_of(word: str) -> int:
    """Returns the bits of Thing that a folded noun stands for, in the singular or the plural; 0 for none that is known."""
    return THINGS.get(singular(word), 0)


def things_in(word: str) -> int:
    """Returns what a folded word stands for, or parts of it that hyphens join: "guest-house-bill"; when it is to be,
    and whether it is work on files that nobody names."""
    things = things_of(word) | _WHEN.get(word, 0)
    if things & Thing.CODE and word not in _ENDINGS:
        things |= Thing.IN_FILES
    for part in word.split("-") if "-" in word else ():
        things |= things_of(part)
    return things
