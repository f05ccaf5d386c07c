"""The configuration of an OPA sidecar in the docs is the one that `writ up` writes."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

from control_plane.opa_config import OPA_ENVIRONMENT, SidecarSettings, opa_command, opa_config

PAGE = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE[PAGE.index("An OPA sidecar that others run") :], re.DOTALL)
    assert found is not None
    return found.group(1)


def test_the_documented_configuration_is_ours() -> None:
    written = json.loads(block("json"))
    settings = SidecarSettings(
        socket=Path("/run/writ/opa.sock"),
        bundle_url="http://127.0.0.1:8281",
        key_id="writ",
        public_key_pem=written["keys"]["writ"]["key"],
        scope="writ",
        state_folder=Path("/var/lib/writ/opa"),
    )
    assert written == opa_config(settings)


def test_the_documented_command_is_ours() -> None:
    environment = [f"{name}={value}" for name, value in OPA_ENVIRONMENT.items()]
    command = opa_command(Path("opa"), Path("/run/writ/opa.sock"), Path("opa.json"))
    assert shlex.split(block("sh").replace("\\\n", " ")) == [*environment, *command]
