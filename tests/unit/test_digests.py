"""The digest of the running bundle: from OPA, from the archive on disk, from what was seen before; never empty."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import pytest

from control_plane.bundles.archive import write_archive
from control_plane.bundles.manifest import manifest_of
from control_plane.bundles.model import revision_of
from pdp.digests import FILE, MAX_KEPT, BundleDigests
from pdp.model import Activation
from writ.errors import NotReady

FILES = {"data.json": b'{"settings":{}}', "writ/main.rego": b"package writ\n"}
REVISION = revision_of(FILES)


def said(revision: str, etag: str = "") -> Activation:
    return Activation(revision=revision, etag=etag, data={})


def archive(folder: Path, more: bytes = b"") -> tuple[Path, str]:
    """Writes an archive of `REVISION`, signed as `more`; returns it and its digest."""
    raw = write_archive({**FILES, ".manifest": manifest_of(FILES), ".signatures.json": more})
    path = folder / "bundle.tar.gz"
    path.write_bytes(raw)
    return path, sha256(raw).hexdigest()


def test_what_opa_names_is_taken_and_remembered_over_a_restart(tmp_path: Path) -> None:
    assert BundleDigests(tmp_path, None).complete(said("r1", "e1")).etag == "e1"
    assert BundleDigests(tmp_path, None).complete(said("r1")).etag == "e1"


def test_the_archive_on_disk_says_it_where_opa_does_not(tmp_path: Path) -> None:
    path, digest = archive(tmp_path)
    assert BundleDigests(tmp_path, path).complete(said(REVISION)).etag == digest


def test_a_revision_signed_anew_has_the_digest_of_its_new_archive(tmp_path: Path) -> None:
    path, first = archive(tmp_path, b"one")
    digests = BundleDigests(tmp_path, path)
    assert digests.complete(said(REVISION)).etag == first
    _, second = archive(tmp_path, b"other")
    assert digests.complete(said(REVISION)).etag == second != first


@pytest.mark.parametrize("content", [None, b"", b"garbage", b"\x1f\x8b\x08\x00cut"])
def test_an_archive_that_is_none_or_another_is_not_believed(tmp_path: Path, content: bytes | None) -> None:
    path, _ = archive(tmp_path)
    revision = "another" if content is None else REVISION
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(NotReady, match=f"revision `{revision}`") as refused:
        BundleDigests(tmp_path, path).complete(said(revision))
    assert refused.value.reason == "BUNDLE_DIGEST_UNKNOWN"


def test_without_any_source_the_bundle_is_not_served(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="no such setting"):
        BundleDigests(tmp_path, None).complete(said("r1"))


@pytest.mark.parametrize("content", [b"", b"[]", b'{"r1": 7}', b'{"r1": ""}', b"garbage"])
def test_a_damaged_memory_is_as_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(NotReady):
        BundleDigests(tmp_path, None).complete(said("r1"))


def test_a_memory_that_cannot_be_written_keeps_no_bundle_from_serving(tmp_path: Path) -> None:
    digests = BundleDigests(tmp_path / "missing", None)
    assert digests.complete(said("r1", "e1")).etag == "e1"
    assert digests.complete(said("r1")).etag == "e1"


def test_the_memory_is_bounded_and_forgets_the_oldest(tmp_path: Path) -> None:
    digests = BundleDigests(tmp_path, None)
    for number in range(MAX_KEPT + 1):
        digests.complete(said(f"r{number}", f"e{number}"))
    assert digests.complete(said(f"r{MAX_KEPT}")).etag == f"e{MAX_KEPT}"
    with pytest.raises(NotReady):
        digests.complete(said("r0"))
