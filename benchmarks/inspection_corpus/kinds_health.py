"""Health data of patients who do not exist."""

from __future__ import annotations

from random import Random

from benchmarks.inspection_corpus.checksums import draw, luhn, weighted
from benchmarks.inspection_corpus.model import Kind

CLASS = "phi"
_MBI = "ACDEFGHJKMNPQRTUVWXY"
_CODES = (
    "E11.9",
    "I10",
    "J45.909",
    "F32.1",
    "M54.5",
    "K21.0",
    "N18.3",
    "C50.911",
    "G43.909",
    "Z79.4",
    "S72.001A",
    "B20",
    "O80",
)
_STORIES = (
    "She was diagnosed with type 2 diabetes in spring.",
    "History of myocardial infarction and hypertension.",
    "The patient suffers from severe migraine.",
    "Diagnosis: major depressive disorder, recurrent",
    "Er leidet an Asthma bronchiale.",
    "Diagnose: chronische Niereninsuffizienz",
    "Elle souffre de diabète depuis 2019.",
    "Le fue diagnosticado; padece de hipertensión arterial.",
    "Diagnosi: fibrillazione atriale cronica",
    "Tested positive for hepatitis C.",
    "Allergic to penicillin and latex.",
    "Chief complaint: chest pain since Monday",
    "undergoing chemotherapy for breast cancer",
)
_STORIES_HELD_OUT = (
    "Mum was diagnosed with Parkinson's disease last week.",
    "Assessment: acute bronchitis",
    "treated for bipolar disorder since 2018",
    "Diagnóstico: artritis reumatoide",
    "leidet unter Depressionen",
)
_DRUGS = (
    "metformin",
    "lisinopril",
    "atorvastatin",
    "Ramipril",
    "sertraline",
    "amoxicillin",
    "levothyroxine",
    "omeprazole",
)
_DRUGS_HELD_OUT = ("warfarin", "bisoprolol", "citalopram", "Pantoprazol", "losartan")
_DOSES = (
    "prescribed {mg} mg {drug}",
    "takes {drug} {mg} mg twice a day",
    "{drug} {mg}mg",
    "Rx: {drug} {mg} mg",
    "nimmt {drug} {mg} mg",
)
_VITALS = (
    "blood pressure {a}/{b} mmHg",
    "BP {a}/{b}",
    "HbA1c: {c} %",
    "LDL {a} mg/dL",
    "heart rate {b} bpm",
    "Blutdruck {a}/{b}",
)


def _nhs(random: Random) -> str:
    while True:
        body = f"9{draw(random, 8)}"
        check = 11 - weighted(body, range(10, 1, -1)) % 11
        if check != 10:
            number = f"{body}{check % 11}"
            return f"{number[:3]} {number[3:6]} {number[6:]}"


def _mbi(random: Random) -> str:
    return (
        f"{random.randint(1, 9)}{draw(random, 1, _MBI)}{draw(random, 1, _MBI)}{draw(random, 1)}-{draw(random, 1, _MBI)}"
        f"{draw(random, 1)}{draw(random, 1)}-{draw(random, 2, _MBI)}{draw(random, 2)}"
    )


def _npi(random: Random) -> str:
    return luhn(f"808401{draw(random, 8)}")[5:]


def _mrn(random: Random) -> str:
    return random.choice(
        (draw(random, 8, "123456789"), f"MRN{draw(random, 7)}", f"{draw(random, 3)}-{draw(random, 4)}")
    )


def story(random: Random) -> str:
    """A sentence about somebody's health."""
    which = random.random()
    if which < 0.5:
        return random.choice(_STORIES)
    if which < 0.8:
        return random.choice(_DOSES).format(drug=random.choice(_DRUGS), mg=random.choice((5, 10, 20, 40, 500)))
    return random.choice(_VITALS).format(a=random.randint(100, 190), b=random.randint(55, 99), c=random.randint(5, 11))


def story_held_out(random: Random) -> str:
    """A sentence about somebody's health, in words that no rule was tuned to."""
    if random.random() < 0.5:
        return random.choice(_STORIES_HELD_OUT)
    return random.choice(_DOSES).format(drug=random.choice(_DRUGS_HELD_OUT), mg=random.choice((2.5, 50, 100)))


KINDS = (
    Kind(name="nhs", data_class=CLASS, make=_nhs, labels=("NHS number", "NHS no"), weight=2),
    Kind(
        name="mbi",
        data_class=CLASS,
        make=_mbi,
        labels=("MBI", "Medicare beneficiary"),
        may=frozenset({"government_id"}),
    ),
    Kind(name="npi", data_class=CLASS, make=_npi, labels=("NPI",), plain=False),
    Kind(
        name="mrn",
        data_class=CLASS,
        make=_mrn,
        labels=("MRN", "medical record number", "patient ID", "Patientennummer", "número de historia"),
        plain=False,
        weight=2,
    ),
    Kind(
        name="icd10",
        data_class=CLASS,
        make=lambda random: random.choice(_CODES),
        labels=("ICD-10", "diagnosis code", "Diagnose", "icd10 code", "diagnosis"),
        plain=False,
        weight=2,
    ),
    Kind(name="story", data_class=CLASS, make=story, labels=(), weight=3),
)

FIELDS = (
    (
        ("diagnosis", "primaryDiagnosis", "Diagnose", "diagnostico"),
        lambda r: r.choice(("asthma", "E11.9", "Migräne", "gout")),
    ),
    (
        ("medication", "currentMedications", "prescribed-drug", "Medikament"),
        lambda r: r.choice(_DRUGS + _DRUGS_HELD_OUT),
    ),
    (("blood_type", "bloodGroup", "Blutgruppe"), lambda r: r.choice(("AB-", "O positive", "A+", "B neg"))),
    (("allergies", "knownAllergies", "Allergien"), lambda r: r.choice(("peanuts", "penicillin", "Pollen"))),
)
