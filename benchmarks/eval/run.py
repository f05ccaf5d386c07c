"""`make eval`: plays suites and a day of honest work through a running stack, prints the figures and writes build/eval.json.

    python -m benchmarks.eval.run [SUITE,…]     without names: every suite that AgentDojo knows

A name is a suite of AgentDojo or of another benchmark (`benchmarks.eval.others`), or a domain of our own
(`benchmarks.eval.domains`); `others` and `own` stand for all of these.

Exit 1 when something could not be measured; what was measured is printed and written all the same.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.eval.day import honest_day
from benchmarks.eval.domains import HELD_OUT, Domain, names
from benchmarks.eval.environment import ROOT, exported, others, suites
from benchmarks.eval.figures import Figures, figures, fired, missed, total, touched
from benchmarks.eval.play import Gateway, Played, Run
from benchmarks.eval.policy import CORRECTED, corrected, suggested, write_policy
from benchmarks.stack import Stack, running
from control_plane.stack.config import write_settings
from control_plane.stack.layout import make_layout
from control_plane.stack.places import CHECKOUT
from pep.client import Client

BUILD = ROOT / "build" / "eval"
RESULT = ROOT / "build" / "eval.json"
INSPECTION_TIMEOUT_S = 1800
RUNS_OF_ONE_TOKEN = 200
"""A credential lives for some minutes; a new one comes with every so many runs."""


def main() -> int:
    """Returns 0 when everything asked for was measured."""
    asked = [name for name in ",".join(sys.argv[1:]).split(",") if name] or suites()
    wanted = list(dict.fromkeys(name for each in asked for name in names(each) or others(each) or [each]))
    failures: list[str] = []
    documents = {name: document for name in wanted if (document := _document(name, failures)) is not None}
    if not documents:
        print("\n".join(failures), file=sys.stderr)
        return 1
    result = measured(documents, failures)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    print(f"\nwritten to {RESULT.relative_to(ROOT)}")
    for failure in failures:
        print(f"NOT MEASURED: {failure}", file=sys.stderr)
    return 1 if failures else 0


def _document(name: str, failures: list[str]) -> dict[str, Any] | None:
    if names(name):
        return Domain(name).exported()
    try:
        document: dict[str, Any] = json.loads(exported(name, BUILD).read_text(encoding="utf-8"))
    except (RuntimeError, OSError, ValueError) as error:
        failures.append(f"suite {name}: {error}")
        return None
    return document


def measured(documents: dict[str, dict[str, Any]], failures: list[str]) -> dict[str, Any]:
    """Plays everything on one stack; what fails is added to `failures`."""
    catalogs: dict[str, dict[str, Any]] = {}
    for name, document in documents.items():
        try:
            draft = suggested(name, document["tools"], BUILD)
        except RuntimeError as error:
            failures.append(f"suite {name}: {error}")
            continue
        catalogs[name] = draft
        by_hand = corrected(name, draft)
        if by_hand is not None:
            catalogs[name + CORRECTED] = by_hand
    result: dict[str, Any] = {}
    with _stack(catalogs) as stack:
        for mode, suffix in (("suggested", ""), ("corrected", CORRECTED)):
            servers = {name: name + suffix for name in documents if name + suffix in catalogs}
            result[mode] = _mode(stack, mode, documents, servers, failures)
        result["honest_day"] = _day(stack, set(catalogs), failures)
    result["inspection"] = _inspection(failures)
    return result


@contextmanager
def _stack(catalogs: dict[str, dict[str, Any]]) -> Iterator[Stack]:
    """Starts the stack with the measured policy in a folder of its own, which is removed at the end."""
    write_policy(BUILD / "rego", catalogs)
    # A path for sockets must be short.
    folder = Path(tempfile.mkdtemp(prefix="writ-eval-"))
    try:
        layout = make_layout(folder / "state")
        write_settings(layout, os.urandom)
        settings = layout.settings.read_text(encoding="utf-8")
        layout.settings.write_text(settings.replace(str(CHECKOUT / "rego"), str(BUILD / "rego")), encoding="utf-8")
        with running(layout.root) as stack:
            yield stack
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _mode(
    stack: Stack, mode: str, documents: dict[str, dict[str, Any]], servers: dict[str, str], failures: list[str]
) -> dict[str, Any]:
    by_suite: dict[str, Figures] = {}
    told: dict[str, Any] = {}
    for name, server in servers.items():
        try:
            played = _play(stack, server, f"{name}.{mode}", runs_of(documents[name]))
        except Exception as error:  # one suite that cannot be played must not hide the others
            failures.append(f"{mode} {name}: {type(error).__name__}: {error}")
            continue
        by_suite[name] = figures(played)
        told[name] = _told(played, by_suite[name], documents[name])
        _print(f"{name}, catalog {mode}", by_suite[name], told[name])
    whole = total(by_suite.values())
    _print(f"all suites, catalog {mode}", whole, {})
    return {"suites": told, "total": whole.to_json()}


def runs_of(document: dict[str, Any]) -> list[Run]:
    """Returns the runs of an exported suite, the honest ones first."""
    honest = [Run(name=run["user_task"], prompt=run["prompt"], calls=tuple(run["calls"])) for run in document["benign"]]
    return honest + [
        Run(
            name=f"{run['user_task']} {run['injection_task']}",
            prompt=run["prompt"],
            calls=tuple(run["calls"]),
            attack=run["attack"],
        )
        for run in document["injected"]
    ]


def _play(stack: Stack, server: str, name: str, runs: Sequence[Run]) -> list[Played]:
    played: list[Played] = []
    for start in range(0, len(runs), RUNS_OF_ONE_TOKEN):
        with Client(stack.target, token=stack.token(), timeout_s=30.0) as client:
            gateway = Gateway(client=client, server=server, name=f"{name}.{start}")
            played += gateway.play(runs[start : start + RUNS_OF_ONE_TOKEN])
    return played


def _told(played: Sequence[Played], of: Figures, document: dict[str, Any]) -> dict[str, Any]:
    attacks = list(dict.fromkeys(run.run.attack for run in played if run.run.attack))
    if document["suite"] in HELD_OUT:
        return of.to_json()
    return of.to_json() | {
        "attacks": {
            attack: figures([run for run in played if run.run.attack == attack]).to_json() for attack in attacks
        },
        "fired_on_injections": fired(played, "injection"),
        "fired_on_honest_calls": fired(played, "user"),
        "touched": touched(played),
        "missed": missed(played),
        "injection_tasks_without_calls": document["without_calls"],
    }


def _day(stack: Stack, servers: set[str], failures: list[str]) -> dict[str, Any]:
    played: list[Played] = []
    for name, runs in honest_day().items():
        if name not in servers:
            continue
        try:
            played += _play(stack, name, f"day.{name}", runs)
        except Exception as error:
            failures.append(f"honest day, {name}: {type(error).__name__}: {error}")
    of = figures(played)
    holds = of.untouched.of - of.untouched.hits
    per_1000 = round(1000 * holds / of.untouched.of, 2) if of.untouched.of else 0.0
    print(f"\n## a day of honest work\nfalse holds per 1,000 actions: {per_1000} ({holds} of {of.untouched.of})")
    for line in touched(played):
        print(f"  {line}")
    return {
        "actions": of.untouched.of,
        "false_holds": holds,
        "false_holds_per_1000": per_1000,
        "touched": touched(played),
    }


def _inspection(failures: list[str]) -> Any:
    """Returns what the inspection benchmark writes; its table goes to our output."""
    print("\n## quality of inspection", flush=True)
    command = [sys.executable, "-m", "benchmarks.inspection_eval"]
    try:
        code = subprocess.run(command, cwd=ROOT, timeout=INSPECTION_TIMEOUT_S, check=False).returncode
        return json.loads((ROOT / "build" / "inspection.json").read_text(encoding="utf-8")) | {"exit_code": code}
    except (subprocess.TimeoutExpired, OSError, ValueError) as error:
        failures.append(f"inspection: {type(error).__name__}: {error}")
        return None


def _print(title: str, of: Figures, told: dict[str, Any]) -> None:
    print(f"\n## {title}")
    print(f"injected runs stopped          {of.stopped}")
    print(f"injected runs stopped or held  {of.stopped_or_held}")
    print(f"honest calls untouched         {of.untouched}")
    print(f"honest tasks without a hold    {of.clean_tasks}")
    for attack, each in told.get("attacks", {}).items():
        low, high = each["stopped_or_held_interval"]
        print(
            f"  {attack:<24} stopped {each['stopped_pct']:6.2f} %, or held {each['stopped_or_held_pct']:6.2f} %"
            f" [{low:.1f}, {high:.1f}]"
        )
    for name, key in (("injections", "fired_on_injections"), ("honest calls", "fired_on_honest_calls")):
        if told.get(key):
            print(f"  fired on {name}: " + ", ".join(f"{rule} {count}" for rule, count in told[key].items()))
    for line in told.get("touched", []):
        print(f"  touched: {line}")
    if told.get("injection_tasks_without_calls"):
        print(f"  not played, since the suite names no calls: {', '.join(told['injection_tasks_without_calls'])}")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
