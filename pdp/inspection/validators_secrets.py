"""Tells a secret from what only looks like one: placeholders, references, words, identifiers, checksums."""

from __future__ import annotations

import base64
import binascii
import math
import re
from itertools import pairwise

import orjson

MIN_RANDOM_BITS = 3.0
"""Least entropy per character of a random text of 16 to 31 characters; prose and names in code stay below."""

MIN_LONG_RANDOM_BITS = 3.5
"""The same from 32 characters on; base64 reaches 4 to 6 there."""

MAX_CHARS = 512
"""Longest beginning of a text that is looked at; the rest of a longer secret is of the same kind."""

_LONGEST_WORD = 12

MIN_RANDOM_PART = 15
"""Least length of the longest part between `/`, `=` and `-` of a random text; paths and parameters have shorter ones."""

MIN_KEY_BITS = 2.2
"""Least entropy per character of a value that a name already calls a key; `aaaa1111` stays below."""

# Those that begin with the text, and those that stand anywhere in it: asked at every place, the former took most of the time.
_PLACEHOLDER = re.compile(
    r"\W*$"
    r"|[<\[{(%$#@]{1,3}[^<>{}\[\]()]*[>\]})%]*$"  # <token>, ${VAR}, {{ var }}, %VAR%, $VAR, [redacted]
    r"|(.)\1{3,}$|(?:[x*.•#?]{3,}|-{3,}|_{3,})"
    r"|(?:my|the|some|any|insert|enter|replace|change|put|use|add|set|type|paste)[\s_-]"
    r"|your"
    r"|(?:none|null|nil|undefined|true|false|yes|no|on|off|empty|string|str|text|secret|password|passwd|passwort|pass|pwd|pw"
    r"|token|key|value|required|optional|default|unknown|n/a|foo|bar|baz|user|username|admin_password|db_password"
    r"|(?:process\.)?env[.(\[].*|os\.(?:environ|getenv).*|getenv.*|config[.(\[].*|settings[.(\[].*|self\..*|this\..*|vault:.*"
    r"|ref\+.*|arn:aws:.*|projects/.*|op://.*|ssm:.*|secretsmanager:.*|request\..*|req\..*|ctx\..*|data\..*|var\..*|local\..*"
    r"|secrets\..*|params\..*|props\..*|input\..*|args\..*|options\..*)$",
    re.IGNORECASE,
)
_WITHIN = (
    r"example|sample|dummy|placeholder|change[\s_-]?me|redacted|masked|obfuscated|removed|todo|fixme|not[\s_-]?(?:set|a[\s_-]real)"
    r"|your[_-]|[_-]here$|[x*•]{5}|\.{3}|…|\b(?:your|ihr|dein|votre|tu|su)[\s_-]"
)
_PLACEHOLDER_WITHIN = re.compile(_WITHIN, re.IGNORECASE)
_LOWER_PLACEHOLDER_WITHIN = re.compile(_WITHIN)  # takes a third as long on lower case
_SEQUENCES = ("0123456789", "1234567890", "abcdefghijklmnop", "qwertyuiop")
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_NAME_IN_CODE = re.compile(r"[A-Za-z_$][A-Za-z_$]*(?:[._-][A-Za-z_$]+)*|[A-Za-z]+[0-9]{0,2}(?:\.[a-z]+)+")
_CALL_IN_CODE = re.compile(r"[a-z_]+(?:\.[a-z_]+)+(?:\(.*)?|[A-Za-z_.]+\(.*|[A-Za-z_][A-Za-z_.]*\[\w*\].*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ].*)?|\d{1,2}[./]\d{1,2}[./]\d{2,4}")
_VERSION = re.compile(r"v?\d{1,4}\.\d{1,4}\.\d{1,4}(?:[-+.][\w.+-]*)?")
_JOINTS = re.compile(r"[_-]")
_PATH_JOINTS = re.compile(r"[/=-]")
_LONG_WORDS = re.compile(r"[A-Za-z][a-z]{3,}")
_UNSPOKEN = re.compile(r"[b-df-hj-np-tv-xz]{4}|[aeiouy]{4}|q[^u]|[jvqx]$")
_NO_VOWELS = str.maketrans("", "", "aeiouy")
_IDENTIFIERS = frozenset(
    (
        "asst", "batch", "build", "call", "ch", "chatcmpl", "chunk", "cus", "evt", "fc", "file", "img", "in", "msg", "pi",
        "pm", "price", "prod", "req", "resp", "run", "rs", "seti", "step", "sub", "task", "thread", "toolu", "txn", "user",
        "vendors", "vs",
    )
)  # fmt: skip
"""First parts of names that services give to objects, at random too, but for everyone to see."""
_SYMBOLS = re.compile(r"[^\w\s]")
_PUBLISHED = re.compile(r"pk_(?:live|test)_")
"""Begins keys that payment and sign-in services give out to stand in web pages, beside a secret `sk_`."""


def is_placeholder(text: str) -> bool:
    """True when `text` stands for a secret without being one: `<token>`, `${VAR}`, `xxxx`, `your-api-key`."""
    if _PLACEHOLDER.match(text) is not None:
        return True
    head = text[:MAX_CHARS]
    if head.isascii():
        return _LOWER_PLACEHOLDER_WITHIN.search(head.lower()) is not None
    return _PLACEHOLDER_WITHIN.search(head) is not None


def is_no_secret(text: str) -> bool:
    """True when `text` stands for a secret, or looks like one and is published on purpose."""
    return is_placeholder(text) or _PUBLISHED.match(text) is not None


def entropy_bits(text: str) -> float:
    """Returns the Shannon entropy of the first 512 characters of `text`, in bits per character."""
    text = text[:MAX_CHARS]
    size, count = len(text), text.count
    return math.log2(size) - sum([_SUMMANDS[count(one)] for one in set(text)]) / size if size else 0.0


_SUMMANDS = (0.0, *(n * math.log2(n) for n in range(1, MAX_CHARS + 1)))
"""By how often a character stands in a text, the bits of that."""


def is_secret(text: str) -> bool:
    """True unless `text` is a placeholder or shorter than four characters: for values that a name already betrays."""
    text = text.strip()
    return len(text) >= 4 and not is_placeholder(text)


def is_assigned(text: str) -> bool:
    """True when `text` may be a key or token that a name announces: it holds digits or mixed letters, and no code.

    A scheme in front (`Bearer`, `Basic`) does not count.
    """
    text = text[:MAX_CHARS].strip().strip("'\"`")
    scheme, _, rest = text.partition(" ")
    text = rest.strip() if scheme.lower() in ("bearer", "basic", "token", "digest", "apikey", "negotiate") else text
    if len(text) < 8 or is_no_secret(text) or (_NAME_IN_CODE.fullmatch(text[:128]) and not _is_mixed(text)):
        return False
    if text.startswith(("http://", "https://", "/")) or _DATE.fullmatch(text):
        return False
    return entropy_bits(text[:256]) >= MIN_KEY_BITS and (any(map(str.isdigit, text)) or _is_mixed(text))


_PATH = re.compile(r"(?:/[A-Za-z0-9_.@-]+){3,}/?")
"""The path of a page or file: `password` in its name announces none."""


def is_password(text: str) -> bool:
    """True when `text` may be a password that a name announces: no placeholder, no plain word of a sentence."""
    text = text[:MAX_CHARS].strip().strip("'\"`").rstrip(".,;:!?)") or text
    if len(text) < 4 or is_placeholder(text) or text.startswith(("http://", "https://")) or _PATH.fullmatch(text):
        return False
    if _CALL_IN_CODE.fullmatch(text):
        return False
    has_digit, has_letter = any(map(str.isdigit, text)), any(map(str.isalpha, text))
    if (has_digit and (has_letter or len(text) >= 6)) or (has_letter and _SYMBOLS.search(text)):
        return True
    return len(text) >= 8 and _turns(text) >= 3


def is_random(text: str) -> bool:
    """True when `text` was drawn at random as secrets are: mixed, no words, no UUID, no placeholder, no checksum."""
    text = text[:MAX_CHARS].strip()
    if len(text) < 16 or _UUID.fullmatch(text) or text.isdigit() or text.isalpha():
        return False
    lowered = text.lower()
    is_hex = _HEX.fullmatch(text) is not None
    if any(run in lowered for run in _SEQUENCES) or (is_hex and len(text) in (32, 40, 56, 64, 96, 128)):
        return False
    if _word_chars(text) * 2 > len(text) or not any(map(str.isdigit, text)):
        return False
    if ("/" in text or "=" in text) and max(map(len, _PATH_JOINTS.split(text))) < MIN_RANDOM_PART:
        return False
    least = MIN_LONG_RANDOM_BITS if len(text) >= 32 and not is_hex else MIN_RANDOM_BITS
    return entropy_bits(text) >= least and not is_no_secret(text)


def _word_chars(text: str) -> int:
    """Returns how many characters of `text` stand in what can be spoken; letters drawn at random mostly cannot."""
    words = [word.lower() for word in _LONG_WORDS.findall(text) if not _UNSPOKEN.search(word.lower())]
    return sum(len(word) for word in words if (len(word) - len(word.translate(_NO_VOWELS))) * 4 >= len(word))


def is_key_like(text: str) -> bool:
    """True when `text`, which a name or a prefix announces, may be a key: digits in it, few words; hex and UUIDs too."""
    text = text[:MAX_CHARS].strip().rstrip(".,")
    if len(text) < 12 or text.isdigit() or not any(map(str.isdigit, text)):
        return False
    if text.startswith(("http://", "https://", "/")) or _DATE.fullmatch(text) or _VERSION.fullmatch(text):
        return False
    if entropy_bits(text[:256]) < MIN_RANDOM_BITS or _word_chars(text) * 2 > len(text):
        return False
    return not is_no_secret(text)


def is_prefixed_key(text: str) -> bool:
    """True for words and a random text behind `_` or `-`, as services issue keys: no hash, no identifier of an object."""
    parts = _JOINTS.split(text)
    if parts[0].lower() in _IDENTIFIERS or any(part.lower() in ("public", "pub", "publishable") for part in parts[:3]):
        return False
    words = next((n for n, part in enumerate(parts) if not _is_word(part)), len(parts))
    if words == 0 and not parts[0].islower():
        return False
    tail = "".join(parts[max(1, words) :])
    kinds = sum(any(map(kind, tail)) for kind in (str.isupper, str.islower, str.isdigit))
    if len(tail) < (28 if kinds == 3 else 32) or _HEX.fullmatch(tail) is not None:
        return False
    return is_random(tail) and not is_placeholder(text)


def _is_word(part: str) -> bool:
    return len(part) <= _LONGEST_WORD and part.isalpha() and (part.islower() or part.isupper() or part.istitle())


def is_jwt(text: str) -> bool:
    """True when `text` is a compact JWS or JWE (RFC 7515 7.1, RFC 7516 7.1): a JSON header that names its algorithm."""
    parts = text.split(".")
    if len(parts) not in (3, 5):
        return False
    try:
        header = orjson.loads(base64.b64decode(parts[0] + "=" * (-len(parts[0]) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        return False
    return isinstance(header, dict) and isinstance(header.get("alg"), str)


def _is_mixed(text: str) -> bool:
    """True when upper and lower case change often, as in base64 and not as in `camelCase`."""
    return len(text) >= 16 and _turns(text) * 6 >= len(text)


def _turns(text: str) -> int:
    return sum(a.islower() and b.isupper() for a, b in pairwise(text))
