"""Marks: what of a text can be met again in another spelling, as short canonical strings.

An e-mail address, URL, account number, name or word of an argument and the place where the agent read it seldom agree
byte for byte. Both are brought to marks, and only keyed hashes of marks are ever stored (`pdp.provenance.ask`). A mark starts
with its sort:

    e  e-mail address          u  URL without `http(s)`, query included  h  host that was named without a path
    a  account, phone or other number of 8 or more characters, without blanks and dashes
    w  word                    b  two words in a row                     i  id that is named as one
    v  whole value of a record field                                     k  the same, of a field that is an id
    c  word that begins a clause          g  host of a URL, whatever its path
    z  what one owner holds of such a host
    x  word that reads like one in other letters, as it is spelt
    r  before another mark: what a request only quotes or refuses

Encoded text (base64, hexadecimal, percent) is opened twice at most. Does not judge; every pattern takes linear time.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

import re2  # type: ignore[import-untyped]  # has no types

from pdp.fold import fold
from pdp.hosts import one_spelling, site_of

MAX_TEXT_CHARS = 65_536
"""Longest text that is looked at; what stands beyond it counts as unread, which is the worst (`pdp.provenance.result`)."""

MAX_PIECE_CHARS = 2_048
"""Longest piece of a text that is looked at in one step: a millisecond, or two."""

MAX_OPENED = 32
"""Encoded parts that are opened in one text."""

_LAYERS = 2

_PAGES = frozenset({"http", "https", "ws", "wss", "ftp", "ftps"})
"""Schemes that people leave out or take for one another."""

_EMAIL = re2.compile(
    r"[^\s<>()\[\]{}\"',;:|\\/@]{1,64}@(?:[^\s<>()\[\]{}\"',;:|\\/@.]{1,63}\.)+[^\s<>()\[\]{}\"',;:|\\/@.!?*`]{2,24}"
)
_SPELT_AT = re2.compile(r"(?i)\s?[\[({<]\s?(?:at|@)\s?[\])}>]\s?")
_SPELT_DOT = re2.compile(r"(?i)\s?[\[({<]\s?(?:dot|\.)\s?[\])}>]\s?")
_URL = re2.compile(r"(?i)(?:[a-z][a-z0-9+.-]{1,15}://|www\.)[^\s<>\"'`{}|\\^]+")
_LEADING_SCHEME = re2.compile(r"(?i)[a-z][a-z0-9+.-]{1,15}://")
_NO_SCHEME = re.compile(r"(?:^|[^\w.:/\\-]):?//$|[A-Za-z]{2}:/$")
"""Before a host: what leaves out its scheme, `//a.example`, or a slash, `http:/a.example`; browsers find it there as well."""
_BARE_HOST = re2.compile(r"(?i)(?:[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?\.)+[a-z]{2,24}(?:/[^\s<>\"'`{}|\\^]*)?")
_IBAN = re2.compile(r"\b[A-Z]{2}[0-9]{2}(?:[ -][A-Z0-9]{4}){2,7}(?:[ -][A-Z0-9]{1,3})?\b")
_IBAN_CHARS = 15
_DIGITS = re2.compile(r"\+?[0-9(][0-9 ()./-]{5,28}[0-9]")
# Runs of one class of characters: linear in the standard library too, and several times faster there.
_CODE = re.compile(r"[0-9A-Za-z_-]{8,}")
_WORD = re.compile(r"[^\W_]+")
_SPELT = re.compile(
    "(?:[^\\W_]|[\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff])+"
)
"""Words with what is invisible in them."""
_DIGIT = re.compile(r"[0-9]")
_GROUPED = re.compile(r"[0-9)][ ().+/-]")
_ENCODED = re.compile(r"%[0-9a-fA-F]|[A-Za-z0-9+/_-]{12}")
_BASE64 = re2.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_HEX = re2.compile(r"(?:[0-9a-fA-F]{2}){8,}")
_UPWARDS = re2.compile(r"/\.\.?[^\w/.]*$")
_PERCENT = re2.compile(r"%[0-9a-fA-F]{2}")
_DOTS = str.maketrans("\u3002\uff61", "..")  # which domain names allow for a dot (UTS 46 4)
_JUNK = " \t\r\n.,;:!?)]}>'\"`*"

FILE_ENDINGS = frozenset(
    [
        "txt",
        "pdf",
        "doc",
        "docx",
        "xls",
        "xlsx",
        "ppt",
        "pptx",
        "csv",
        "md",
        "html",
        "htm",
        "json",
        "xml",
        "yaml",
        "yml",
        "log",
        "png",
        "jpg",
        "jpeg",
        "gif",
        "zip",
        "gz",
        "tar",
        "py",
        "js",
        "ts",
        "sh",
        "sql",
        "ini",
        "cfg",
        "conf",
        "toml",
        "eml",
        "ics",
        "mp3",
        "mp4",
        "odt",
        "ods",
        "rtf",
        "tex",
        "rs",
        "go",
        "java",
        "rb",
        "php",
    ]
)
"""Last labels that make `name.ending` a file and not a host."""


def pieces(text: str) -> Iterator[str]:
    """Yields a text in pieces of whole words, as far as it has words."""
    start = 0
    while len(text) - start > MAX_PIECE_CHARS:
        end = start + MAX_PIECE_CHARS
        blank = text.rfind(" ", start + 1, end)
        end = end if blank < 0 else blank
        yield text[start:end]
        start = end
    yield text[start:]


def words(text: str) -> list[str]:
    """Returns the folded words of a text, in order."""
    return _WORD.findall(fold(text))


def spellings(text: str) -> set[str]:
    """Returns the marks of words that read like others, in look-alike letters or with invisible ones between."""
    if text.isascii():
        return set()
    spelt = set(_SPELT.findall(unicodedata.normalize("NFKC", text).casefold()))
    return {"x:" + word for word in spelt if not word.isascii() and fold(word) != word}


def address_spellings(text: str) -> dict[str, set[str]]:
    """Returns the marks of sorts e and u in a text, each with the marks of its words that read like others."""
    found: dict[str, set[str]] = {}
    if not text.isascii():
        plain = spelt_out(text)
        for mark, start, end in address_spans(plain):
            found.setdefault(mark, set()).update(spellings(plain[start:end]))
    return found


def account(text: str) -> str:
    """Returns an account number or phone number without blanks, signs and leading zeros of a country code; "" when it is
    none: shorter than 8 characters, or with fewer than 4 digits."""
    bare = "".join(character for character in text if character.isalnum()).upper()
    digits = sum(character.isdigit() for character in bare)
    if len(bare) < 8 or digits < 4:
        return ""
    return bare.lstrip("0") if digits == len(bare) else bare


def is_bank_account(mark: str) -> bool:
    """Tells whether a mark is that of an account by its form (ISO 13616): a number of digits alone may be a telephone's."""
    return mark[0] == "a" and len(mark) >= _IBAN_CHARS + 2 and mark[2:4].isalpha() and mark[4:6].isdecimal()


def url_parts(text: str) -> tuple[str, str]:
    """Returns host and the rest (path, query; no fragment) of a URL or bare host, folded; the default path is ""."""
    bare = text.strip(_JUNK)
    if _UPWARDS.search(text):
        bare = text.rstrip(_JUNK.replace(".", "")).lstrip(_JUNK)  # dots that are no end of a sentence
    scheme = _LEADING_SCHEME.match(bare)
    bare = (
        bare[scheme.end() :] if scheme else bare
    )  # in `a.example/https://b.example` it is the first host that is asked
    bare = bare.split("#", 1)[0]
    cut = min((at for at in (bare.find("/"), bare.find("?")) if at >= 0), default=len(bare))
    host = one_spelling(fold(unquote(bare[:cut])).rpartition("@")[2].removeprefix("www.").rstrip("."))
    path, mark, query = bare[cut:].partition("?")
    return host, (resolved(unquote(path)) + mark + unquote(query)).rstrip("/")


def mark_parts(mark: str) -> tuple[str, str]:
    """Returns host and the rest of a mark of sort u, as they stand in it: its scheme is gone, and any that follows is of its
    path or query."""
    named = mark[2:]
    cut = min((at for at in (named.find("/"), named.find("?")) if at >= 0), default=len(named))
    return named[:cut], named[cut:]


def resolved(path: str) -> str:
    """Removes dot segments (RFC 3986 5.2.4) as lenient servers read them: encoded twice, between backslashes."""
    path = path.replace("\\", "/")
    if "/." not in path and "/%2" not in path:
        return path
    kept: list[str] = []
    for segment in path.split("/"):
        dots = segment.lower().replace("%2e", ".")
        if dots == "..":
            del kept[max(1, len(kept) - 1) :]  # never above the root, which is the empty first segment
        elif dots != ".":
            kept.append(segment)
    return "/".join(kept)


def identifiers(text: str) -> set[str]:
    """Returns the marks of what names somebody or something in `text` by itself: sorts e, u, a."""
    plain = spelt_out(text)
    found = {mark for mark, _, _ in address_spans(plain)}
    if _DIGIT.search(plain):
        found |= _numbers(plain)
    return found


def spelt_out(text: str) -> str:
    """Returns a text with its dots and signs as a mail server or browser reads them; case is kept."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(_DOTS)
    if "[" in text or "(" in text or "{" in text:
        text = _SPELT_DOT.sub(".", _SPELT_AT.sub("@", text))
    return text


def address_spans(plain: str) -> list[tuple[str, int, int]]:
    """Returns the marks of sorts e and u in what `spelt_out` returns, each with its start and end there."""
    found: list[tuple[str, int, int]] = []
    if "@" in plain:
        found += [("e:" + fold(match.group().strip(_JUNK)), *match.span()) for match in _EMAIL.finditer(plain)]
    if "." in plain or "://" in plain:
        found += _urls(plain)
    return found


def _urls(plain: str) -> list[tuple[str, int, int]]:
    found: list[tuple[str, int, int]] = []
    for pattern in (_URL, _BARE_HOST) if "://" in plain or "www." in plain or "WWW." in plain else (_BARE_HOST,):
        for match in pattern.finditer(plain):
            start = match.start()
            within = start and plain[start - 1] in "@/-_" and _NO_SCHEME.search(plain, max(0, start - 4), start) is None
            if within or plain[match.end() : match.end() + 1] in ("@", "-", "_", "%"):
                continue  # a part of an address or of a URL
            host, rest = url_parts(match.group())
            spelt = pattern is _URL and "://" in match.group()  # then a host needs no dot: `http://[2001:db8::1]/`
            named = "." in host and (pattern is _URL or rest or host.rpartition(".")[2] not in FILE_ENDINGS)
            if host and (spelt or named):
                found.append((f"u:{_other_scheme(match.group())}{host}{rest}", *match.span()))
    return found


def _other_scheme(url: str) -> str:
    """Returns the scheme of a URL that is more than a page, with its colon: `javascript://example.org/` is none of that host."""
    scheme, sign, _ = url.partition("://")
    return "" if not sign or scheme.lower() in _PAGES else f"{scheme.lower()}:"


def _numbers(plain: str) -> set[str]:
    numbers = _CODE.findall(plain)
    if "_" in plain:  # `card_2108` is one id; what stands emphasised, `_4711 0815_`, is none of its parts
        numbers += [part for number in numbers if "_" in number for part in number.split("_")]
    if _GROUPED.search(plain):
        numbers += [match.group() for match in _DIGITS.finditer(plain)]
        numbers += [match.group() for match in _IBAN.finditer(plain)]
    return {"a:" + number for number in map(account, numbers) if number}


def opened(text: str) -> Iterator[str]:
    """Yields what stands encoded in `text`, each layer by itself."""
    layer = [text]
    for _ in range(_LAYERS):
        inner = [part for outer in layer if _ENCODED.search(outer) for part in _decoded(outer)][:MAX_OPENED]
        if not inner:
            return
        yield from inner
        layer = inner


def opened_whole(text: str) -> set[str]:
    """Returns what `text` decodes to as a whole, each layer by itself: that is the value, and not a part beside others."""
    found: set[str] = set()
    layer = {text.strip()}
    for _ in range(_LAYERS):
        layer = {inner.strip() for outer in layer for inner in _decoded_whole(outer)} - found
        found |= layer
    return found


def _decoded_whole(text: str) -> Iterator[str]:
    if "%" in text:
        yield unquote(text, errors="replace")
    if _HEX.fullmatch(text) or _BASE64.fullmatch(text):
        yield from _decoded(text)


def _decoded(text: str) -> Iterator[str]:
    if "%" in text and _PERCENT.search(text):
        plain = unquote(text, errors="replace")
        if plain != text:
            yield plain
    for number, match in enumerate(_HEX.finditer(text)):
        if number < MAX_OPENED:
            yield from _readable(binascii.unhexlify(match.group()))
    for number, match in enumerate(_BASE64.finditer(text)):
        if number < MAX_OPENED:
            token = match.group().rstrip("=").replace("-", "+").replace("_", "/")
            if len(token) % 4 != 1:
                yield from _readable(base64.b64decode(token + "=" * (-len(token) % 4)))


def _readable(raw: bytes) -> Iterator[str]:
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        return
    if text.isprintable() or "\n" in text:
        yield text


def text_marks(text: str) -> set[str]:
    """Returns the marks of free text: what it names, and its words."""
    text = text[:MAX_TEXT_CHARS]
    found = _plain_marks(text)
    for inner in opened(text):
        found |= _plain_marks(inner)
    return found


def host_marks(marks: Iterable[str]) -> set[str]:
    """Returns the marks of the hosts of URLs, of which `marks` may hold some: who can name a page can name others beside it."""
    hosts = {mark_parts(mark)[0] for mark in marks if mark[0] == "u"}
    return {"g:" + host for host in hosts} | {site_mark(host) for host in hosts}


def site_mark(host: str) -> str:
    """Returns the mark of the site that a host of a URL is of, by whatever scheme it is reached: `git+https:a.example`."""
    scheme, sign, bare = host.partition(":")
    is_port = not sign or bare.isdecimal() or "." in scheme or scheme.startswith("[")
    return "z:" + site_of(host if is_port else bare)


def _plain_marks(text: str) -> set[str]:
    found = identifiers(text)
    found |= host_marks(found)
    found.update("w:" + word for word in words(text))
    return found
