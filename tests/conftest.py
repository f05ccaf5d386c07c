"""How property tests draw: the same examples for the same source, or many new ones with `--fuzz` (`make fuzz`). And the Redis
that most tests of the state share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, is_hypothesis_test, settings

if TYPE_CHECKING:
    from tests.redis_server import RedisServer

# One commit, one verdict: examples follow from the source of a test, no earlier run's database adds to them, and a busy
# machine fails none of them for being slow.
settings.register_profile(
    "gate", derandomize=True, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("gate")

DECLARED = "_hypothesis_internal_use_settings"
"""Where hypothesis keeps what `@settings` declared; nothing public replaces it afterwards."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--fuzz",
        type=int,
        default=0,
        metavar="TIMES",
        help="draw TIMES as many examples as each property test declares, from new seeds",
    )


def for_search(declared: settings, times: int) -> settings:
    """Returns `declared` for a search: new seeds; what it finds is kept, made small and tried first the next time."""
    default = settings.get_profile("default")
    return settings(
        declared,
        max_examples=declared.max_examples * times,
        derandomize=False,
        database=default.database,
        phases=default.phases,
        deadline=None,
        print_blob=True,
    )


@pytest.hookimpl(trylast=True)  # what `-m` left out is gone by now
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Raises UsageError when a property test keeps its settings elsewhere, so that no search is silently a small one."""
    times: int = config.getoption("--fuzz")
    done: set[int] = set()
    for item in items if times else ():
        if not (isinstance(item, pytest.Function) and is_hypothesis_test(item.obj)):
            continue
        machine = isinstance(getattr(item.cls, "settings", None), settings)
        holder, name = (item.cls, "settings") if machine else (item.function, DECLARED)
        if id(holder) in done:  # one function for several parameters
            continue
        done.add(id(holder))
        declared = getattr(holder, name, None)
        if not isinstance(declared, settings):
            raise pytest.UsageError(f"expected the settings of a property test, got {declared!r} for {item.nodeid}")
        setattr(holder, name, for_search(declared, times))


@pytest.fixture(scope="module")
def server() -> Iterator[RedisServer]:
    """A Redis for the tests of one module, which empty it. Who stops, pauses or configures one has a server of its own."""
    from tests.redis_server import RedisServer  # most tests need none

    with RedisServer() as running:
        yield running


@pytest.fixture(scope="session")
def searching(request: pytest.FixtureRequest) -> Callable[[settings], settings]:
    """What a test that runs a property by itself draws with: the settings it declares, or those of a search."""
    times: int = request.config.getoption("--fuzz")
    return lambda declared: for_search(declared, times) if times else declared
