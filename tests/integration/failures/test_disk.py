"""The disk itself fails under a live decision point: no sync, no space, no write. The kernel says so, not a fake."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from pep.client import Client
from tests.failing_syscalls import FailingSyscalls
from tests.stack_support import DecisionPoint, Ground, codes, effect, request, until
from writ.v1 import decision_pb2

SYSCALLS = ("fdatasync", "fallocate", "pwrite64")


@contextmanager
def on_bad_disk(ground: Ground, name: str, **evidence: int) -> Iterator[tuple[DecisionPoint, FailingSyscalls]]:
    """Runs a decision point whose disk does as the test says."""
    with FailingSyscalls(*SYSCALLS) as disk:
        point = ground.point(name, evidence=evidence)
        point.launcher, point.inherited = disk.launcher, (disk.inherited,)
        point.start()
        ground.assign(point, "billing-1")
        yield point, disk
        point.kill()


def unrecorded(decision: decision_pb2.Decision) -> bool:
    return (
        (effect(decision), codes(decision)) == ("DENY", ["EVIDENCE_UNAVAILABLE"])
        and not decision.HasField("receipt")
        and not decision.HasField("permit")
    )


def read(client: Client, request_id: str) -> decision_pb2.Decision:
    """Acknowledged `signed`: no sync before the answer."""
    return client.decide(request(request_id))


def delete(client: Client, request_id: str) -> decision_pb2.Decision:
    """Acknowledged `durable`."""
    return client.decide(request(request_id, "invoices.delete"))


def again(ground: Ground, point: DecisionPoint) -> None:
    """Starts the same point on a good disk."""
    point.kill()
    point.launcher, point.inherited = (), ()
    point.start()
    ground.assign(point, "billing-1")


def test_a_sync_that_fails_denies_everything_until_the_log_was_read_again(ground: Ground) -> None:
    with on_bad_disk(ground, "pdp-no-sync") as (point, disk):
        with point.client() as client:
            assert effect(read(client, "sync-0")) == "ALLOW"
            assert effect(delete(client, "sync-1")) == "REQUIRE_APPROVAL"
            disk.fail("fdatasync", errno.EIO)
            assert unrecorded(delete(client, "sync-2"))
            assert disk.failed["fdatasync"] >= 1
            disk.fail("fdatasync", 0)
            # The kernel may have dropped what it could not write, and reports it once: a second sync proves nothing.
            assert unrecorded(delete(client, "sync-3"))
            assert unrecorded(read(client, "sync-4"))
            assert point.metrics("writ_evidence_failing")[()] == 1
            assert point.metrics("writ_failures_total")[("LOG_SYNC_FAILED",)] >= 1
        again(ground, point)
        with point.client() as client:
            assert effect(read(client, "sync-5")) == "ALLOW"
            assert effect(delete(client, "sync-6")) == "REQUIRE_APPROVAL"
        assert len(point.allowed()) == 2


def test_a_write_that_finds_no_space_denies_and_recovers_by_itself(ground: Ground) -> None:
    with on_bad_disk(ground, "pdp-no-space") as (point, disk), point.client() as client:
        assert effect(read(client, "space-0")) == "ALLOW"
        for error in (errno.ENOSPC, errno.EDQUOT, errno.EIO):
            disk.fail("pwrite64", error)
            assert unrecorded(read(client, f"space-{error}-a"))
            assert unrecorded(delete(client, f"space-{error}-b"))
            disk.fail("pwrite64", 0)
            assert effect(read(client, f"space-{error}-c")) == "ALLOW"
        assert disk.failed["pwrite64"] >= 6
        assert len(point.allowed()) == 4
        again(ground, point)
        assert len(point.allowed()) == 4, "nothing of what failed is in the log"


def test_a_segment_that_finds_no_space_denies_and_recovers_by_itself(ground: Ground) -> None:
    with on_bad_disk(ground, "pdp-no-room", segment_bytes=128 * 1024) as (point, disk), point.client() as client:
        assert effect(read(client, "room-first")) == "ALLOW"
        disk.fail("fallocate", errno.ENOSPC)
        effects: list[str] = []

        def denied() -> bool:
            effects.append(effect(read(client, f"room-{len(effects)}")))
            return effects[-1] == "DENY"

        until(denied, "the first segment to be full")
        assert set(effects[:-1]) == {"ALLOW"}
        assert unrecorded(read(client, "room-full"))
        assert disk.failed["fallocate"] >= 1
        disk.fail("fallocate", 0)
        assert effect(read(client, "room-again")) == "ALLOW"
        assert len(point.allowed()) == len(effects) + 1
