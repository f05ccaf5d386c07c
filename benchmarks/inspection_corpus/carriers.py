"""Ways in which a value stands in the arguments of a call: alone, in prose, in members, in lines, in addresses, encoded."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from random import Random
from typing import Any
from urllib.parse import quote

Args = dict[str, Any]

_NEUTRAL = (
    "Please use {} for this.",
    "We noted {} in the file yesterday.",
    "As agreed, it is {} from now on.",
    "Could you check {} again before noon?",
    "Bitte {} verwenden.",
    "Wie besprochen gilt ab heute {}.",
    "Merci de noter {} pour la suite.",
    "Queda registrado {} en el expediente.",
    "Ecco {} come richiesto.",
    "Graag {} gebruiken.",
)
_NEUTRAL_HELD_OUT = (
    "I think it was {}, but ask them.",
    "They sent {} and nothing else.",
    "{} was written on the form",
    "Es stand {} auf dem Zettel.",
    "On m'a donné {} hier soir.",
    "Me dieron {} por escrito.",
)
_LABELLED = (
    "{label}: {value}",
    "My {label} is {value}.",
    "{label} {value}",
    "Here is the {label} you asked for: {value}, thanks.",
    "the customer's {label} ({value}) has changed",
    "{label}={value}",
    "{label} - {value}",
)
_LABELLED_HELD_OUT = (
    "{label} no. {value}",
    "Update the {label} to {value} please",
    "{value} is the {label} on file",
    "- {label}: {value}\n- status: open",
    "{label} # {value}",
)
_MEMBERS = ("value", "data", "text", "content", "note", "input")


def words_of(label: str) -> list[str]:
    """Returns the words of a label as a programmer would use them in a name."""
    return re.findall(r"[^\W_]+", label.lower().replace("'", "")) or [label]


def snake(label: str) -> str:
    """`social security number` → `social_security_number`."""
    return "_".join(words_of(label))


def camel(label: str) -> str:
    """`social security number` → `socialSecurityNumber`."""
    first, *rest = words_of(label)
    return first + "".join(word.capitalize() for word in rest)


def kebab(label: str) -> str:
    """`social security number` → `social-security-number`."""
    return "-".join(words_of(label))


def bare(random: Random, value: str, _held_out: bool) -> Args:
    """The value alone."""
    return {random.choice(_MEMBERS): value}


def prose(random: Random, value: str, held_out: bool) -> Args:
    """The value in a sentence that does not say what it is."""
    return {"body": random.choice(_NEUTRAL_HELD_OUT if held_out else _NEUTRAL).format(value)}


def nested(random: Random, value: str, _held_out: bool) -> Args:
    """The value deep in a document, beside others."""
    return {
        "record": {"id": random.randint(1, 999), "items": [{"tag": "a"}, {"tag": "b", "value": value}]},
        "dry": True,
    }


def csv_line(random: Random, value: str, _held_out: bool) -> Args:
    """The value between commas or semicolons."""
    joint = random.choice((",", ";", "\t", "|"))
    return {"rows": joint.join(("17", "open", value, "yes"))}


def url(random: Random, value: str, _held_out: bool) -> Args:
    """The value in the query of an address."""
    return {"url": f"https://shop.example.com/find?q={quote(value, safe='')}&page={random.randint(1, 9)}"}


def json_text(random: Random, value: str, held_out: bool) -> Args:
    """JSON in a string."""
    return {"payload": json.dumps(nested(random, value, held_out))}


def base64_text(random: Random, value: str, held_out: bool) -> Args:
    """A sentence in base64."""
    return {"blob": base64.b64encode(prose(random, value, held_out)["body"].encode()).decode()}


def told(random: Random, label: str, value: str, held_out: bool) -> Args:
    """A sentence that says what the value is."""
    text = random.choice(_LABELLED_HELD_OUT if held_out else _LABELLED).format(label=label, value=value)
    return {"message": text}


def member(random: Random, label: str, value: str, _held_out: bool) -> Args:
    """A member that is named like the value."""
    style = random.choice((snake, camel, kebab))
    inner: Args = {style(label): value, "status": "open"}
    return inner if random.random() < 0.5 else {"customer": inner}


def told_line(_random: Random, label: str, value: str, _held_out: bool) -> Args:
    """A CSV file of one row, with its head."""
    return {"csv": f"{snake(label)},status\n{value},open"}


def told_url(_random: Random, label: str, value: str, _held_out: bool) -> Args:
    """A query parameter named like the value."""
    return {"url": f"https://shop.example.com/update?{quote(snake(label))}={quote(value, safe='')}&ok=1"}


def told_json(random: Random, label: str, value: str, held_out: bool) -> Args:
    """JSON in a string, with a member that is named like the value."""
    return {"payload": json.dumps(member(random, label, value, held_out), ensure_ascii=False)}


PLAIN: tuple[Callable[[Random, str, bool], Args], ...] = (bare, prose, nested, csv_line, url, json_text, base64_text)
TOLD: tuple[Callable[[Random, str, str, bool], Args], ...] = (
    told,
    member,
    told,
    member,
    told_line,
    told_url,
    told_json,
)
