"""Data of persons who do not exist: names put together at random, reserved domains, fictional and test numbers."""

from __future__ import annotations

from random import Random

from benchmarks.inspection_corpus.checksums import draw
from benchmarks.inspection_corpus.dates import day_of_birth
from benchmarks.inspection_corpus.model import Kind

CLASS = "pii"
_GIVEN = (
    "Margaret Oliver Sanne Giulia Pablo Heike Thierry Priya Kenji Fatima Agnieszka Lars Chloe Dmitri Ines Walter Beatriz"
    " Emre Noor Gareth Siobhan Wanda Ottilie Rasmus Yara Kofi Adaeze Thandiwe Tomás Zdenka Eleni Marit"
)
_FAMILIES = (
    "Harper",
    "Lindqvist",
    "Okafor",
    "Moretti",
    "Fernández",
    "Weber",
    "Dubois",
    "Kowalski",
    "Tanaka",
    "Haddad",
    "Novák",
    "Jansen",
    "Silva",
    "Petrov",
    "Murphy",
    "O'Sullivan",
    "van Dijk",
    "Müller-Brandt",
    "de la Cruz",
    "MacGregor",
    "Castellanos",
)
_DOMAINS = ("example.com", "example.org", "mail.example.net", "example.co.uk", "beispiel.example", "corp.example.io")
_PHONES = (
    "+1 202 555 01{nn}",
    "+1-415-555-01{nn}",
    "+44 7700 9000{nn}",
    "+44 20 7946 0{nnn}",
    "+49 30 23125 {nnn}",
    "+49 1512 3456{nnn}",
    "+33 1 99 00 {nn} {nn}",
    "+33 6 39 98 {nn} {nn}",
    "+34 612 345 {nnn}",
    "+39 312 345 6{nnn}",
    "+31 6 1234 5{nnn}",
    "+61 491 570 {nnn}",
    "+91 98765 43{nnn}",
    "+81 90 1234 5{nnn}",
    "+48 601 234 {nnn}",
    "(202) 555-01{nn}",
    "415-555-01{nn}",
    "00 49 30 23125 {nnn}",
)
_LOCAL_PHONES = (
    "030 23125{nnn}",
    "0171 1234{nnn}",
    "07700 9000{nn}",
    "91234 5{nnn}0",
    "612 34 5{nnn}",
    "0{nn}-4512{nnn}",
)
_STREETS = (
    "{n} Maple Street",
    "{n} North Oak Avenue",
    "{n}B Kingsway Road",
    "Lindenstraße {n}",
    "Am Alten Markt {n}",
    "Goethestr. {n}",
    "{n} rue Victor Hugo",
    "{n} avenue de la République",
    "Calle Alcalá {n}",
    "Avenida de América {n}",
    "Via Garibaldi {n}",
    "Keizersgracht {n}",
    "Dorpsstraat {n}",
    "ul. Marszałkowska {n}",
    "P.O. Box {n}9",
)
_TELLING = (
    "My name is {name}.",
    "Patient: {name}",
    "Name: {name}",
    "Ich heiße {name} und wohne hier.",
    "Je m'appelle {name}.",
    "Me llamo {name}.",
    "Mi chiamo {name}.",
    "Dear Mrs {name}, thank you",
    "Sehr geehrter Herr {name}",
    "please ask Dr. {name} about it",
)
_BORN = (
    "born on {day}",
    "DOB: {day}",
    "date of birth {day}",
    "geboren am {day}",
    "né le {day}",
    "fecha de nacimiento: {day}",
)


def full_name(random: Random) -> str:
    """A given name and a family name."""
    return f"{random.choice(_GIVEN.split())} {random.choice(_FAMILIES)}"


def _email(random: Random) -> str:
    joint = random.choice((".", "_", "", "+news."))
    local = f"{random.choice(_GIVEN.split())}{joint}{random.choice('abcdefgh')}{random.randint(1, 99)}"
    return f"{local.lower()}@{random.choice(_DOMAINS)}"


def _fill(random: Random, form: str) -> str:
    while "{n" in form:
        form = form.replace("{nnn}", draw(random, 3), 1).replace("{nn}", draw(random, 2), 1)
        form = form.replace("{n}", str(random.randint(1, 240)), 1)
    return form


def _phone(random: Random) -> str:
    return _fill(random, random.choice(_PHONES))


def _local_phone(random: Random) -> str:
    return _fill(random, random.choice(_LOCAL_PHONES))


def _street(random: Random) -> str:
    return _fill(random, random.choice(_STREETS))


def day(random: Random) -> str:
    """A date of birth as people write it."""
    born = day_of_birth(random)
    return born.strftime(random.choice(("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%B %d, %Y", "%d %B %Y", "%m/%d/%y")))


def _telling(random: Random) -> str:
    return random.choice(_TELLING).format(name=full_name(random))


def _born(random: Random) -> str:
    return random.choice(_BORN).format(day=day(random))


def _address_of_person(random: Random) -> str:
    return f"{random.choice(('198.51.100', '203.0.113'))}.{random.randint(1, 254)}"


def _plate(random: Random) -> str:
    return random.choice(
        (
            f"{draw(random, 1, 'BHKMS')}-{draw(random, 2, 'ABCDEFGH')} {draw(random, 3)}",
            f"{draw(random, 1)}{draw(random, 3, 'ABCDEFGH')}{draw(random, 3)}",
            f"{draw(random, 2, 'ABCDEFGH')}-{draw(random, 3)}-{draw(random, 2, 'ABCDEFGH')}",
        )
    )


KINDS = (
    Kind(name="email", data_class=CLASS, make=_email, labels=("email", "e-mail address"), weight=3),
    Kind(
        name="phone", data_class=CLASS, make=_phone, labels=("phone", "mobile number", "Telefon", "téléphone"), weight=3
    ),
    Kind(
        name="local_phone",
        data_class=CLASS,
        make=_local_phone,
        labels=("phone", "mobile number", "Telefonnummer", "teléfono", "cell"),
        plain=False,
    ),
    Kind(name="street", data_class=CLASS, make=_street, labels=("street", "home address", "Anschrift"), weight=2),
    Kind(name="name_told", data_class=CLASS, make=_telling, labels=(), weight=2),
    Kind(name="birth_told", data_class=CLASS, make=_born, labels=(), weight=2),
    Kind(
        name="ip",
        data_class=CLASS,
        make=_address_of_person,
        labels=("client ip", "IP address", "remote addr"),
        plain=False,
    ),
)

FIELDS = (
    (("first_name", "givenName", "given-name", "Vorname", "prenom", "nombre"), lambda r: r.choice(_GIVEN.split())),
    (("last_name", "surname", "familyName", "Nachname", "apellidos", "cognome"), lambda r: r.choice(_FAMILIES)),
    (("full_name", "customerName", "patient-name", "accountHolder", "contactPerson"), full_name),
    (("date_of_birth", "dateOfBirth", "dob", "birthDate", "Geburtsdatum", "fecha_nacimiento"), day),
    (("license_plate", "vehiclePlate", "Kennzeichen", "number-plate"), _plate),
    (("shippingAddress", "street_address", "address_line1", "home-address", "Anschrift", "direccion"), _street),
)
"""Names of members that tell what their value is, and what makes such values."""
