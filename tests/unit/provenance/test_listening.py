"""Who waits for the same request gets it from one reading; floods are refused, and who leaves keeps nobody waiting."""

from __future__ import annotations

import asyncio

import pytest

from pdp.listening import MAX_WAITING_PER_CALLER, Listening
from pdp.provenance.speech import Request, Requests
from pdp.steps import Steps
from writ.errors import Overloaded

CALLER, OTHER = ("acme", "gateway"), ("acme", "other")
TEXT = "Please pay invoice INV-71 of Ada Lovelace by July 4. "


class Counting(Requests):
    def __init__(self) -> None:
        super().__init__(b"0123456789abcdef")
        self.readings = 0

    def read_in_steps(self, text: str) -> Steps[Request]:
        self.readings += 1
        return super().read_in_steps(text)


async def test_one_text_is_read_once_for_all_who_wait() -> None:
    requests = Counting()
    listening = Listening(requests)
    said = await asyncio.gather(*(listening.read(TEXT * 200, CALLER) for _ in range(100)))
    assert requests.readings == 1
    assert all(one is said[0] for one in said)


async def test_a_flood_is_refused_and_others_are_read() -> None:
    listening = Listening(Counting())
    flood = [asyncio.create_task(listening.read(f"{n} {TEXT}" * 10, CALLER)) for n in range(MAX_WAITING_PER_CALLER + 1)]
    other = asyncio.create_task(listening.read(TEXT * 30, OTHER))
    done = await asyncio.gather(*flood, return_exceptions=True)
    refused = [one for one in done if isinstance(one, Overloaded)]
    assert [one.reason for one in refused] == ["CALLER_OVERLOADED"]
    assert (await other).facts.deeds


async def test_who_leaves_leaves_the_reading_to_others() -> None:
    requests = Counting()
    listening = Listening(requests)
    leaving, staying = (asyncio.create_task(listening.read(TEXT * 200, CALLER)) for _ in range(2))
    await asyncio.sleep(0)
    leaving.cancel()
    assert (await staying).facts.deeds
    with pytest.raises(asyncio.CancelledError):
        await leaving
    assert requests.readings == 1
