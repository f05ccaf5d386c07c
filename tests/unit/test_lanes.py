"""Following the bundle that OPA runs: the loop goes on, what does not change is not made again, and errors change nothing."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from typing import Any

import pytest

from pdp.lane import Lane
from pdp.lanes import Lanes
from pdp.model import Activation
from tests.pipeline_support import FakeJudge
from writ.errors import NotReady

OTHER = "b" * 64


async def followed() -> tuple[Lanes, FakeJudge]:
    judge = FakeJudge()
    lanes = Lanes(judge)
    await lanes.refresh()
    return lanes, judge


async def test_the_loop_runs_while_a_lane_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    lanes, judge = await followed()
    before, build = lanes.current, Lane.build
    let_go, entered = threading.Event(), threading.Event()

    def slow(activation: Activation) -> Lane:
        entered.set()
        assert let_go.wait(10)
        return build(activation)

    monkeypatch.setattr(Lane, "build", staticmethod(slow))
    judge.revision = OTHER
    refreshing = asyncio.create_task(lanes.refresh())
    while not entered.is_set():
        await asyncio.sleep(0.001)
    assert lanes.current is before, "the lane that stands serves on"
    let_go.set()
    await refreshing
    assert lanes.current is not None
    assert lanes.current.revision == OTHER


async def test_rules_of_inspection_that_did_not_change_are_not_compiled_again() -> None:
    lanes, judge = await followed()
    assert lanes.current is not None
    first = lanes.current.inspector
    judge.revision = OTHER
    await lanes.refresh()
    assert lanes.current.revision == OTHER
    assert lanes.current.inspector is first


async def test_the_same_bundle_is_read_once_and_one_with_another_digest_again() -> None:
    lanes, judge = await followed()
    first = lanes.current
    await lanes.refresh()
    assert lanes.current is first
    lanes = Lanes(judge, complete=lambda said: replace(said, etag="signed anew"))
    await lanes.refresh()
    assert lanes.current is not None
    assert lanes.current.etag == "signed anew"


@pytest.mark.parametrize("error", [NotReady("BUNDLE_DIGEST_UNKNOWN", "none"), ZeroDivisionError("a defect")])
async def test_whatever_goes_wrong_the_lane_that_stands_stays(
    error: Exception, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    lanes, judge = await followed()
    before = lanes.current

    def failing(activation: Activation) -> Any:
        raise error

    monkeypatch.setattr(Lane, "build", staticmethod(failing))
    judge.revision = OTHER
    await lanes.refresh()
    assert lanes.current is before
    assert "bundle not readable" in caplog.text
