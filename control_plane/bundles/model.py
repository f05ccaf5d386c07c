"""What the control plane knows about a bundle, and the bounds that every bundle keeps.

A bundle is a set of files: `data.json`, `*.rego`, and two that follow from them, `.manifest` and `.signatures.json`.
Its revision is the digest of its content alone, so that the same sources give the same revision everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from writ.errors import WritError

MANIFEST = ".manifest"
SIGNATURES = ".signatures.json"
DATA = "data.json"
POLICY_SUFFIX = ".rego"

MAX_ARCHIVE_BYTES = 16 * 1024 * 1024
"""Packed, as `PushRequest.archive` says."""

MAX_EXPANDED_BYTES = 64 * 1024 * 1024
"""Unpacked, all files together; text packs some 4 to 10 times, a bomb 1,000 times."""

MAX_FILES = 4096
"""Files in a bundle."""

MAX_PATH_BYTES = 255
"""What a ustar header can hold."""

REVISION_DOMAIN = b"writ.bundle.v1\n"
"""Keeps a revision apart from every other SHA-256. A change of the rule below needs another domain."""

Files = Mapping[str, bytes]
"""Content by path, relative to the bundle's root, with `/` between parts."""


class BundleRefused(WritError):
    """The bundle is not what may be served. The message names the file."""


class BundleNotFound(WritError):
    """No such revision is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredBundle:
    """What is stored about one revision. `digest` is the SHA-256 of the archive; `pushed_at_ms` is Unix time."""

    revision: str
    digest: str
    size_bytes: int
    key_id: str
    pushed_by: str
    pushed_at_ms: int
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedBundle:
    """A bundle that passed every check of `verify`."""

    revision: str
    digest: str
    key_id: str
    archive: bytes


def content(files: Files) -> dict[str, bytes]:
    """Returns the files that the revision covers: all but manifest and signature, which follow from them."""
    return {path: data for path, data in files.items() if path not in (MANIFEST, SIGNATURES)}


def write_files(folder: Path, files: Files) -> None:
    """Writes checked files under a folder, for OPA to read."""
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)


def revision_of(files: Files) -> str:
    """Returns the revision, 64 lower-case hex digits: SHA-256 over a domain and one line `<sha256> <path>` a file,
    sorted by path. A moved file is another revision, because its path decides where its data stands."""
    lines = [f"{sha256(data).hexdigest()} {path}\n".encode() for path, data in sorted(content(files).items())]
    return sha256(REVISION_DOMAIN + b"".join(lines)).hexdigest()


def archive_digest(archive: bytes) -> str:
    """Returns the SHA-256 of the archive, lower-case hex: the ETag under which it is served."""
    return sha256(archive).hexdigest()
