"""The benchmark's own arithmetic: what is reported is what was seen."""

from __future__ import annotations

import struct
from pathlib import Path
from xml.etree import ElementTree

import pytest

from benchmarks.loadgen import Load, Seen
from benchmarks.markdown import report
from benchmarks.metrics import parse_stages
from benchmarks.plan import QUICK
from benchmarks.plot import plot
from benchmarks.records import MAGIC, NO_OFFSET, write_records
from benchmarks.results import TARGETS, document, figures
from benchmarks.workload import ID, MIXED, NUMBER, SIGNED, Mix, proposals
from writ.v1 import decision_pb2

METRICS = """\
# TYPE writ_stage_seconds histogram
writ_stage_seconds_bucket{le="+Inf",stage="enrich"} 2.0
writ_stage_seconds_count{stage="enrich"} 2.0
writ_stage_seconds_sum{stage="enrich"} 0.5
# TYPE writ_batch_items histogram
writ_batch_items_bucket{le="+Inf"} 2.0
writ_batch_items_count 2.0
writ_batch_items_sum 10.0
"""


def seen(load: Load, *, cpu: dict[str, float], p50: float = 100.0, memory: tuple[tuple[int, int], ...] = ()) -> Seen:
    return Seen(
        load=load,
        decisions=1000,
        per_second=5000.0,
        latency={"p50": p50, "p99": 2 * p50, "p999": 3 * p50},
        lateness={},
        outcomes={"ALLOW": 1000},
        errors=0,
        cpu=cpu,
        memory=memory or ((500, 100 * 1024), (1000, 101 * 1024)),
        curve=tuple(p50 + step for step in range(101)),
        stages={"enrich": 10.0},
        mean_batch=5.0,
    )


def all_runs() -> list[Seen]:
    loads = QUICK.ratio_round() + QUICK.ratio_round() + QUICK.once() + [QUICK.memory(0)]
    return [
        seen(load, cpu={"opa": 100.0}, p50=50.0)
        if load.mode == "opa"
        else seen(load, cpu={"pdp": 40.0, "opa": 60.0, "redis": 10.0})
        for load in loads
    ]


def test_ratios_set_the_whole_stack_beside_the_bare_opa() -> None:
    found = figures(all_runs())
    assert found["ratio_cpu_stream64"] == pytest.approx(1.1)
    assert found["ratio_cpu_unary64"] == pytest.approx(1.1)
    assert found["ratio_p50_unary1"] == pytest.approx(2.0)
    assert found["p99_us_open1000"] == pytest.approx(200.0)
    assert found["decisions_per_s_stream64"] == pytest.approx(5000.0)
    assert found["pdp_rss_mib"] == pytest.approx(101.0)


def test_every_target_stands_in_the_report_and_in_the_json() -> None:
    runs = all_runs()
    found = figures(runs)
    text = report(found, runs, [("read", "100", "T0", "ALLOW")])
    json = document(found, runs, quick=True)
    for target in TARGETS:
        assert target.figure in text
        assert target.figure in json


def test_the_plot_is_well_formed_xml() -> None:
    assert ElementTree.fromstring(plot(all_runs())).tag.endswith("svg")  # noqa: S314  # our own document


def test_stage_times_are_read_from_the_metrics_and_shared_by_the_items() -> None:
    stages = parse_stages(METRICS)
    assert stages.us_per_decision() == {"enrich": pytest.approx(50_000.0)}
    assert stages.mean_batch() == pytest.approx(5.0)
    assert stages.since(stages).items == 0


def test_requests_are_varied_and_the_same_in_every_run() -> None:
    first, second = proposals(MIXED), proposals(MIXED)
    assert [one.request for one in first] == [one.request for one in second]
    assert len({one.request.SerializeToString() for one in first}) > len(first) * 0.95
    assert {one.kind.name for one in first} == {kind.name for kind in MIXED.kinds}


@pytest.mark.parametrize("mix", [MIXED, SIGNED], ids=lambda mix: mix.name)
def test_the_records_say_where_the_placeholders_stand(mix: Mix, tmp_path: Path) -> None:
    bodies = [one.request.SerializeToString() for one in proposals(mix, 50)]
    write_records(tmp_path / "file", bodies)
    data = (tmp_path / "file").read_bytes()
    assert data.startswith(MAGIC)
    at = len(MAGIC)
    for body in bodies:
        length, id_at, number_at = struct.unpack_from("<III", data, at)
        assert data[at + 12 : at + 12 + length] == body
        patched = body[:id_at] + b"x" * len(ID) + body[id_at + len(ID) :]
        assert decision_pb2.DecideRequest.FromString(patched).request_id == "x" * len(ID)
        assert number_at == NO_OFFSET or body[number_at : number_at + len(NUMBER)] == NUMBER.encode()
        at += 12 + length
    assert at == len(data)


def test_a_body_with_a_placeholder_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at most once"):
        write_records(tmp_path / "file", [ID.encode() + b"-" + ID.encode()])
