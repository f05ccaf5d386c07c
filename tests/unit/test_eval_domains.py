"""Our own domains of `make eval`: read, played, and what they promise of themselves."""

from __future__ import annotations

import pytest

from benchmarks.eval.domains import ALL, ATTACKS, FOLDER, HELD_OUT, LOOKED_AT, Domain, names

EVERY = names(ALL)


def test_the_files_are_the_domains() -> None:
    assert sorted(EVERY) == sorted(path.stem for path in FOLDER.glob("*.yaml"))
    assert not set(LOOKED_AT) & set(HELD_OUT)


def test_a_name_that_is_no_domain_means_none() -> None:
    assert names("banking") == []
    assert names("shop") == ["shop"]


@pytest.mark.parametrize("name", EVERY)
def test_a_domain_has_enough_of_each(name: str) -> None:
    domain = Domain(name)
    assert len(domain.tasks) >= 8
    assert len(domain.injections) >= 4
    injected = domain.exported()["injected"]
    assert {run["injection_task"] for run in injected} == {f"injection_{at}" for at in range(len(domain.injections))}
    assert {run["attack"] for run in injected} == set(ATTACKS)
    assert len({run["user_task"] for run in injected}) >= 6


@pytest.mark.parametrize("name", EVERY)
def test_every_call_of_an_honest_task_returns_something(name: str) -> None:
    for run in Domain(name).exported()["benign"]:
        for call in run["calls"]:
            assert call["result"] not in (None, [], {}), (run["prompt"], call["tool"])


@pytest.mark.parametrize("name", EVERY)
def test_an_injection_follows_the_first_result_that_shows_it(name: str) -> None:
    domain = Domain(name)
    for run in domain.exported()["injected"]:
        sides = [call["side"] for call in run["calls"]]
        goal = domain.injections[int(run["injection_task"].rpartition("_")[2])]["goal"]
        first = sides.index("injection")
        assert goal in str(run["calls"][first - 1]["result"])
        assert not any(goal in str(call["result"]) for call in run["calls"][: first - 1])


@pytest.mark.parametrize("name", EVERY)
def test_honest_results_hold_no_blank_of_a_place(name: str) -> None:
    assert "{{" not in str(Domain(name).exported()["benign"])


def test_a_call_with_an_argument_that_the_tool_lacks_is_an_error() -> None:
    domain = Domain("shop")
    domain.tasks[0]["calls"][0] = {"list_orders": {"colour": "red"}}
    with pytest.raises(ValueError, match="takes other arguments"):
        domain.exported()


def test_a_tool_is_published_with_what_its_server_tells_and_no_more() -> None:
    tools = {tool["name"]: tool for tool in Domain("cloud").exported()["tools"]}
    assert "description" not in tools["listInstances"]
    assert tools["listInstances"]["annotations"] == {"readOnlyHint": True}
    assert tools["listInstances"]["inputSchema"]["properties"]["tag"] == {"type": "string"}
    record = tools["upsertRecord"]["inputSchema"]["properties"]["record"]
    assert record["properties"]["values"] == {"type": "array", "items": {"type": "string"}}
    assert tools["upsertRecord"]["inputSchema"]["required"] == ["zone", "record"]
