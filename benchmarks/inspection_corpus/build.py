"""Puts the corpus together: every kind of value in every carrier that suits it, and look-alikes beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from benchmarks.inspection_corpus import (
    kinds_code,
    kinds_health,
    kinds_identity,
    kinds_money,
    kinds_people,
    kinds_secrets,
    threats,
)
from benchmarks.inspection_corpus.carriers import PLAIN, TOLD, prose
from benchmarks.inspection_corpus.lookalikes import LOOK_ALIKES
from benchmarks.inspection_corpus.model import Kind, Maker, Sample

SEED = 4
POSITIVES = 300
"""Least positives of one class, both parts together."""

NEGATIVES = 1_500
"""Calls with nothing in them, both parts together."""

HELD_OUT_EVERY = 3
"""One sample in three is held out, with sentences and shapes of its own."""

KINDS: tuple[Kind, ...] = (
    *kinds_identity.KINDS,
    *kinds_money.KINDS,
    *kinds_people.KINDS,
    *kinds_health.KINDS,
    *kinds_code.KINDS,
    *kinds_secrets.KINDS,
    *threats.KINDS,
)

_HELD_OUT_MAKERS: dict[tuple[str, str], Maker] = {
    ("story", "financial"): kinds_money.story_held_out,
    ("story", "phi"): kinds_health.story_held_out,
    ("code", "source_code"): kinds_code.code_held_out,
    ("injection", "prompt_injection"): threats.injection_held_out,
    ("ssrf", "ssrf"): threats.ssrf_held_out,
    ("traversal", "path_traversal"): threats.traversal_held_out,
}

_ALONE = frozenset({"source_code", "path_traversal", "shell_injection", "sql_injection", "ssrf"})
"""Classes whose values are texts of their own: a carrier that quotes or cuts them would make something else of them."""

_ENCODED_KINDS = frozenset(
    {"card", "iban", "us_ssn", "es_dni", "it_codicefiscale", "email", "phone", "nhs", "aws_key_id", "github", "jwt"}
)
"""What is looked for in encoded text as well."""

_EVERY_CALL = frozenset({"exfiltration"})
"""What an address that carries a long value may be called as well."""


def corpus(seed: int = SEED) -> list[Sample]:
    """Returns the whole corpus; the same for the same seed."""
    random = Random(seed)
    classes: dict[str, list[Kind]] = {}
    for kind in KINDS:
        classes.setdefault(kind.data_class, []).extend([kind] * kind.weight)
    samples = [sample for kinds in classes.values() for sample in _positives(random, kinds)]
    samples += _fields(random, "pii", kinds_people.FIELDS)
    samples += _fields(random, "phi", kinds_health.FIELDS)
    samples += _encoded(random)
    samples += _encoded_data(random)
    return samples + list(_negatives(random))


def _positives(random: Random, kinds: list[Kind]) -> Iterator[Sample]:
    count = max(POSITIVES, 6 * len(kinds))
    for number in range(count):
        yield _positive(random, kinds[number % len(kinds)], held_out=number // len(kinds) % HELD_OUT_EVERY == 0)


def _positive(random: Random, kind: Kind, *, held_out: bool) -> Sample:
    make = _HELD_OUT_MAKERS.get((kind.name, kind.data_class), kind.make) if held_out else kind.make
    value = make(random)
    if kind.data_class in _ALONE:
        args: dict[str, Any] = {random.choice(("value", "text", "content", "input")): value}
        carrier = "bare"
    elif kind.plain and (not kind.labels or random.random() < 0.6):
        chosen = random.choice(PLAIN)
        args, carrier = chosen(random, value, held_out), chosen.__name__
    else:
        label = random.choice(kind.labels)
        told = random.choice(TOLD)
        args, carrier = told(random, label, value, held_out), told.__name__
    wants = frozenset({kind.data_class})
    return Sample(
        args=args, wants=wants, may=kind.may | _EVERY_CALL, kind=kind.name, carrier=carrier, held_out=held_out
    )


def _fields(
    random: Random, data_class: str, fields: tuple[tuple[tuple[str, ...], Callable[[Random], str]], ...]
) -> Iterator[Sample]:
    for number in range(POSITIVES // 2):
        names, make = fields[number % len(fields)]
        name = random.choice(names)
        value = make(random)
        args = {name: value} if random.random() < 0.5 else {"record": {"id": number, name: value}}
        yield Sample(
            args=args,
            wants=frozenset({data_class}),
            may=frozenset(),
            kind=f"field_{names[0]}",
            carrier="member",
            held_out=number // len(fields) % HELD_OUT_EVERY == 0,
        )


def _encoded(random: Random) -> Iterator[Sample]:
    for name, encode in threats.ENCODINGS.items():
        for number in range(24):
            held_out = number % HELD_OUT_EVERY == 0
            text = (threats.injection_held_out if held_out else threats.injection)(random)
            yield Sample(
                args={"content": encode(text)},
                wants=frozenset({"prompt_injection"}),
                may=frozenset({"pii", "credential", "exfiltration", "financial"}),
                kind="encoded_injection",
                carrier=name,
                held_out=held_out,
            )


def _encoded_data(random: Random) -> Iterator[Sample]:
    kinds = [kind for kind in KINDS if kind.name in _ENCODED_KINDS]
    for name, encode in threats.ENCODINGS.items():
        if name in ("look_alike", "html"):
            continue  # they change no digit, and letters of a number into others
        for number, kind in enumerate(kinds * HELD_OUT_EVERY):
            held_out = number < len(kinds)
            text = prose(random, kind.make(random), held_out)["body"]
            yield Sample(
                args={"content": encode(text)},
                wants=frozenset({kind.data_class}),
                may=kind.may | _EVERY_CALL | {"prompt_injection"},
                kind=f"encoded_{kind.name}",
                carrier=name,
                held_out=held_out,
            )


def _negatives(random: Random) -> Iterator[Sample]:
    for number in range(NEGATIVES):
        name = list(LOOK_ALIKES)[number % len(LOOK_ALIKES)]
        yield Sample(
            args=LOOK_ALIKES[name](random),
            wants=frozenset(),
            may=frozenset(),
            kind=name,
            carrier="look_alike",
            held_out=number // len(LOOK_ALIKES) % HELD_OUT_EVERY == 0,
        )
