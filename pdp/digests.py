"""Names the bundle that OPA runs when OPA itself no longer can.

OPA reports the ETag, which is the digest of the archive, of what it downloaded. Restarted while the control plane is away it
runs the archive that it kept and reports none; one that reads its bundle from a file never does. So every digest that was
ever seen is kept beside the evidence log by its revision, and computed from the archive itself where that is known.
"""

from __future__ import annotations

import os
import tarfile
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import orjson

from pdp.model import Activation
from writ.cli.files import read_file
from writ.errors import InvalidInput, NotReady

FILE = "bundle-digests.json"

MAX_KEPT = 64
"""Revisions that are remembered; OPA goes back to the last one that it kept, never to an older one."""

MAX_ARCHIVE_BYTES = 16 * 1024 * 1024
"""As the control plane takes them."""

MAX_MANIFEST_BYTES = 1024 * 1024
"""A revision, a few roots."""


class BundleDigests:
    """Digests by revision in the file `bundle-digests.json` of `folder`; `archive` is where OPA has its bundle on disk."""

    def __init__(self, folder: Path, archive: Path | None) -> None:
        self._path = folder / FILE
        self._archive = archive
        self._known = _read(self._path)

    def complete(self, activation: Activation) -> Activation:
        """Returns the activation with a digest.

        Raises:
            NotReady: `BUNDLE_DIGEST_UNKNOWN`: OPA names none, it was never seen here, and no archive of that revision is
                where `opa.archive` says.
        """
        # The archive first: the same revision signed anew is another archive.
        digest = activation.etag or self._of_archive(activation.revision) or self._known.get(activation.revision, "")
        if not digest:
            came = f"none of it in `{self._archive}`" if self._archive else "no such setting"
            raise NotReady(
                "BUNDLE_DIGEST_UNKNOWN",
                f"opa names no digest of revision `{activation.revision}`: expected its archive where `opa.archive` says, "
                f"got {came}",
            )
        self._keep(activation.revision, digest)
        return replace(activation, etag=digest)

    def _keep(self, revision: str, digest: str) -> None:
        if self._known.get(revision) == digest:
            return
        others = [(kept, value) for kept, value in self._known.items() if kept != revision]
        self._known = dict([*others, (revision, digest)][-MAX_KEPT:])
        # Not on stable storage it is found again the way it was found now; a full disk must not keep a bundle from serving.
        with suppress(OSError):
            partial = self._path.with_suffix(".partial")
            partial.write_bytes(orjson.dumps(self._known))
            os.replace(partial, self._path)

    def _of_archive(self, revision: str) -> str:
        """Returns the digest of the archive on disk when it is of this revision, else ""."""
        if self._archive is None:
            return ""
        try:
            raw = read_file(self._archive, MAX_ARCHIVE_BYTES)
            return sha256(raw).hexdigest() if _revision(raw) == revision else ""
        except (OSError, InvalidInput, EOFError, tarfile.TarError, orjson.JSONDecodeError):
            return ""


def _revision(archive: bytes) -> object:
    with tarfile.open(fileobj=BytesIO(archive), mode="r:gz") as tar:
        for member in tar:
            if member.name.lstrip("/") == ".manifest" and member.isfile():
                manifest = tar.extractfile(member)
                document = orjson.loads(manifest.read(MAX_MANIFEST_BYTES)) if manifest else None
                return document.get("revision") if isinstance(document, dict) else None
    return None


def _read(path: Path) -> dict[str, str]:
    """Returns what was kept; a file that is missing or damaged is as none, since every digest can be found anew."""
    try:
        document = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return {}
    if not isinstance(document, dict):
        return {}
    return {revision: digest for revision, digest in document.items() if isinstance(digest, str) and digest}
