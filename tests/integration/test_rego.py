"""The golden corpus: what the policy library answers to known inputs, asked of a real OPA in one array.

`tests/vectors/decide/*.yaml` hold the cases, `base/` what they start from. A case that changes its answer changes what
agents may do: correct it only together with the rule that it tells of.
"""

from __future__ import annotations

import asyncio
import copy
import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from control_plane.bundles.build import BuiltBundle
from pdp.evaluate import OpaJudge
from pdp.model import Outcome
from tests.opa_server import OpaServer, SigningKey, signed_bundle

CHECKOUT = Path(__file__).resolve().parents[2]
CORPUS = CHECKOUT / "tests" / "vectors" / "decide"
SCHEMA = orjson.loads((CHECKOUT / "rego" / "schemas" / "input.json").read_bytes())
DEADLINE_S = 30.0


def read(name: str) -> Any:
    return yaml.safe_load((CORPUS / name).read_text(encoding="utf-8"))


def merged(target: Any, patch: Any) -> Any:
    """Returns `target` changed by a JSON merge patch (RFC 7396)."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


def item(case: dict[str, Any], index: int) -> dict[str, Any]:
    """Returns the complete input of one case."""
    operations = [merged(OPERATION, patch) for patch in case.get("operations", [{}])]
    whole: dict[str, Any] = merged(merged(ITEM, {"action": {"operations": operations}}), case.get("patch", {}))
    return {**whole, "index": index, "execution_digest": f"digest-{index}"}


def breaches(value: Any, schema: dict[str, Any], where: str = "input") -> Iterator[str]:
    """Yields what `value` lacks or has beyond the schema of `input`; enough of JSON Schema for the generated one."""
    if "enum" in schema and value not in schema["enum"]:
        yield f"{where}: `{value}` is none of {schema['enum']}"
    if isinstance(value, list):
        for number, entry in enumerate(value):
            yield from breaches(entry, schema.get("items", {}), f"{where}[{number}]")
    if isinstance(value, dict):
        properties, further = schema.get("properties", {}), schema.get("additionalProperties", True)
        yield from (f"{where}: `{name}` is missing" for name in schema.get("required", ()) if name not in value)
        for name, entry in value.items():
            if name not in properties and further is False:
                yield f"{where}: `{name}` is not known"
            inner = properties.get(name, further if isinstance(further, dict) else {})
            yield from breaches(entry, inner, f"{where}.{name}")


ITEM, OPERATION = read("base/item.yaml"), read("base/operation.yaml")
CASES: list[tuple[str, dict[str, Any]]] = [
    (f"{path.stem}: {case['description']}", case) for path in sorted(CORPUS.glob("*.yaml")) for case in read(path.name)
]
ITEMS = [item(case, index) for index, (_, case) in enumerate(CASES)]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[BuiltBundle, OpaServer]]:
    folder, key = tmp_path_factory.mktemp("corpus"), SigningKey()
    built = signed_bundle(CHECKOUT / "rego", folder / "bundle.tar.gz", key)
    with OpaServer(folder, key, built.path) as opa:
        yield built, opa


def judged(
    served: tuple[BuiltBundle, OpaServer], items: Sequence[dict[str, Any]], revision: str = ""
) -> list[Outcome | None] | None:
    """Judges the items in one call, numbered as they come."""
    built, opa = served
    numbered = [orjson.dumps({**one, "index": index}) for index, one in enumerate(items)]
    digests = [one.get("execution_digest", "") for one in items]

    async def ask() -> list[Outcome | None] | None:
        judge = OpaJudge(opa.socket)
        try:
            return await judge.judge(revision or built.revision, numbered, digests, DEADLINE_S)
        finally:
            judge.close()

    return asyncio.run(ask())


@pytest.fixture(scope="module")
def outcomes(served: tuple[BuiltBundle, OpaServer]) -> list[Outcome | None]:
    whole = judged(served, ITEMS)
    assert whole is not None
    return whole


def shown(outcome: Outcome, names: Sequence[str]) -> dict[str, Any]:
    """Returns what the outcome says under the names of `want`."""
    approval = outcome.approval and {**dataclasses.asdict(outcome.approval), "roles": [*outcome.approval.roles]}
    special = {"rules": [rule.id for rule in outcome.rules], "approval": approval}
    return {name: special[name] if name in special else getattr(outcome, name) for name in names}


def test_the_corpus_is_whole() -> None:
    names = [name for name, _ in CASES]
    assert len(names) >= 25
    assert len(set(names)) == len(names)
    assert {"effect", "tier", "rules", "approval"} <= set.intersection(*(set(case["want"]) for _, case in CASES))
    assert set().union(*(case for _, case in CASES)) == {"description", "operations", "patch", "want"}


@pytest.mark.parametrize("index", range(len(CASES)), ids=[name for name, _ in CASES])
def test_a_case_is_a_complete_input(index: int) -> None:
    assert list(breaches(ITEMS[index], SCHEMA)) == []


@pytest.mark.parametrize("index", range(len(CASES)), ids=[name for name, _ in CASES])
def test_a_case_is_answered_as_known(index: int, outcomes: list[Outcome | None]) -> None:
    outcome, want = outcomes[index], CASES[index][1]["want"]
    assert outcome is not None
    assert shown(outcome, list(want)) == want


def test_the_order_of_a_batch_changes_no_answer(
    served: tuple[BuiltBundle, OpaServer], outcomes: list[Outcome | None]
) -> None:
    assert judged(served, ITEMS[::-1]) == outcomes[::-1]


def test_an_item_alone_is_answered_as_in_a_batch(
    served: tuple[BuiltBundle, OpaServer], outcomes: list[Outcome | None]
) -> None:
    assert [(judged(served, [one]) or [None])[0] for one in ITEMS] == outcomes


def test_a_batch_for_another_revision_is_given_back(served: tuple[BuiltBundle, OpaServer]) -> None:
    assert judged(served, ITEMS[:2], revision="another") is None


def test_an_item_that_cannot_be_judged_costs_only_itself(
    served: tuple[BuiltBundle, OpaServer], outcomes: list[Outcome | None]
) -> None:
    broken = {name: value for name, value in ITEMS[0].items() if name != "execution_digest"}
    assert judged(served, [broken, ITEMS[0]]) == [None, outcomes[0]]


def test_an_item_whose_parts_are_garbage_is_denied_and_costs_only_itself(
    served: tuple[BuiltBundle, OpaServer], outcomes: list[Outcome | None]
) -> None:
    broken = {**ITEMS[0], "signals": "none", "action": None}
    first, second = judged(served, [broken, ITEMS[0]]) or [None, None]
    assert first is not None
    assert (first.effect, first.tier) == ("DENY", "T3")
    assert second == outcomes[0]
