"""Splits names and sentences of tool definitions into plain lower-case words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import IntFlag
from functools import lru_cache

from pdp.fold import fold

MAX_WORDS = 64
"""Words looked at in one text. Names have few; of a description the beginning says what the tool does."""


def word_set(text: str) -> frozenset[str]:
    """Returns the words of a text, for tables of words."""
    return frozenset(text.split())


def bits_by_word(rows: Mapping[str, IntFlag]) -> dict[str, int]:
    """Returns the bits of each word of a table whose rows are words; a word may stand in several rows."""
    table: dict[str, int] = {}
    for row, bits in rows.items():
        for word in row.split():
            table[word] = table.get(word, 0) | int(bits)
    return table


_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?")
_ON_CALL = re.compile(
    r"\bon(?:-call\b|\s+call\b(?=\s*(?:\Z|[^\w\s-])|\s+(?:person|people|engineer|responder|developer|operator|technician|manager|doctor"
    r"|nurse|staff|crew|team|group|user|member|contact|shift|schedule|rota|rotation|calendar|roster|duty|hours|now|today|tonight|and|or"
    r"|for|at|in|during|this|when|who)s?\b))"
)
_BRANDS = re.compile(
    "BuildKite|CallRail|ClickUp|DocuSign|DropBox|GitHub|GitLab|LinkedIn|MailChimp|MailGun|MySQL|OAuth|OpenAI|OpenID|PayPal|PlayStation"
    "|PostHog|RingCentral|RunPod|SendGrid|SharePoint|ShipStation|WhatsApp|WordPress|YouTube"
)
"""Names that a capital inside would take apart, into verbs as often as not: `getPayPalOrder`, `listDropBoxFiles`."""
_SENTENCE_END = re.compile(r"[.!?;:]+(?:\s|$)")
_LINE_END = re.compile(r"\n\s*\n|\n\s*(?:[-*+>\u2013]|\d+[.)])|\u2022|\n(?=\s*[A-Z][a-z]{2,14}s\s)")
"""What ends a sentence without a full stop: so does a line before `Deletes …`, though many a text is wrapped."""
_BLOCKS = word_set("br p div li ul ol table tr td th h1 h2 h3 h4 h5 h6 hr section article blockquote pre")
_INLINE = word_set("a b i em strong code span u s small sub sup font mark kbd tt var samp ins del")
_TAG = re.compile(rf"</?({'|'.join(sorted(_BLOCKS | _INLINE))})(?:\s[^<>]{{0,256}})?/?>", re.IGNORECASE)
_SAME = word_set(
    "address alias analysis access bus business process progress status news series sms https dns gas lens "
    "ios aws gps virus bonus campus canvas class pass express success focus press wireless os js css tls rds "
    "eks ecs sqs sns"
)
_IRREGULAR = {
    "people": "person",
    "children": "child",
    "indices": "index",
    "criteria": "criterion",
    "media": "media",
    "data": "data",
    "addresses": "address",
    "statuses": "status",
    "movies": "movie",
    "cookies": "cookie",
    "databases": "database",
    "leaves": "leave",
    "series": "series",
    "uris": "uri",
    "apis": "api",
    "kpis": "kpi",
    "emojis": "emoji",
}


@lru_cache(maxsize=8192)
def name_words(name: str) -> tuple[str, ...]:
    """Returns the words of a name in any style: `sendEmail`, `send_email`, `mail.send-email`, `SENDEmail`."""
    words: list[str] = []
    start = 0
    name = _BRANDS.sub(lambda found: found[0].capitalize(), name[: MAX_WORDS * 8])
    for index in range(1, len(name) + 1):
        if index == len(name) or _is_border(name, index):
            piece = fold(name[start:index].strip())
            words += _WORD.findall(piece.replace("_", " "))
            start = index
    return tuple(_on_call(" ".join(words[:MAX_WORDS])).split())


def _on_call(text: str) -> str:
    """Reads `on-call` as one word, which is neither a place nor a call; `based on call volume` stays."""
    return _ON_CALL.sub("oncall", text)


def _is_border(name: str, index: int) -> bool:
    before, here = name[index - 1], name[index]
    if not (before.isalnum() and here.isalnum()):
        return True
    if here.isupper():
        follows = name[index + 1] if index + 1 < len(name) else ""
        return not before.isupper() or follows.islower()
    return False


def plain_text(text: str) -> str:
    """Returns a text without HTML tags, with full stops where only lines or blocks end: folding leaves no lines.
    `<deletes>` is no tag and stays."""
    text = _TAG.sub(lambda found: "\n\n" if found[1].lower() in _BLOCKS else "", text).strip()
    return _LINE_END.sub(". ", text)


def first_sentence(text: str) -> str:
    """Returns the first sentence of a description, without markup."""
    text = text.strip().lstrip("#*-> `")
    end = _SENTENCE_END.search(text)
    return text[: end.start()] if end else text


def sentences(text: str, most: int) -> list[str]:
    """Returns up to `most` sentences."""
    return [part for part in _SENTENCE_END.split(text.strip()) if part and part.strip()][:most]


def text_words(text: str) -> tuple[str, ...]:
    """Returns the first words of a text, folded: look-alikes and invisible characters hide nothing."""
    return tuple(_WORD.findall(_on_call(fold(text[: MAX_WORDS * 16])))[:MAX_WORDS])


@lru_cache(maxsize=8192)
def singular(word: str) -> str:
    """Returns the singular of an English noun, the word itself when it looks like one already."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or word in _SAME or word.endswith(("ss", "us", "is")) or not word.endswith("s"):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "zzes")):
        return word[:-2]
    return word[:-1]


@lru_cache(maxsize=8192)
def base_form(word: str) -> str:
    """Returns a verb without the ending of the third person: `sends` → `send`, `pushes` → `push`, `copies` → `copy`."""
    if len(word) < 4 or not word.endswith("s") or word.endswith("ss"):
        return word
    if word.endswith("ies"):
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "zzes", "oes")):
        return word[:-2]
    return word[:-1]


def stems(word: str, ending: int) -> tuple[str, ...]:
    """Returns the verbs that a participle or gerund may come from: `deleted` → `delete`, `cancelled` → `cancel`."""
    stem = word[:-ending]
    doubled = stem[-2:-1] == stem[-1:]
    return stem + "e", stem, *((stem[:-1],) if doubled else ()), *((stem[:-1] + "y",) if stem.endswith("i") else ())
