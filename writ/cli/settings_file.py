"""Reads files of settings. What they must hold is said by whoever takes them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from writ.cli.files import MAX_YAML_BYTES, read_file
from writ.errors import ConfigurationError, InvalidInput
from writ.strict_yaml import parse_yaml


def read_settings(path: Path) -> Any:
    """Returns what a YAML file of settings holds; whoever takes it says of what form it must be.

    Raises:
        ConfigurationError: `CONFIG_UNREADABLE`, it cannot be read or is no YAML.
    """
    try:
        return parse_yaml(read_file(path, MAX_YAML_BYTES))
    except (OSError, InvalidInput) as error:
        raise ConfigurationError("CONFIG_UNREADABLE", f"cannot read settings `{path}`: {error}") from error
