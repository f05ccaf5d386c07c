"""Looks at a source folder before OPA reads it: OPA leaves out what is no regular file, and keeps the last of two equal keys,
both without a word."""

from __future__ import annotations

import stat
from pathlib import Path

from control_plane.bundles.model import DATA, MAX_EXPANDED_BYTES, BundleRefused
from control_plane.bundles.signature import parse_json
from writ.cli.files import MAX_YAML_BYTES, kind_of, read_file
from writ.errors import InvalidInput
from writ.strict_yaml import parse_yaml


def verify_regular(source: Path) -> None:
    """Raises BundleRefused `BUNDLE_FILE_REFUSED` unless everything below `source` is a regular file or a folder: the rules behind
    a symbolic link would be in no bundle."""
    for path in sorted(source.rglob("*")):
        mode = path.lstat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
            raise BundleRefused(
                "BUNDLE_FILE_REFUSED",
                f"expected regular files and folders alone in `{source}`, got {kind_of(mode)} `{path}`",
            )


def verify_data_files(source: Path) -> None:
    """Reads every file that OPA takes data from, in any folder below `source`.

    Raises:
        BundleRefused: `BUNDLE_DATA_INVALID`, a key stands twice in one mapping, or the file is too large or cannot be read.
    """
    for name in (DATA, "data.yaml", "data.yml"):
        for path in sorted(source.rglob(name)):
            try:
                content = read_file(path, MAX_EXPANDED_BYTES if name == DATA else MAX_YAML_BYTES)
                if name == DATA:
                    parse_json(str(path), content)
                else:
                    parse_yaml(content)
            except OSError as error:
                raise BundleRefused("BUNDLE_DATA_INVALID", f"cannot read data `{path}`: {error.strerror}") from error
            except InvalidInput as error:
                raise BundleRefused("BUNDLE_DATA_INVALID", f"cannot read data `{path}`: {error}") from error
