"""The state folder that verbs take when they are told none."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from writ.cli.main import cli
from writ.cli.places import CHECKOUT, settings_file, state_folder


def test_the_environment_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CHECKOUT)
    assert state_folder({"WRIT_STATE": str(tmp_path), "XDG_STATE_HOME": "/x"}) == tmp_path


def test_in_the_checkout_it_is_the_checkouts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(CHECKOUT)
    assert state_folder({"XDG_STATE_HOME": "/x"}) == CHECKOUT / ".writ"


def test_elsewhere_it_is_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/home/somebody")
    assert state_folder({"XDG_STATE_HOME": "/x"}) == Path("/x/writ")
    assert state_folder({}) == Path("/home/somebody/.local/state/writ")


def options(command: click.Command) -> list[click.Parameter]:
    below = list(command.commands.values()) if isinstance(command, click.Group) else []
    return [*command.params, *(option for inner in below for option in options(inner))]


def test_every_verb_that_reads_settings_finds_those_of_the_state_folder() -> None:
    context = click.Context(cli)
    verbs = [cli.get_command(context, name) for name in ("agent", "state", "policy", "replay")]
    found = [option for verb in verbs if verb for option in options(verb) if "--config" in option.opts]
    assert len(found) == 10
    assert {option.default for option in found} == {settings_file}
