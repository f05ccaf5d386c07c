"""What the decision point says of bundle data at build and push: it reads it, or names the key that it cannot read."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from pdp.bundle_check import check_activation
from tests.pipeline_support import bundle_data
from writ.errors import ConfigurationError

READ = ("catalog", "counters", "facts", "feeds", "callers", "severity", "action_severity", "environments")
ODD: tuple[Any, ...] = (None, 7, -1.5, "x", "", True, [], [1], ["x"], [[]], [None], {}, {"a": 1})


PLACES = 24
"""Places tried in each table, spread over it."""


def activation() -> dict[str, Any]:
    return {**bundle_data(), "revision": "r1", "etag": ""}


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yields the path of every value."""
    if path:
        yield path
    pairs = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in pairs:
        yield from places(value, (*path, key))


def with_value(path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    changed: Any = copy.deepcopy(activation())
    node = changed
    for part in path[:-1]:
        node = node[part]
    node[path[-1]] = value
    return dict(changed)


def test_the_checked_in_policy_is_readable() -> None:
    check_activation(activation())


@pytest.mark.parametrize("top", sorted({*activation()} - {"revision", "etag"}))
def test_no_odd_value_anywhere_is_more_than_a_refusal(top: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Compiling patterns takes a tenth of a second and rests on no table that is changed here.
    monkeypatch.setattr("pdp.lane.Inspector", lambda rules: rules)
    found = list(places({top: activation()[top]}))
    for number, path in enumerate(found[:: -(-len(found) // PLACES)]):
        for value in (ODD[(number + step) % len(ODD)] for step in (0, 6)):
            try:
                check_activation(with_value(path, value))
            except ConfigurationError as error:
                assert error.message  # most values are refused, some are fine where they stand


@pytest.mark.parametrize("top", READ)
def test_each_table_is_needed(top: str) -> None:
    data = activation()
    data[top] = 7
    with pytest.raises(ConfigurationError, match=top):
        check_activation(data)


def test_a_bundle_without_a_revision_is_no_bundle() -> None:
    with pytest.raises(ConfigurationError, match="revision"):
        check_activation({**activation(), "revision": ""})
