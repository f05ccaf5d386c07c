"""`writ agent`: what is usual for an agent, and whether it may act at all, from the operator's side."""

from __future__ import annotations

import json
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from pdp.behaviour.admin import read_agent, reset_agent
from pdp.behaviour.settings import BehaviourSettings
from pdp.cli.shared import print_fields, run_on_state
from pdp.config import Config, load_config
from pdp.policy_explain import RunningPolicy
from pdp.request import check_agent_id
from pdp.server import derived_key, now_ms
from pdp.signals_behaviour import amount
from pdp.state.redis_state import RedisState
from writ.cli.places import settings_file
from writ.errors import ConfigurationError, EvaluationFailed, InvalidInput
from writ.strict_json import is_text

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

Job = Callable[[RedisState, bytes, str], Awaitable[dict[str, Any]]]


def _agent_id(_: click.Context, __: click.Parameter, value: str) -> str:
    """Holds an id to the rules of Decide: no agent could ever ask under another one."""
    try:
        check_agent_id(value)
    except InvalidInput as error:
        raise click.BadParameter(error.message) from error
    if not is_text(value):
        raise click.BadParameter("`agent.id` must be UTF-8")
    return value


def _options(command: Callable[..., None]) -> Callable[..., None]:
    path = click.Path(exists=True, dir_okay=False, path_type=Path)
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option("--organisation", default="", help="Needed when the state holds more than one."),
        click.option(
            "--config", "settings", type=path, default=settings_file, help="writ.yaml  [default: in the state folder]"
        ),
        click.argument("agent_id", metavar="ID", callback=_agent_id),
    ):
        command = option(command)
    return command


@click.group(epilog="Example: writ agent show invoice-agent")
def agent() -> None:
    """Show or forget what is usual for an agent; suspend it, or let it act again."""


@agent.command("show", epilog="Example: writ agent show invoice-agent")
@_options
def show(agent_id: str, settings: Path, organisation: str, as_json: bool) -> None:
    """Print an agent's baseline: means, usual hours, how much is known. Exit 1 when there is none."""

    config = load_config(settings)
    declared, less = _declared(config)

    async def job(store: RedisState, key: bytes, of: str) -> dict[str, Any]:
        return await _read_known(store, key, of, agent_id, declared)

    found = _run(config, organisation, job)
    found["currency"] = declared.currency if declared is not None else ""
    click.echo(json.dumps(found) if as_json else "\n".join(_lines(found)))
    _say(less)
    if found["baseline"] is None:
        sys.exit(1)


@agent.command("reset", epilog="Example: writ agent reset invoice-agent")
@_options
def reset(agent_id: str, settings: Path, organisation: str, as_json: bool) -> None:
    """Forget what is usual for an agent, for example after its task has changed, or when its baseline was lost. It counts as new
    from then on; sessions, totals and limits stay."""

    config = load_config(settings)
    declared, less = _declared(config)

    async def job(store: RedisState, key: bytes, of: str) -> dict[str, Any]:
        await _read_known(store, key, of, agent_id, declared)
        forgotten = await reset_agent(store.client, key, of, agent_id, declared, now_ms())
        return {"agent": agent_id, "forgotten": forgotten}

    _print(_run(config, organisation, job), as_json)
    _say(less)


@agent.command("suspend", epilog="Example: writ agent suspend invoice-agent")
@_options
def suspend(agent_id: str, settings: Path, organisation: str, as_json: bool) -> None:
    """Show an agent as suspended to the policy, on every decision point, from its next action on; also one that has not acted
    yet."""

    async def job(store: RedisState, _: bytes, of: str) -> dict[str, Any]:
        await store.suspend(of, agent_id)
        return {"agent": agent_id, "suspended": True}

    _print(_run(load_config(settings), organisation, job), as_json)


@agent.command("resume", epilog="Example: writ agent resume invoice-agent")
@_options
def resume(agent_id: str, settings: Path, organisation: str, as_json: bool) -> None:
    """Take a suspension back."""

    async def job(store: RedisState, key: bytes, of: str) -> dict[str, Any]:
        await _read_known(store, key, of, agent_id, None)
        await store.resume(of, agent_id)
        return {"agent": agent_id, "suspended": False}

    _print(_run(load_config(settings), organisation, job), as_json)


def _run(config: Config, organisation: str, job: Job) -> dict[str, Any]:
    async def own(store: RedisState) -> dict[str, Any]:
        return await job(store, _names_key(config), organisation or await _only_organisation(store))

    return run_on_state(config, own)


def _declared(config: Config) -> tuple[BehaviourSettings | None, str]:
    """Returns what the running bundle declares of behaviour, which the state does not know, and ""; or None, and why an answer
    says less then."""
    try:
        activation = RunningPolicy(config.opa.socket).activation()
        return BehaviourSettings.parse(activation.get("behaviour"), activation.get("sequences", {})), ""
    except (EvaluationFailed, ConfigurationError) as error:
        less = "amounts are in minor units, and a loss that only actions tell is not told"
        return None, f"the running bundle is not read ({error}): {less}"


def _say(less: str) -> None:
    """Says beside an answer, whatever its form, why it says less; beside an error there is nothing to say."""
    if less:
        click.echo(f"writ: {less}", err=True)


async def _read_known(
    store: RedisState, key: bytes, organisation: str, agent_id: str, declared: BehaviourSettings | None
) -> dict[str, Any]:
    """Returns `read_agent`. Raises InvalidInput AGENT_NOT_KNOWN for one that never acted and is not suspended: its id was
    probably misspelt, and an agent that nobody meant would go on."""
    found = await read_agent(store.client, key, organisation, agent_id, declared, now_ms())
    if not (found["suspended"] or found["stored_bytes"] or found["lost"] or found["acted"]):
        raise InvalidInput(
            "AGENT_NOT_KNOWN", f"nothing is known of agent `{_shown(agent_id)}` of `{_shown(organisation)}`"
        )
    return found


def _print(fields: dict[str, Any], as_json: bool) -> None:
    print_fields(fields if as_json else {**fields, "agent": _shown(fields["agent"])}, as_json)


def _shown(text: str) -> str:
    """Returns text on one line: an id may hold what moves the cursor of a terminal."""
    return text if text.isprintable() else json.dumps(text)


def _names_key(config: Config) -> bytes:
    return derived_key(config, "names")


async def _only_organisation(store: RedisState) -> str:
    known = sorted(await store.continuity.organisations())
    if len(known) != 1:
        raise ConfigurationError("ORGANISATION_UNCLEAR", f"expected `--organisation`: the state holds {len(known)}")
    return known[0]


def _lines(found: dict[str, Any]) -> list[str]:
    lines = [
        f"agent         {_shown(found['agent'])} of {_shown(found['organisation'])}",
        f"suspended     {'yes' if found['suspended'] else 'no'}",
    ]
    baseline = found["baseline"]
    if found["lost"]:
        lines.append(
            "lost          an earlier baseline; until as much is learned anew, the agent is neither known nor new"
        )
    if baseline is None:
        return [*lines, "baseline      none"]
    lines += [
        f"observations  {baseline['observations']}, {found['stored_bytes']} bytes",
        f"since         {_time(baseline['since_ms'])}",
        f"updated       {_time(baseline['updated_ms'])}",
    ]
    for measure, mean in baseline["means"].items():
        if mean["weight"]:
            usual, deviation = (_shown_as(measure, mean[name], found["currency"]) for name in ("mean", "deviation"))
            lines.append(f"{measure:<12}  mean {usual}, deviation {deviation}, of {mean['weight']:g}")
    hours = [f"{_hour(int(hour))} {share / 100:g} %" for hour, share in baseline["hours"].items()]
    lines.append("hours         " + (", ".join(hours) or "none"))
    known = [f"{count} {name.replace('_', ' ')}" for name, count in baseline["known"].items()]
    return [*lines, "known         " + (", ".join(known) or "nothing")]


def _shown_as(measure: str, value: float, currency: str) -> str:
    return amount(round(value), currency) if measure == "amount" else f"{value:,} {measure}"


def _hour(hour: int) -> str:
    return f"{DAYS[hour // 24]} {hour % 24:02d}:00"


def _time(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


if __name__ == "__main__":
    agent()
