"""Writes the multi-turn tasks of the Berkeley Function Calling Leaderboard (v4, `multi_turn_base`) as plain JSON.

200 tasks over eight APIs with executable backends: files, messages, tweets, tickets, stocks, travel, a car and sums. All tools
are one server here, as an agent has them. The calls are the benchmark's reference; a call that the backend answers with an error
is kept as `failed`. A task has several turns; each call carries the text of its own.

The reference leaves out reads, since only the states at the end of a turn are compared. Put before a call, where a value is shown
nowhere before and such a read shows it:

- the id of somebody who is named: `get_user_id`;
- the symbol of a company that is named: `get_symbol_by_name`, else the watch list;
- the airport or the postcode of a city that is named: `get_nearest_airport_by_city`, `get_zipcode_based_on_city`;
- a file or folder: `ls`, with hidden ones when need be, else `find`;
- orders, bookings, tickets, cards and prices: the list, or the record, that the same API has of them.

What no read shows, such as a sum that the agent works out itself, stays as it is.

    python -m benchmarks.eval.others.bfcl SUITE OUTPUT.json < PLAN.json

See https://gorilla.cs.berkeley.edu/leaderboard.html. The data are Apache-2.0 and come with the package `bfcl-eval`.
"""

from __future__ import annotations

import ast
import copy
import importlib
import importlib.util
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.eval.others.playing import Step, honest, injected, main

CATEGORY = "multi_turn_base"
BACKENDS = "bfcl_eval.eval_checker.multi_turn_eval.func_source_code"
APIS = {
    "GorillaFileSystem": "gorilla_file_system",
    "MathAPI": "math_api",
    "MessageAPI": "message_api",
    "TwitterAPI": "posting_api",
    "TicketAPI": "ticket_api",
    "TradingBot": "trading_bot",
    "TravelAPI": "travel_booking",
    "VehicleControlAPI": "vehicle_control",
}
"""Class of the backend to its module, which is also the name of the file of its definitions."""

TYPES = {"dict": "object", "float": "number", "tuple": "array", "any": "string"}
"""Python's names of types, which the definitions use, to those of JSON schema."""

BY_NAME = {
    "receiver_id": ("get_user_id", "user"),
    "symbol": ("get_symbol_by_name", "name"),
    "stock": ("get_symbol_by_name", "name"),
    "travel_from": ("get_nearest_airport_by_city", "location"),
    "travel_to": ("get_nearest_airport_by_city", "location"),
    "cityA": ("get_zipcode_based_on_city", "city"),
    "cityB": ("get_zipcode_based_on_city", "city"),
}
"""Argument to a tool that finds its value by a name, and the argument that takes the name."""

_FILES: tuple[tuple[str, dict[str, Any]], ...] = (("ls", {}), ("ls", {"a": True}), ("find", {}))
LISTED = {
    **dict.fromkeys(("file_name", "file_name1", "file_name2", "folder", "dir_name", "source"), _FILES),
    "symbol": (("get_watchlist", {}),),
    "order_id": (("get_order_history", {}),),
    "ticket_id": (("get_user_tickets", {}),),
    "card_id": (("get_all_credit_cards", {}),),
}
"""Argument to reads that list such values."""

BESIDE = {
    ("price", "symbol"): ("get_stock_info", "symbol"),
    ("booking_id", "access_token"): ("get_booking_history", "access_token"),
}
"""Argument, and another of the same call that a read takes."""

LOGGED_IN = ("authenticated", "current_user", "access_token")
"""Names in an API's records that hold something once the user is logged in."""

NAME_WORDS = 3
_AROUND = "\"'\u201c\u201d\u2018,;:!?()"
_PREFIX = re.compile(r"^This tool belongs to .*?Tool description: ", re.DOTALL)
_Json = dict[str, Any]


def definition(document: _Json) -> _Json:
    """Returns a tool as an MCP `tools/list` result has it, without the sentence on its API that each description begins with."""
    return {
        "name": document["name"],
        "description": _PREFIX.sub("", document["description"]),
        "inputSchema": schema(document["parameters"]),
    }


def schema(value: Any) -> Any:
    """Returns a schema with the names of types that JSON schema knows."""
    if isinstance(value, list):
        return [schema(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    named = {name: schema(inner) for name, inner in value.items()}
    # A property may be called `type`; then it is no text.
    return named | {"type": TYPES.get(named["type"], named["type"])} if isinstance(named.get("type"), str) else named


def call_of(text: str, parameters: Mapping[str, list[str]]) -> tuple[str, _Json]:
    """Returns tool and arguments of a reference call, `name(value, other=value)`; `parameters` are in the tool's order.

    Raises:
        ValueError, AttributeError: it is no such call.
    """
    node: Any = ast.parse(text, mode="eval").body
    args = {name: ast.literal_eval(value) for name, value in zip(parameters[node.func.id], node.args, strict=False)} | {
        str(keyword.arg): ast.literal_eval(keyword.value) for keyword in node.keywords
    }
    return node.func.id, args


def steps(turns: list[list[_Json]], reference: list[list[str]], parameters: Mapping[str, list[str]]) -> Iterator[Step]:
    """Yields the reference calls of a task, each with what the user says in its turn."""
    for turn, calls in zip(turns, reference, strict=True):
        prompt = " ".join(message["content"] for message in turn if message["role"] == "user")
        for text in calls:
            tool, args = call_of(text, parameters)
            yield Step(tool=tool, args=args, prompt=prompt)


def names_in(text: str) -> Iterator[str]:
    """Yields runs of up to three words of a text, longest first, without the punctuation around them."""
    words = [word.strip(_AROUND) for word in text.replace("\u2019", "'").split()]
    for length in range(NAME_WORDS, 0, -1):
        for start in range(len(words) - length + 1):
            name = " ".join(words[start : start + length])
            yield name.removesuffix("'s")
            if name.endswith("."):
                yield name.rstrip(".")


class Backends:
    """The APIs over one task's records."""

    def __init__(self, instances: Iterable[Any]) -> None:
        self._instances = list(instances)

    def run(self, tool: str, args: _Json) -> tuple[Any, bool]:
        """Returns the result; an error that the backend reports is a failure, as is one that it raises."""
        instance = next(each for each in self._instances if hasattr(each, tool))
        try:
            result = getattr(instance, tool)(**copy.deepcopy(args))
        except Exception as error:  # whatever a backend raises, its caller is told
            return str(error), True
        result = json.loads(json.dumps(result, default=str))
        first = result[0] if isinstance(result, list) and result else result
        return result, isinstance(first, dict) and "error" in first

    def reads(self, step: Step, name: str, value: Any, said: str) -> Iterator[tuple[str, _Json]]:  # noqa: ARG002 - other suites use it
        """Yields reads that may show the value: by a name that is said, the API's lists, by the call's other arguments."""
        tool, argument = BY_NAME.get(name, ("", ""))
        if tool and self._has(tool):
            for each in dict.fromkeys(names_in(said)):
                yield tool, {argument: each}
        for tool, args in LISTED.get(name, ()):
            if tool != step.tool and self._has(tool):
                yield tool, args
        for (wanted, beside), (tool, argument) in BESIDE.items():
            if wanted == name and beside in step.args:
                yield tool, {argument: step.args[beside]}

    def before(self, step: Step) -> tuple[()]:  # noqa: ARG002 - other suites use it
        """This benchmark has no rules of its own."""
        return ()

    def _has(self, tool: str) -> bool:
        return any(hasattr(each, tool) for each in self._instances)


class Benchmark:
    """What the installed package holds."""

    def __init__(self) -> None:
        found = importlib.util.find_spec("bfcl_eval")
        if found is None or found.origin is None:
            raise RuntimeError("the package bfcl-eval is not installed")
        self._data = Path(found.origin).with_name("data")
        documents = [
            document for module in APIS.values() for document in self._lines(f"multi_turn_func_doc/{module}.json")
        ]
        self.tools = [definition(document) for document in documents]
        self._parameters = {each["name"]: list(each["parameters"]["properties"]) for each in documents}
        self._tasks = {task["id"]: task for task in self._lines(f"BFCL_v4_{CATEGORY}.json")}
        answers = self._lines(f"possible_answer/BFCL_v4_{CATEGORY}.json")
        self._reference = {answer["id"]: answer["ground_truth"] for answer in answers}

    def world(self, task: str) -> Backends:
        """Returns the APIs anew. An agent has all of them: one that the task does not use holds what the first task has there
        that uses it and is logged in, so that what an injection wants of it can succeed."""
        return Backends(self._backend(name, self._records(name, self._tasks[task])) for name in APIS)

    def runs(self) -> Iterator[_Json]:
        """Yields the tasks as they are."""
        for name, task in self._tasks.items():
            calls = honest(self.world(name), steps(task["question"], self._reference[name], self._parameters))
            yield {"user_task": name, "prompt": calls[0]["prompt"], "calls": calls}

    def _records(self, name: str, task: _Json) -> _Json:
        if name in task["involved_classes"]:
            return dict(task["initial_config"].get(name, {}))
        every = [
            each["initial_config"].get(name, {}) for each in self._tasks.values() if name in each["involved_classes"]
        ]
        return next((each for each in every if any(each.get(sign) for sign in LOGGED_IN)), every[0])

    def _backend(self, name: str, records: _Json) -> Any:
        backend = getattr(importlib.import_module(f"{BACKENDS}.{APIS[name]}"), name)()
        if hasattr(backend, "_load_scenario"):
            backend._load_scenario(copy.deepcopy(records))
        return backend

    def _lines(self, path: str) -> list[_Json]:
        return [json.loads(line) for line in (self._data / path).read_text(encoding="utf-8").splitlines()]


def exported(suite: str, plan: Mapping[str, Any]) -> _Json:
    """Returns tools and runs."""
    benchmark = Benchmark()
    runs = list(benchmark.runs())
    return {
        "suite": suite,
        "version": f"BFCL v4 {CATEGORY}",
        "tools": benchmark.tools,
        "benign": runs,
        "injected": list(injected(runs, plan, benchmark.world)),
        "without_calls": [],
    }


if __name__ == "__main__":
    raise SystemExit(main(exported))
