"""What several verbs of the command line do alike."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import click

from pdp.config import Config
from pdp.server import connect_state, now_ms
from pdp.state.redis_state import RedisState


def run_on_state(config: Config, job: Callable[[RedisState], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    """Returns what a job on the state returns. Raises WritError."""

    async def main() -> dict[str, Any]:
        store = connect_state(config, generation=now_ms())
        try:
            return await job(store)
        finally:
            await store.close()

    return asyncio.run(main())


def print_fields(fields: dict[str, Any], as_json: bool) -> None:
    """Prints a line for each field, or all of them as JSON."""
    if as_json:
        click.echo(json.dumps(fields))
        return
    for name, value in fields.items():
        click.echo(f"{name}  {value}")
