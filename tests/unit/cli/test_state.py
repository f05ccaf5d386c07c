"""`writ state`: what is refused before Redis is asked for anything."""

from __future__ import annotations

import json
import os
from pathlib import Path

import yaml
from click.testing import CliRunner

from control_plane.stack.config import write_settings
from control_plane.stack.keys import make_keys
from control_plane.stack.layout import make_layout
from writ.cli.main import cli


def test_a_decision_point_whose_log_is_here_is_not_gone(tmp_path: Path) -> None:
    layout = make_layout(tmp_path / "s")
    make_keys(layout, os.urandom)
    write_settings(layout, os.urandom)
    own = yaml.safe_load(layout.settings.read_text())["evidence"]["issuer"]
    arguments = ["state", "rebuild", "--config", str(layout.settings), "--without", own, "--without", "elsewhere"]
    refused = CliRunner().invoke(cli, [*arguments, "--json"])
    assert refused.exit_code == 2
    error = json.loads(refused.stdout)["error"]
    assert error["reason"] == "USAGE_INVALID"
    assert f"got `{own}`, whose log is here" in error["message"]
