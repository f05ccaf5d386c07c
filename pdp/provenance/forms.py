"""Forms of a value: the combinations of marks by which its sources are recognised, and keyed hashes of marks.

A form holds when all of its marks stand in one store. Which stores it may be looked up in depends on how much it proves:
two words in a row prove that the user named a value, the same words anywhere in a page only that the page holds them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from urllib.parse import unquote

import re2  # type: ignore[import-untyped]  # has no types

from pdp.catalog_sinks import CONTENT
from pdp.fold import fold
from pdp.hosts import is_given_out
from pdp.provenance.beside import accounts, beside, is_labelled
from pdp.provenance.told import detail_number
from pdp.remembered import remembered
from pdp.wording.accounts import bank_accounts
from pdp.wording.marks import (
    account,
    address_spans,
    address_spellings,
    identifiers,
    mark_parts,
    opened,
    opened_whole,
    resolved,
    site_mark,
    spellings,
    spelt_out,
    words,
)
from writ.frozen import frozen

HASH_BYTES = 5
"""40 bits: among 10,000 marks of a session a value meets a foreign one once in 10^8."""

MAX_FORMS = 12
"""Forms of one value; what is decoded from it comes last."""

MAX_WORDS = 48
"""Longest value that is recognised by its words; longer ones only by what they name."""

MAX_LABELLED = 512
"""Longest value in which a number is looked for behind a label; a longer one is an address that nobody named."""

MAX_SIGNS, MAX_DOTS = 48, 256
"""Most signs of mail addresses, of URLs and of host names in one value."""

MAX_PATH_PARTS = 6

IN_USER, IN_RECORDS, IN_TEXT, IN_ORDERS, BY_LINK = 1, 2, 4, 8, 16
"""Where a form may be looked up, as bits. What stands in orders counts unless it is the user's as well; a link leads from an
id to what a sentence may call its record."""

QUERY = "query"

MENTIONED = "r:"
"""Before marks of what a request only quotes or refuses: what is searched or read by it is spoken of."""

PATH, CODE, URL = "path", "code", "url"
REACHED = frozenset({"recipient", "account", "channel"})
NUMBERED = frozenset({"recipient", "account"})
"""Kinds in whose values a number is what is reached, whatever stands before it."""
STEERED = frozenset({PATH, CODE})
"""Kinds whose signs say more than their words."""

_LEADING = re.compile(r"(?i)(?:\.|%2e){2}|^~|^\$|^%[a-z][a-z_]+%|^[\\/]{2}|^[a-z][a-z0-9+.-]*:")
"""Steps upwards, somebody's home, variables, shares of other machines, schemes and drives."""
_OBEYED = re.compile(
    r"(?:^|/)(?:\.(?!github/|(?:[a-z]*ignore|gitattributes|git_?keep|keep|editorconfig|cache|venv|tmp|trash)(?:/|$))[^./][^/]*"
    r"|\.github/(?:workflows|actions)|autostart|launchagents|startup)(?:/|$)"
    r"|(?:^|/)(?:agents|claude|gemini|copilot-instructions)\.md$"
    r"|(?:^|/)(?:(?:gnu)?make|docker|container|jenkins|rake|gem|pip|proc|just|vagrant|brew|pod|fast|guard|tilt|caddy)file$"
    r"|(?:^|/)(?:nox|fab|rake|task|gulp|grunt)file\.[a-z]{1,4}$"
    r"|(?:^|/)(?:setup\.(?:py|cfg)|conftest\.py|(?:site|user)customize\.py|build\.(?:rs|gradle(?:\.kts)?)|package\.json|crontab)$"
    r"|\.(?:pth|service|timer|desktop|plist|config\.[cm]?[jt]s)$"
)
"""What some tool runs or obeys by itself where it finds it, folded: hidden names, which are settings but for lists of what is
left out; what agents are told by; what builders, packagers and testers run; programs of a session's start."""
_SYSTEM = re.compile(
    r"(?i)(?:/private)?/(?:etc|proc|sys|boot|s?bin|lib(?:32|64)?|usr/(?:local/)?(?:s?bin|lib)|var/spool/cron|(?:var/)?run)(?:/|$)"
    r"|/dev/(?!(?:null|stdin|stdout|stderr|tty)$)|/library/launch(?:agents|daemons)/|/(?:var|srv)/www(?:/|$)"
    r"|/(?:root|(?:home|users)/[^/]{1,64})/\."
)
"""Where a machine keeps its settings, programs, timetables and pages for everybody, and somebody's home its hidden ones: no
place for work."""
_SLASHES = re.compile("/+")
_SCHEME = re.compile(r"^(?:[A-Za-z][A-Za-z0-9+.-]*:(?://)?)+")
_ODD_ADDRESS = re.compile(r".@|://|^//")
_LEADS_AWAY = re.compile(r"%[0-9a-fA-F]{2}|(?:^|[/\\])\.\.(?:[/\\]|$)")
"""What a server may read as another id: encoded letters, steps upwards."""
_STEERING = re.compile(r"\.\.|[*;|&$<>`\r\n]")

MAX_INSTALLED = 24
"""Packages of one program that are followed."""

_PARTING, _QUOTING = re.compile(r"\\(?:\r?\n|[nrt])|[^\S\n]|,"), re.compile(r"[\"'\\]")
"""What parts words, and what only holds them together, in shells and in lists of words: `["pip", "install", ...]`."""
_INSTALLS = re2.compile(
    r"\b(?:pip[0-9.]*|pipx|uv|npm|pnpm|yarn|bun|gem|cargo|go|apt|apt-get|dnf|yum|apk|brew|conda|mamba|poetry|composer|choco|winget)"
    r"(?: +-[^ ;|&]*(?: +[^- ;|&][^ ;|&]*)?)*(?: +(?:pip|global|tool))? +(?:install|add|i|get|require)\b([^;|&\n<>#]+)"
)
_PACKAGE = re.compile(r"(@?[A-Za-z0-9][A-Za-z0-9._/-]{1,127})(?:[\[=<>~!@^][^\s]*)?")

_DOTTED = re.compile(r"\w\.[^\W\d]")
_NUMBERED = re.compile(r"#?[0-9]{5,}")
_SLUG = re.compile(r"(?=.{2,64}$)(?=.*[0-9])[A-Za-z]+[0-9]*(?:[-_][A-Za-z0-9]+)*")
_CODE = re.compile(r"[A-Za-z]{1,3}[-_]?[0-9]{1,12}")

_TELLING_CODE = re.compile(r"[A-Za-z]{2}[0-9]{2}")
"""As short as a number that stands anywhere by chance, and yet not one."""


@frozen
class Form:
    """All of `marks` together, to be looked up in the stores that `where` names."""

    where: int
    marks: tuple[str, ...]


@lru_cache(maxsize=8)
def _base(key: bytes) -> blake2b:
    return blake2b(key=key, digest_size=HASH_BYTES, person=b"provenance")


def hash_mark(key: bytes, mark: str) -> bytes:
    """Returns the keyed hash of one mark."""
    digest = _base(key).copy()
    digest.update(mark.encode(errors="surrogatepass"))
    return digest.digest()


def hash_marks(key: bytes, marks: Iterable[str]) -> bytes:
    """Returns the hashes of marks, one after the other, each once, in no telling order."""
    return b"".join(sorted({hash_mark(key, mark) for mark in marks}))


def value_forms(kind: str, text: str) -> tuple[Form, ...]:
    """Returns the forms of one value of a sink (4,096 characters at most) of a kind of `pdp.catalog_sinks.SINK_KINDS`."""
    forms = _spelt_so(_forms(kind, text), spellings(text))
    wholes: set[str] | None = None
    if kind == PATH and (plain := plain_path(text)) != text:
        forms += _told(_forms(kind, plain))  # where it leads; that the user named it, only its own words show
    for inner in opened(text):
        wholes = opened_whole(text) if wholes is None else wholes
        # What stands encoded beside something else shows what a text holds; it does not name what the value reaches.
        inside = _spelt_so(_forms(kind, inner), spellings(inner))
        forms += inside if inner.strip() in wholes else _told(inside)
        if len(forms) >= MAX_FORMS:
            break
    return tuple(forms[:MAX_FORMS])


def _spelt_so(forms: list[Form], spelt: Iterable[str]) -> list[Form]:
    """Asks for the same letters where a form proves who named a value: a host in Cyrillic that reads like `coop.example` is
    another one. That a text holds a value shows in any letters."""
    marks = tuple(sorted(spelt))
    if not marks:
        return forms
    found = []
    for form in forms:
        if form.where & ~IN_TEXT and len(marks) <= MAX_WORDS:
            found.append(Form(where=form.where & ~IN_TEXT, marks=(*form.marks, *marks)))
        if form.where & IN_TEXT:
            found.append(Form(where=IN_TEXT, marks=form.marks))
    return found


def plain_path(text: str) -> str:
    """Returns a path without scheme, drive, backslashes and dot segments."""
    bare = _SCHEME.sub("", text.strip(), count=1).replace("\\", "/")
    return resolved(bare) if "/" in bare else bare


def is_crowded(text: str) -> bool:
    """Tells whether a value holds so many signs of addresses that looking at each takes long; nobody writes such a value."""
    if text.count("@") > MAX_SIGNS or text.count("://") > MAX_SIGNS:
        return True
    return text.count(".") > MAX_DOTS and len(_DOTTED.findall(text)) > MAX_DOTS


@lru_cache(maxsize=128)  # some 20 KiB each at the most
def addresses(text: str) -> tuple[str, ...]:
    """Returns the marks of mail addresses and URLs in a text. In a composed one each is a value of its own: a link in a mail
    matters by itself."""
    return tuple(sorted(mark for mark in identifiers(text) if mark[0] in "eu"))


def address_forms(text: str) -> list[tuple[tuple[Form, ...], tuple[Form, ...]]]:
    """Returns the forms of each of `addresses` that people can follow, then of each bank account, and those of the site that it
    is of (none but for a URL). Without a scheme it is none if no registry gives out its ending: a field of a program."""
    spelt = address_spellings(text)
    plain = spelt_out(text)
    followed = {
        mark
        for mark, start, end in address_spans(plain)
        if mark[0] != "u" or mark in spelt or "://" in plain[start:end] or _can_be_host(mark)
    }
    return [
        (tuple(_spelt_so(_linked(mark), spelt.get(mark, ()))), tuple(_spelt_so(_of_site(mark), spelt.get(mark, ()))))
        for mark in [*sorted(followed), *bank_accounts(text)]
    ]


def installed_forms(text: str) -> tuple[list[tuple[Form, ...]], bool]:
    """Returns the forms of each package that a program would install by its name, at most MAX_INSTALLED, and whether these are
    all: not where it works the name out, `$PACKAGE`. Who names one has it run here."""
    found: dict[str, None] = {}
    plain = True
    for match in _INSTALLS.finditer(_QUOTING.sub("", _PARTING.sub(" ", text))):
        for word in match[1].split():
            package = _PACKAGE.fullmatch(word.strip("()[]"))
            if package is not None:
                found[package[1]] = None
            plain = plain and "$" not in word and "`" not in word
    forms: list[tuple[Form, ...]] = []
    for name in list(found)[:MAX_INSTALLED]:
        marks = tuple(dict.fromkeys(f"w:{part}" for part in words(name)))
        user = Form(where=IN_USER, marks=tuple(in_a_row(words(name))))
        forms.append((user, Form(where=IN_RECORDS, marks=(whole_mark(name),)), Form(where=IN_TEXT, marks=marks)))
    return forms, plain and len(found) <= MAX_INSTALLED


def _of_site(mark: str) -> list[Form]:
    if mark[0] != "u":
        return []
    return [Form(where=IN_USER | IN_RECORDS | IN_TEXT, marks=(site_mark(mark_parts(mark)[0]),))]


def _linked(mark: str) -> list[Form]:
    """Forms of an address that people would follow; a host alone is also named by any of its pages."""
    if mark[0] != "u":
        return _named(mark)
    host, rest = mark_parts(mark)
    return _named(mark) if rest else [*_named(mark), Form(where=IN_USER | IN_RECORDS | IN_TEXT, marks=("g:" + host,))]


def _can_be_host(mark: str) -> bool:
    host, rest = mark_parts(mark)
    return bool(rest) or not host.isascii() or is_given_out(host.partition(":")[0].rpartition(".")[2])


def _forms(kind: str, text: str) -> list[Form]:
    named = strong_marks(text, kind) if kind != PATH else addresses(text)  # `report-2023.docx` is no account
    forms = _addressed(kind, text, named) if named else []
    if named and kind == QUERY:
        forms.append(_mentioned(named))
    forms.append(Form(where=IN_RECORDS, marks=(whole_mark(text),)))
    parts = words(text)
    if not named and 0 < len(parts) <= MAX_WORDS:
        forms.append(Form(where=IN_TEXT, marks=tuple(dict.fromkeys("w:" + part for part in parts))))
        if kind == CONTENT and (number := detail_number(text)):
            forms.append(Form(where=IN_USER, marks=(number,)))  # "ten percent" names the 10 of a setting
        if kind == QUERY:
            forms += [Form(where=IN_USER, marks=forms[-1].marks), _mentioned(forms[-1].marks)]
        elif kind in STEERED and _STEERING.search(text):
            pass  # the words are the user's, where they lead is not
        elif is_weak(text):
            forms.append(Form(where=IN_USER, marks=("i:" + fold(text).strip(),)))
        else:
            forms.append(Form(where=IN_USER, marks=tuple(in_a_row(parts))))
    return forms


def _mentioned(marks: tuple[str, ...]) -> Form:
    return Form(where=IN_USER, marks=tuple(MENTIONED + mark for mark in marks))


def _addressed(kind: str, text: str, named: tuple[str, ...]) -> list[Form]:
    """Forms of a value that holds addresses: whatever else it holds must be named as well. A program stands in no text that
    holds but an address of it; each of these is a value of its own."""
    rest = _beside_numbers(text, named) if named[0][0] == "a" else beside(text)
    if rest is None or len(rest) > MAX_WORDS:
        return [Form(where=IN_TEXT, marks=named)] if kind != CODE else []
    if rest:
        marks = (*named, *dict.fromkeys("w:" + word for word in rest))
        if kind == CODE:
            return [Form(where=IN_USER | IN_RECORDS | IN_TEXT, marks=marks)]
        return [Form(where=IN_USER | IN_RECORDS, marks=marks), Form(where=IN_TEXT, marks=named)]
    return _named(named[0]) if len(named) == 1 else [Form(where=IN_USER | IN_RECORDS | IN_TEXT, marks=named)]


def _beside_numbers(text: str, named: tuple[str, ...]) -> list[str]:
    return [] if named == ("a:" + _whole_number(text),) else accounts(text)[1]


def _told(forms: Iterable[Form]) -> list[Form]:
    return [Form(where=IN_TEXT, marks=form.marks) for form in forms if form.where & IN_TEXT]


def _named(mark: str) -> list[Form]:
    if mark[0] != "u":
        return [Form(where=IN_USER | IN_RECORDS | IN_TEXT, marks=(mark,))]
    host, rest = mark_parts(mark)
    forms = [Form(where=IN_USER | IN_RECORDS | IN_TEXT, marks=(mark,)), Form(where=IN_USER, marks=("h:" + host,))]
    path = rest.partition("?")[0].split("/")[1:]
    parents = ("u:" + host + "/" + "/".join(path[:count]) for count in range(min(len(path), MAX_PATH_PARTS), 0, -1))
    return forms + [Form(where=IN_USER, marks=(parent,)) for parent in parents]


@remembered(4_096)
def is_addressed(text: str, kind: str = "") -> bool:
    """True when a value is an address by itself, or an id by its form: a name is looked up, an id must come from somewhere.
    Where ids stand (kind `id`), more forms are some, and what may be read as another id is one; where a URL stands, anything is
    one; a recipient that no pattern of addresses knows, `"a b"@host`, is one by its sign; a path is one that leads elsewhere
    than it seems to, or to settings and programs of the machine."""
    bare = text.strip()
    if kind == PATH:
        plain = _SLASHES.sub("/", plain_path(unquote(bare)))
        leads = _LEADING.search(bare) or _SYSTEM.match(plain) or _OBEYED.search(fold(plain))
        return leads is not None
    if strong_marks(text, kind) or is_code(text) or kind == URL:
        return True
    if kind in NUMBERED and len(text) > MAX_LABELLED:
        return True
    if kind in REACHED and _ODD_ADDRESS.search(bare) is not None:
        return True
    if kind == "id" and (_LEADS_AWAY.search(bare) is not None or _mixes_letters(bare)):
        return True
    return kind == "id" and (_SLUG.fullmatch(bare) is not None or _NUMBERED.fullmatch(bare) is not None)


def _mixes_letters(text: str) -> bool:
    """Tells whether a word reads like another, in letters of two alphabets: a Cyrillic one before `cme/app`."""
    return not text.isascii() and any(
        not word.isascii() and any(map(str.isascii, word)) and fold(word) != word for word in text.casefold().split()
    )


def is_code(text: str) -> bool:
    """True for `U3` and `s-72`: an id by its form."""
    return _CODE.fullmatch(text.strip()) is not None


def strong_marks(text: str, kind: str = "") -> tuple[str, ...]:
    """Returns the marks of what a value names by itself: all of its addresses, else the one account number that it is. Of a
    value of a kind of `NUMBERED` also the numbers behind a label, or beside something else."""
    number = _whole_number(text)
    if number and not (kind in NUMBERED and is_labelled(text)):
        return ("a:" + number,)
    return addresses(text) or (accounts(text)[0] if kind in NUMBERED and len(text) <= MAX_LABELLED else ())


def _whole_number(text: str) -> str:
    """Returns the account number that a value is as it stands, "" when it is none or says in a word what it is."""
    if len(text) > 64 or any(character in text for character in "@:/"):
        return ""
    if not "".join(text.split()).isascii() or not _is_number(text):
        return ""
    return account(text)


def _is_number(text: str) -> bool:
    """A number or code, not a name or a phrase with digits in it: no word of letters alone but a first of up to 4."""
    parts = text.replace("-", " ").split()
    return all(any(character.isdigit() for character in part) or len(part) <= 4 for part in parts)


def is_weak(text: str) -> bool:
    """True for values such as `7` or `13` that stand in any text by chance; not for `@bob`."""
    bare = text.strip().lstrip("@#")
    return len(bare) <= 4 and not (len(bare) >= 3 and bare.isalpha()) and _TELLING_CODE.fullmatch(bare) is None


def whole_mark(text: str) -> str:
    """Returns the mark of a whole value, without the sign of a handle or channel: of a weak one only fields that are ids are its
    source."""
    folded = fold(text).strip()
    return "k:" + folded if is_weak(text) else "v:" + (folded.lstrip("@#") or folded)


def in_a_row(parts: list[str]) -> list[str]:
    if len(parts) == 1:
        return ["w:" + parts[0]]
    return list(dict.fromkeys(f"b:{one} {two}" for one, two in pairwise(parts)))
