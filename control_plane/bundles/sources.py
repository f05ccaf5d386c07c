"""Looks at the data files of a source folder before OPA reads them: OPA keeps the last of two equal keys without a word."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from control_plane.bundles.model import DATA, BundleRefused
from writ.errors import InvalidInput
from writ.strict_yaml import parse_yaml


def verify_data_files(source: Path) -> None:
    """Reads every file that OPA takes data from, in any folder below `source`.

    Raises:
        BundleRefused: `BUNDLE_DATA_INVALID`, a key stands twice in one mapping, or the file cannot be read.
    """
    for name, parse in _PARSERS.items():
        for path in sorted(source.rglob(name)):
            try:
                parse(path.read_bytes())
            except (OSError, InvalidInput, ValueError, RecursionError) as error:
                raise BundleRefused("BUNDLE_DATA_INVALID", f"cannot read data `{path}`: {error}") from error


def _parse_json(content: bytes) -> None:
    json.loads(content, object_pairs_hook=_members)


def _members(pairs: list[tuple[str, Any]]) -> None:
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise ValueError(f"key `{key}` twice")
        seen.add(key)


_PARSERS: dict[str, Callable[[bytes], object]] = {DATA: _parse_json, "data.yaml": parse_yaml, "data.yml": parse_yaml}
