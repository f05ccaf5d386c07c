"""One stack by `writ up` for all tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pep.client import Client
from tests.stack_support import FEED, Stack, assignment, running_stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    with running_stack() as started:
        with started.client(FEED) as feed:
            feed.put_facts([assignment(agent) for agent in ("billing-1", "billing-2")])
        yield started


@pytest.fixture
def client(stack: Stack) -> Iterator[Client]:
    with stack.client() as opened:
        yield opened
