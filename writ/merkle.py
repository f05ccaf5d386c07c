"""Merkle trees over the entries of one batch, by RFC 6962 sections 2.1 (hashing) and 2.1.1 (inclusion paths).

Leaves are the bytes of an entry, in order; a hash is 32 bytes. Pairing level by level and lifting the odd node gives
the same tree as the recursive definition, and all paths of a batch in one pass. This module signs nothing, and keeps
no tree between batches; consistency proofs (2.1.2) belong to the global log.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from writ.errors import VerificationFailed

HASH_BYTES = 32
"""Length of a leaf or node hash: SHA-256."""

MAX_LEAVES = 1 << 16
"""Most leaves of one tree: a batch is bounded far below it, and it bounds a path that comes from outside."""

MAX_PATH_NODES = 16
"""Longest inclusion path: the height of a tree of `MAX_LEAVES`."""

EMPTY_ROOT = sha256(b"").digest()
"""Root of the tree without leaves (RFC 6962 2.1)."""


def leaf_hash(data: bytes) -> bytes:
    """Returns SHA-256(0x00 || data)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Returns SHA-256(0x01 || left || right)."""
    return sha256(b"\x01" + left + right).digest()


def root_and_paths(leaves: Sequence[bytes]) -> tuple[bytes, list[tuple[bytes, ...]]]:
    """Returns the root of the tree over leaf hashes and, for each leaf in order, its path from the leaf up."""
    count = len(leaves)
    if count < 2:
        return (leaves[0] if leaves else EMPTY_ROOT), [()] * count
    paths: list[list[bytes]] = [[] for _ in leaves]
    level = list(leaves)
    width = 1  # leaves under each whole node of this level
    while len(level) > 1:
        above = []
        for left in range(0, len(level) - 1, 2):
            middle = (left + 1) * width
            for path in paths[left * width : middle]:
                path.append(level[left + 1])
            for path in paths[middle : middle + width]:
                path.append(level[left])
            above.append(sha256(b"\x01" + level[left] + level[left + 1]).digest())
        if len(level) % 2:
            above.append(level[-1])
        level = above
        width *= 2
    return level[0], [tuple(path) for path in paths]


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Returns the root of the tree over leaf hashes, without paths."""
    level = list(leaves)
    if not level:
        return EMPTY_ROOT
    while len(level) > 1:
        above = [node_hash(level[at], level[at + 1]) for at in range(0, len(level) - 1, 2)]
        if len(level) % 2:
            above.append(level[-1])
        level = above
    return level[0]


def root_from_path(leaf: bytes, index: int, count: int, path: Sequence[bytes]) -> bytes:
    """Returns the root that a path leads to, by the procedure of RFC 9162 2.1.3.2; the path is unverified input.

    The caller compares the root with one that it trusts. Raises VerificationFailed `PATH_MALFORMED` when index, count
    and length of the path do not fit together.
    """
    if not 0 < count <= MAX_LEAVES or not 0 <= index < count:
        raise VerificationFailed(
            "PATH_MALFORMED", f"expected an index below a count of at most {MAX_LEAVES}, got {index} of {count}"
        )
    if len(leaf) != HASH_BYTES or any(len(node) != HASH_BYTES for node in path):
        raise VerificationFailed(
            "PATH_MALFORMED", f"expected hashes of {HASH_BYTES} bytes in the inclusion path, got another length"
        )
    position, last, root = index, count - 1, leaf
    for node in path:
        if last == 0:
            raise VerificationFailed("PATH_MALFORMED", f"inclusion path of {len(path)} nodes is too long")
        if position % 2 or position == last:
            root = node_hash(node, root)
            while position % 2 == 0:
                position //= 2
                last //= 2
        else:
            root = node_hash(root, node)
        position //= 2
        last //= 2
    if last != 0:
        raise VerificationFailed("PATH_MALFORMED", f"inclusion path of {len(path)} nodes is too short")
    return root


def verify_inclusion(leaf: bytes, index: int, count: int, path: Sequence[bytes], root: bytes) -> None:
    """Raises VerificationFailed `PATH_MALFORMED` or `ROOT_MISMATCH` unless the path leads from the leaf to the root."""
    reached = root_from_path(leaf, index, count, path)
    if reached != root:
        raise VerificationFailed(
            "ROOT_MISMATCH",
            f"expected the inclusion path to lead to the signed root `{root.hex()}`, got `{reached.hex()}`",
        )
