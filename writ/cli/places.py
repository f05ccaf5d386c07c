"""Where the state folder lies that every verb of the command line takes unless told otherwise. Reads `os.environ`, and says
there what libraries may print.

Does not create anything.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, MutableMapping
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
"""Writ runs from a checkout, installed editable."""

STATE_FOLDER_NAME = ".writ"

SETTINGS_NAME = "writ.yaml"

GRPC_LOG_LEVEL = "GRPC_VERBOSITY"


def state_folder(environ: Mapping[str, str] | None = None) -> Path:
    """Returns `$WRIT_STATE`, `./.writ` in the checkout, else `$XDG_STATE_HOME/writ` or `~/.local/state/writ`."""
    environ = os.environ if environ is None else environ
    if own := environ.get("WRIT_STATE"):
        return Path(own).resolve()
    if Path.cwd() == CHECKOUT:
        return CHECKOUT / STATE_FOLDER_NAME
    if base := environ.get("XDG_STATE_HOME"):
        return Path(base).resolve() / "writ"
    return Path.home() / ".local" / "state" / "writ"


def silence_grpc(environ: MutableMapping[str, str] | None = None) -> None:
    """Has gRPC, which reads this when it is imported, write no lines of its own between those of a verb, unless the user asks
    for them: what went wrong stands in the error. Servers that a verb starts have their own setting."""
    (os.environ if environ is None else environ).setdefault(GRPC_LOG_LEVEL, "NONE")


def settings_file() -> Path:
    """Returns `writ.yaml` of the state folder."""
    return state_folder() / SETTINGS_NAME
