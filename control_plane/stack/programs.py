"""Runs our own programs to their end: verbs of the decision point, which the control plane never imports, and servers that
only read their settings. Reads nothing into what they say.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from dataclasses import dataclass
from pathlib import Path

from control_plane.stack.config import StackConfig
from control_plane.stack.layout import Layout
from control_plane.stack.places import child_environment
from writ.errors import ConfigurationError

READ_TIMEOUT_S = 60.0
"""A server reads its settings in a second or two; more only on a machine that is very busy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a program ended, and all that it said."""

    code: int
    said: str


async def run_module(*arguments: str, cwd: Path | None = None, timeout_s: float) -> Ended:
    """Runs `python -m` with these arguments; whoever is cancelled leaves nothing running. Raises TimeoutError."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", *arguments),
        env=child_environment(),
        cwd=cwd,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), timeout_s)
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        raise
    return Ended(code=process.returncode or 0, said=output.decode(errors="replace").strip())


def servers(config: StackConfig) -> list[str]:
    """Returns the modules of the servers that a start wants and that read settings."""
    wanted = {"control_plane.server": config.stack.start_control_plane, "pdp.server": config.stack.start_pdp}
    return [module for module, starts in wanted.items() if starts]


async def settings_refused(module: str, layout: Layout) -> str:
    """Has a server read its own settings and keys, which is what it would refuse a start by; it changes nothing. Returns "", or
    why it would."""
    try:
        ended = await run_module(
            module, "--config", str(layout.settings), "--check", cwd=layout.root, timeout_s=READ_TIMEOUT_S
        )
    except TimeoutError:
        return f"`{module}` refuses them: no answer within {READ_TIMEOUT_S:.0f} s"
    if ended.code == 0:
        return ""
    last = ended.said.rpartition("\n")[2]
    return f"`{module}` refuses them: {last.partition(': ')[2] or last}"  # without its name


async def check_settings(config: StackConfig, layout: Layout) -> None:
    """Raises ConfigurationError for settings or keys that a server of this stack would refuse."""
    said = await asyncio.gather(*(settings_refused(module, layout) for module in servers(config)))
    if refused := "; ".join(filter(None, said)):
        raise ConfigurationError("SETTINGS_REFUSED", f"nothing was started by `{layout.settings}`: {refused}")
