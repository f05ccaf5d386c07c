"""Checks of health data: numbers of patients, insured persons and prescribers, and codes of diagnoses.

Sources: NHS data dictionary (mod 11), CMS rules of the Medicare Beneficiary Identifier, NPI (Luhn over 80840), DEA number,
the German KVNR (section 290 SGB V), ICD-10.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

from pdp.inspection.validators_payment import digits_of, is_luhn

_MBI_LETTERS = "ACDEFGHJKMNPQRTUVWXY"
_MBI = re.compile(
    rf"[1-9][{_MBI_LETTERS}][0-9{_MBI_LETTERS}]\d-?[{_MBI_LETTERS}][0-9{_MBI_LETTERS}]\d-?[{_MBI_LETTERS}]{{2}}\d{{2}}"
)
_ICD10 = re.compile(r"[A-TV-Z]\d[0-9AB](?:\.[0-9A-Z]{1,4})?")
_DEA = re.compile(r"[ABCDEFGHJKLMPRSTUX][A-Z9]\d{7}")


_MEDICAL = re.compile(
    r"itis\b|osis\b|emia\b|aemia\b|oma\b|omas\b|pathy\b|algia\b|ectomy\b|plegia\b|uria\b|phrenia\b|amie\b|ose\b|ie severe"
    r"|diabet|hypert|hipert|ipert|hypot|depress|asthma|asma\b|cancer|krebs|canc|tumou?r|carcino|leuk|lymph|disorder|disease|syndrom"
    r"|infect|infarct|angina|cardi|stroke|schlaganfall|epilep|migra|migre|arthr|anxiety|bipolar|schizo|autis|adhd|hiv|aids"
    r"|covid|influenza|hepat|pneumon|bronch|copd|fibro|scleros|parkinson|alzheimer|demen[tz]|allerg|anemi|anaem|thyro"
    r"|insomnia|obes|pregnan|fibrill|schwanger|embaraz|enceinte|fracture|hernia|ulcer|kidney|renal|hepatic|pulmon|chemotherap"
    r"|dialys|surgery|insuffic|failure of the|heart failure|herz|niere|lunge|gluten|penicillin|peanut|latex|sulfa|ibuprofen"
    r"|aspirin|ptsd|psycho|panic|addict|alcohol|opioid|chronic|acute|chronisch|akut|cronic|aigu|sepsis|seizure|vertigo"
    r"|anorex|bulimi|eczema|ekzem|psoria|malaria|tubercul|herpes|syphilis|gonorr|chlamyd|crohn|colitis|gastr|reflux|gout"
    r"|glaucom|cataract|lupus|concussion|trauma|pain\b|schmerz|douleur|dolor\b|fever|fieber|insulin|rheuma|thromb|embol",
    re.IGNORECASE,
)


def is_medical(text: str) -> bool:
    """True when `text` names a disease, organ, drug or treatment, by the stems that medical words share."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return _MEDICAL.search(plain) is not None


def is_nhs(text: str) -> bool:
    """True for an NHS number: ten digits, weights 10 to 2, mod 11."""
    digits = digits_of(text)
    if len(digits) != 10 or len(set(digits)) == 1:
        return False
    check = 11 - sum(d * w for d, w in zip(digits[:9], range(10, 1, -1), strict=True)) % 11
    return check % 11 == digits[9] and check != 10


def is_mbi(text: str) -> bool:
    """True for a US Medicare Beneficiary Identifier: eleven places, letters without B, I, L, O, S and Z."""
    return _MBI.fullmatch(text.upper()) is not None


def is_npi(text: str) -> bool:
    """True for a US National Provider Identifier of ten digits."""
    digits = digits_of(text)
    return len(digits) == 10 and digits[0] in (1, 2) and is_luhn([8, 0, 8, 4, 0, *digits])


def is_dea(text: str) -> bool:
    """True for a DEA number: two letters, seven digits, the last one being odd places plus twice the even ones."""
    number = text.upper()
    if _DEA.fullmatch(number) is None:
        return False
    d = digits_of(number[2:])
    return (d[0] + d[2] + d[4] + 2 * (d[1] + d[3] + d[5])) % 10 == d[6]


def is_kvnr(text: str) -> bool:
    """True for a German health insurance number: a letter and nine digits, the letter counted as two digits."""
    number = text.upper()
    if re.fullmatch(r"[A-Z]\d{9}", number) is None:
        return False
    digits = digits_of(f"{ord(number[0]) - 64:02d}{number[1:9]}")
    total = sum(d if w == 1 else d * 2 // 10 + d * 2 % 10 for d, w in zip(digits, (1, 2) * 5, strict=True))
    return total % 10 == int(number[9])


def is_icd10(text: str) -> bool:
    """True for an ICD-10 code: a letter but U, two places, perhaps a point and one to four more."""
    return _ICD10.fullmatch(text.upper()) is not None


HEALTH_VALIDATORS: Mapping[str, Callable[[str], bool]] = {
    "dea": is_dea,
    "icd10": is_icd10,
    "kvnr": is_kvnr,
    "mbi": is_mbi,
    "medical": is_medical,
    "nhs": is_nhs,
    "npi": is_npi,
}
