"""The corpus is made up the same way every time, from numbers whose check digits hold by two independent computations."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from benchmarks.inspection_corpus import ids_europe, ids_world, money
from benchmarks.inspection_corpus.build import KINDS, NEGATIVES, POSITIVES, corpus
from benchmarks.inspection_corpus.model import Maker, Sample
from benchmarks.inspection_eval import Judged, Quality, mistakes, quality, report
from pdp.inspection.validators import VALIDATORS

GENERATED: dict[str, Maker] = {
    name: make
    for module in (ids_europe, ids_world, money)
    for name, make in vars(module).items()
    if name in VALIDATORS and name != "luhn" and callable(make)
}


def test_generators_stand_for_most_countries_that_have_a_validator() -> None:
    assert len(GENERATED) >= 55


@pytest.mark.parametrize("name", sorted(GENERATED))
def test_numbers_made_from_a_specification_pass_its_validator(name: str) -> None:
    random = Random(11)
    refused = [value for value in (GENERATED[name](random) for _ in range(100)) if not VALIDATORS[name](value)]
    assert refused == []


@pytest.mark.parametrize(
    "name",
    [
        "card",
        "iban",
        "de_idnr",
        "it_codicefiscale",
        "es_dni",
        "pl_pesel",
        "br_cpf",
        "cn_ric",
        "in_aadhaar",
        "sg_nric",
    ],
)
def test_a_changed_last_character_fails_its_validator(name: str) -> None:
    random = Random(12)
    for _ in range(50):
        value = GENERATED[name](random)
        last = value[-1]
        other = str((int(last) + 1) % 10) if last.isdigit() else ("A" if last != "A" else "B")
        assert not VALIDATORS[name](value[:-1] + other)


def test_the_corpus_is_the_same_for_the_same_seed() -> None:
    assert corpus(7) == corpus(7)
    assert corpus(7) != corpus(8)


def test_every_class_has_its_share_of_samples_and_a_third_is_held_out() -> None:
    samples = corpus()
    counts = Counter(name for sample in samples for name in sample.wants)
    assert set(counts) == {kind.data_class for kind in KINDS}
    assert min(counts.values()) >= POSITIVES
    assert sum(not sample.wants for sample in samples) == NEGATIVES
    for name in counts:
        some = [sample for sample in samples if name in sample.wants]
        assert 0.2 < sum(sample.held_out for sample in some) / len(some) < 0.5


def judged(want: str, *found: str, held_out: bool = False, may: str = "x") -> Judged:
    wants = frozenset({want}) if want else frozenset()
    sample = Sample(args={"text": want}, wants=wants, may=frozenset({may}), kind="k", carrier="c", held_out=held_out)
    return Judged(sample=sample, found={name: ["rule"] for name in found})


def test_quality_counts_what_is_found_missed_and_wrong() -> None:
    some = [judged("pii", "pii"), judged("pii"), judged("", "pii"), judged("phi", "pii", may="pii")]
    assert quality(some, "pii") == Quality(right=1, missed=1, wrong=1)
    assert (quality(some, "pii").precision, quality(some, "pii").recall) == (0.5, 0.5)


def test_a_report_says_whether_a_target_is_met() -> None:
    figures = report([judged("pii", "pii"), judged("phi"), judged("", "pii")])
    assert not figures["classes"]["phi"]["met"]
    assert figures["classes"]["pii"]["all"]["wrong"] == figures["negatives_with_findings"] == 1


def test_mistakes_of_the_part_that_is_held_out_are_not_shown() -> None:
    shown = mistakes([judged("pii", held_out=True), judged("pii"), judged("", "phi")], 5)
    assert len(shown) == 2
