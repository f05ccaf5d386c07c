"""Reads and writes bundle archives: gzip (RFC 1952) around a POSIX ustar archive, regular files only.

The reader is strict and its own, so that no header means one thing here and another to OPA: one gzip member, no
extension headers, no links, folders or devices, no path that leaves the root, no path twice, bounded expansion. The
writer gives the same bytes for the same files.
"""

from __future__ import annotations

import gzip
import io
import re
import tarfile
import zlib

from control_plane.bundles.model import (
    MAX_ARCHIVE_BYTES,
    MAX_EXPANDED_BYTES,
    MAX_FILES,
    MAX_PATH_BYTES,
    BundleRefused,
    Files,
)

_BLOCK = 512
_ZERO_BLOCK = bytes(_BLOCK)
_REGULAR_FILE = b"0"
_KINDS = {b"1": "hard link", b"2": "symbolic link", b"5": "folder", b"x": "extension header", b"g": "extension header"}
_OCTAL = re.compile(rb"[0-7]{1,11}[ \0]*")
_PATH_PART = re.compile(r"[A-Za-z0-9._@+-]{1,100}")


def read_archive(archive: bytes) -> dict[str, bytes]:
    """Returns the files of an untrusted archive by their paths. One leading `/`, as OPA writes it, means the root.

    Raises BundleRefused: `BUNDLE_TOO_LARGE`, `BUNDLE_UNREADABLE`, `BUNDLE_PATH_REFUSED`, `BUNDLE_FILE_REPEATED`.
    """
    if len(archive) > MAX_ARCHIVE_BYTES:
        raise BundleRefused(
            "BUNDLE_TOO_LARGE", f"archive has {len(archive)} bytes, at most {MAX_ARCHIVE_BYTES} are taken"
        )
    return _read_tar(_expand(archive))


def _expand(archive: bytes) -> bytes:
    inflate = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        expanded = inflate.decompress(archive, MAX_EXPANDED_BYTES + 1)
    except zlib.error as error:
        raise BundleRefused("BUNDLE_UNREADABLE", "expected a gzip archive, got something else") from error
    if len(expanded) > MAX_EXPANDED_BYTES:
        raise BundleRefused("BUNDLE_TOO_LARGE", f"archive expands to more than {MAX_EXPANDED_BYTES} bytes")
    if not inflate.eof or inflate.unused_data:
        raise BundleRefused("BUNDLE_UNREADABLE", "expected one whole gzip member, got a cut one or bytes behind it")
    return expanded


def _read_tar(data: bytes) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    offset = 0
    while True:
        header = data[offset : offset + _BLOCK]
        if header == _ZERO_BLOCK:
            break
        path, size = _read_header(header)
        offset += _BLOCK
        if size > len(data) - offset:
            raise BundleRefused("BUNDLE_UNREADABLE", f"`{path}` is cut: its header says {size} bytes")
        if path in files:
            raise BundleRefused("BUNDLE_FILE_REPEATED", f"`{path}` stands in the archive twice")
        if len(files) >= MAX_FILES:
            raise BundleRefused("BUNDLE_TOO_LARGE", f"archive has more than {MAX_FILES} files")
        files[path] = data[offset : offset + size]
        offset += -(-size // _BLOCK) * _BLOCK
    # Go stops at two zero blocks, others at one or at the end: nothing may stand behind the first.
    if data[offset:].strip(b"\0"):
        raise BundleRefused("BUNDLE_UNREADABLE", "expected zeros behind the last file, got more")
    return files


def _read_header(header: bytes) -> tuple[str, int]:
    if len(header) < _BLOCK or header[257:265] not in (b"ustar\x0000", b"ustar\x00\x00\x00"):
        raise BundleRefused("BUNDLE_UNREADABLE", "expected a ustar header, got something else")
    if sum(header[:148]) + sum(header[156:]) + 8 * 0x20 != _octal(header[148:156]):
        raise BundleRefused("BUNDLE_UNREADABLE", "checksum of a tar header does not hold")
    name, prefix = _text(header[:100]), _text(header[345:500])
    path = f"{prefix}/{name}" if prefix else name
    kind = header[156:157]
    if kind != _REGULAR_FILE:
        what = _KINDS.get(kind, "special file")
        raise BundleRefused("BUNDLE_PATH_REFUSED", f"`{path}` is a {what}; only regular files are taken")
    return _checked_path(path), _octal(header[124:136])


def _octal(field: bytes) -> int:
    if _OCTAL.fullmatch(field) is None:
        raise BundleRefused("BUNDLE_UNREADABLE", "expected an octal number in a tar header, got something else")
    return int(field.rstrip(b" \0"), 8)


def _text(field: bytes) -> str:
    # Non-ASCII becomes `\xNN` in the message, and the path check refuses it.
    return field.split(b"\0", 1)[0].decode("ascii", "backslashreplace")


def _checked_path(path: str) -> str:
    relative = path.removeprefix("/")
    parts = relative.split("/")
    if len(relative) > MAX_PATH_BYTES or any(part in (".", "..") or not _PATH_PART.fullmatch(part) for part in parts):
        raise BundleRefused(
            "BUNDLE_PATH_REFUSED",
            f"`{path[:MAX_PATH_BYTES]}` is no plain path: letters, digits and `._@+-` between `/`",
        )
    return relative


def write_archive(files: Files) -> bytes:
    """Packs files in order of their paths; no times, owners or modes of the machine get in."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in sorted(files):
            entry = tarfile.TarInfo(path)
            entry.size = len(files[path])
            entry.mode = 0o600
            tar.addfile(entry, io.BytesIO(files[path]))
    return gzip.compress(packed.getvalue(), mtime=0)
