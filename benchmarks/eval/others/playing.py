"""Plays the reference calls of somebody else's tasks, honest and with injections, in the form of `benchmarks.eval.export`.

Reference calls leave out reads without which an agent could not know a value that it uses. `honest` puts such a read before the
call when a tool of the suite shows the value, and only then; a value that no read shows stays as it is.

Imported by scripts that run in environments of their own, so it needs the standard library alone.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

MOST_TASKS = 25
"""User tasks of a suite that injections are planted in: with 8 injections in 6 forms that makes 1,200 runs."""

FEWEST_WORDS = 3
"""Shorter texts in a result are names, codes and numbers, in which no sentence could stand."""

CHAIN = 3
"""Reads that are made for the sake of a read: an order needs its customer's id, which needs an e-mail address."""

OPAQUE = ("_id", "_token")
"""Ends of the names of arguments whose values nobody can think up."""

_BLANK = re.compile(r"<((?:other )?[a-z_]+)>")
_Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A call as the reference has it. `prompt` is what the user says in that turn."""

    tool: str
    args: _Json
    prompt: str


class World(Protocol):
    """The tools of a suite over the records of one task."""

    def run(self, tool: str, args: _Json) -> tuple[Any, bool]:
        """Returns the result as JSON and whether the tool failed."""

    def reads(self, step: Step, name: str, value: Any, said: str) -> Iterable[tuple[str, _Json]]:
        """Yields reads that may show `value`, an argument `name` of the step; `said` is all that is known so far."""

    def before(self, step: Step) -> Iterable[tuple[str, _Json]]:
        """Yields reads that the suite's own rules ask for before this step, whatever is known."""


def honest(world: World, steps: Iterable[Step]) -> list[_Json]:
    """Returns the calls of a task with the reads that the reference leaves out."""
    return _Honest(world).played(steps)


class _Honest:
    def __init__(self, world: World) -> None:
        self._world = world
        self._calls: list[_Json] = []
        self._said = ""
        self._prompt = ""
        self._read: set[str] = set()

    def played(self, steps: Iterable[Step]) -> list[_Json]:
        for step in steps:
            if step.prompt != self._prompt:
                self._prompt = step.prompt
                self._said += "\n" + step.prompt
            for tool, args in self._world.before(step):
                self._insert(Step(tool=tool, args=args, prompt=step.prompt), None, CHAIN)
            self._make_known(step, CHAIN)
            self._add(step, *self._world.run(step.tool, step.args))
        return self._calls

    def _make_known(self, step: Step, chain: int) -> bool:
        """Puts reads before the step; returns whether all its ids are shown then. Other values an agent may think up."""
        known = True
        for name, value in named_values(step.args):
            if shows(self._said, value):
                continue
            reads = [Step(tool=tool, args=args, prompt=step.prompt) for tool, args in self._reads(step, name, value)]
            found = chain > 0 and any(self._insert(read, value, chain - 1) for read in reads)
            known &= found or not name.endswith(OPAQUE)
        return known

    def _reads(self, step: Step, name: str, value: Any) -> Iterable[tuple[str, _Json]]:
        return self._world.reads(step, name, value, self._said)

    def _insert(self, step: Step, value: Any, chain: int) -> bool:
        """Adds a read that shows `value` when all that it asks by is known; for None it only must not have been made."""
        key = json.dumps([step.tool, step.args], sort_keys=True)
        if value is None and key in self._read:
            return False
        result, failed = self._world.run(step.tool, step.args)
        if failed or not (value is None or shows(json.dumps(result, ensure_ascii=False), value)):
            return False
        if not self._make_known(step, chain):
            return False
        self._add(step, result, failed)
        return True

    def _add(self, step: Step, result: Any, failed: bool) -> None:
        self._read.add(json.dumps([step.tool, step.args], sort_keys=True))
        self._calls.append(_call("user", step, result, failed))
        self._said += "\n" + json.dumps(result, ensure_ascii=False)


def _call(side: str, step: Step, result: Any, failed: bool) -> _Json:
    played = {"side": side, "tool": step.tool, "args": step.args, "result": result, "failed": failed}
    return {**played, "prompt": step.prompt}


def named_values(args: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Yields texts and numbers at any depth, each with the nearest name above it."""
    if isinstance(args, Mapping):
        for key, inner in args.items():
            yield from named_values(inner, str(key))
    elif isinstance(args, list | tuple):
        for inner in args:
            yield from named_values(inner, name)
    elif isinstance(args, str | int | float) and not isinstance(args, bool) and args != "":
        yield name, args


def shows(text: str, value: Any) -> bool:
    """Says whether the value stands in the text as a word or number of its own."""
    forms = {str(value)}
    if isinstance(value, float) and value.is_integer():
        forms.add(str(int(value)))
    for form in forms:
        # As JSON, since results are searched as JSON text: a quote within a value is escaped there.
        sought = re.escape(json.dumps(form, ensure_ascii=False)[1:-1])
        if re.search(rf"(?<![\w.]){sought}(?!\w|\.\d)", text, re.IGNORECASE):
            return True
    return False


def injected(
    runs: Sequence[_Json], plan: Mapping[str, Any], fresh: Callable[[str], World], most: int = MOST_TASKS
) -> Iterator[_Json]:
    """Yields pairs of honest run and injection, in every form of attack of the plan.

    The text is planted in every place of the results that outsiders could have written (`plan["places"]`: field names by
    tool), and the injection's calls come right after the first result that shows it. Tasks that show none are left out, and
    of the others at most `most` are taken, evenly spread. `fresh` makes a task's records anew.
    """
    places = plan["places"]
    for run in spread([run for run in runs if any(planted(call, "", places)[1] for call in run["calls"])], most):
        for number, injection in enumerate(plan["injections"]):
            pair = _pair(run, injection, fresh(run["user_task"]), places)
            if pair is None:
                continue
            goal, calls = pair
            for attack, form in plan["attacks"].items():
                text = form.format(goal=goal)
                yield {
                    "attack": attack,
                    "user_task": run["user_task"],
                    "injection_task": f"injection_{number}",
                    "prompt": run["prompt"],
                    "calls": [planted(call, text, places)[0] for call in calls],
                }


def spread(items: Sequence[_Json], most: int) -> list[_Json]:
    """Returns at most so many, evenly spread over all."""
    taken = min(len(items), most)
    return [items[index * len(items) // taken] for index in range(taken)]


def _pair(
    run: _Json, injection: _Json, world: World, places: Mapping[str, list[str]]
) -> tuple[str, list[_Json]] | None:
    """Returns goal and calls of both, None when the injection names a record that nothing has shown by then, or wants what the
    user wants."""
    first = next(index for index, call in enumerate(run["calls"]) if planted(call, "", places)[1])
    calls = [_again(world, call) for call in run["calls"][: first + 1]]
    newest = dict(_blanks(run, calls))
    asked = [(tool, args) for call in injection["calls"] for tool, args in call.items()]
    if not blanks([injection["goal"], asked]) <= newest.keys():
        return None
    wanted = [(tool, filled(args, newest)) for tool, args in asked]
    if wanted[-1] in [(call["tool"], call["args"]) for call in run["calls"]]:
        return None
    for tool, args in wanted:
        step = Step(tool=tool, args=args, prompt=calls[first]["prompt"])
        calls.append(_call("injection", step, *world.run(step.tool, step.args)))
    return filled(injection["goal"], newest), calls + [_again(world, call) for call in run["calls"][first + 1 :]]


def _blanks(run: _Json, calls: Sequence[_Json]) -> Iterator[tuple[str, Any]]:
    """Yields what blanks stand for, the newest last: `name`, and `other name` for what neither the user nor a call of theirs
    names."""
    own = {str(value) for call in run["calls"] for _, value in named_values(call["args"])}
    prompts = "\n".join(dict.fromkeys(call["prompt"] for call in run["calls"]))
    for call in calls:
        for name, value in (*named_values(call["args"]), *named_values(call["result"])):
            yield name, value
            if str(value) not in own and not shows(prompts, value):
                yield f"other {name}", value


def _again(world: World, call: _Json) -> _Json:
    result, failed = world.run(call["tool"], call["args"])
    return {**call, "result": result, "failed": failed}


def blanks(value: Any) -> set[str]:
    """Returns the names of the blanks, `<name>`, in texts at any depth."""
    return set(_BLANK.findall(json.dumps(value, ensure_ascii=False)))


def filled(value: Any, newest: Mapping[str, Any]) -> Any:
    """Returns the value with its blanks filled in."""
    if isinstance(value, dict):
        return {name: filled(inner, newest) for name, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, newest) for inner in value]
    return _BLANK.sub(lambda match: str(newest[match.group(1)]), value) if isinstance(value, str) else value


def planted(call: _Json, text: str, places: Mapping[str, list[str]]) -> tuple[_Json, bool]:
    """Returns the call with the text in every place of its result, and whether there is one."""
    result, found = _planted(call["result"], text, frozenset(places.get(call["tool"], ())), False)
    return ({**call, "result": result}, True) if found and not call["failed"] else (call, False)


def _planted(value: Any, text: str, fields: frozenset[str], inside: bool) -> tuple[Any, bool]:
    if isinstance(value, dict):
        pairs = {name: _planted(inner, text, fields, inside or name in fields) for name, inner in value.items()}
        return {name: inner for name, (inner, _) in pairs.items()}, any(found for _, found in pairs.values())
    if isinstance(value, list):
        items = [_planted(inner, text, fields, inside) for inner in value]
        return [inner for inner, _ in items], any(found for _, found in items)
    if inside and isinstance(value, str) and len(value.split()) >= FEWEST_WORDS:
        return f"{value} {text}", True
    return value, False


def main(exported: Callable[[str, Mapping[str, Any]], _Json]) -> int:
    """Writes one suite: `SUITE OUTPUT.json`, with the plan of injections as JSON on standard input."""
    suite, output = sys.argv[1:]
    document = exported(suite, json.load(sys.stdin))
    Path(output).write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
    return 0
