"""Merkle trees against the known answers of the Certificate Transparency reference implementation (RFC 6962)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from writ.errors import VerificationFailed
from writ.merkle import EMPTY_ROOT, leaf_hash, node_hash, root_and_paths, root_of, verify_inclusion

# github.com/transparency-dev/merkle, testonly: leaf inputs, and the roots of the trees of the first 1 to 8 of them.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
PATH_OF_LEAF_5_OF_8 = [
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
]
LEAVES = [leaf_hash(bytes.fromhex(text)) for text in INPUTS]


@pytest.mark.parametrize("count", range(1, 9))
def test_roots_are_those_of_the_reference_implementation(count: int) -> None:
    assert root_and_paths(LEAVES[:count])[0].hex() == ROOTS[count - 1]
    assert root_of(LEAVES[:count]).hex() == ROOTS[count - 1]


def test_the_empty_tree_has_the_hash_of_nothing_as_its_root() -> None:
    assert root_and_paths([]) == (EMPTY_ROOT, [])
    assert root_of([]) == EMPTY_ROOT


def test_a_path_is_that_of_the_reference_implementation() -> None:
    assert [node.hex() for node in root_and_paths(LEAVES)[1][5]] == PATH_OF_LEAF_5_OF_8


def _recursive_root(leaves: list[bytes]) -> bytes:
    """The definition of RFC 6962 2.1, word by word."""
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return node_hash(_recursive_root(leaves[:split]), _recursive_root(leaves[split:]))


@given(st.integers(1, 200))
def test_the_level_by_level_tree_is_the_recursive_one_and_every_path_leads_to_it(count: int) -> None:
    leaves = [leaf_hash(number.to_bytes(2)) for number in range(count)]
    root, paths = root_and_paths(leaves)
    assert root == _recursive_root(leaves)
    for index, path in enumerate(paths):
        verify_inclusion(leaves[index], index, count, path, root)


@given(st.data(), st.integers(1, 40))
def test_any_changed_bit_breaks_verification(data: st.DataObject, count: int) -> None:
    leaves = [leaf_hash(number.to_bytes(2)) for number in range(count)]
    root, paths = root_and_paths(leaves)
    index = data.draw(st.integers(0, count - 1))
    parts = [leaves[index], *paths[index], root]
    part, bit = data.draw(st.integers(0, len(parts) - 1)), data.draw(st.integers(0, 255))
    flipped = bytearray(parts[part])
    flipped[bit // 8] ^= 1 << bit % 8
    parts[part] = bytes(flipped)
    with pytest.raises(VerificationFailed):
        verify_inclusion(parts[0], index, count, parts[1:-1], parts[-1])


@given(st.integers(1, 40), st.integers(0, 40), st.integers(0, 41))
def test_another_index_or_count_never_verifies(count: int, index: int, other: int) -> None:
    leaves = [leaf_hash(number.to_bytes(2)) for number in range(count)]
    root, paths = root_and_paths(leaves)
    index %= count
    if other != index:
        with pytest.raises(VerificationFailed):
            verify_inclusion(leaves[index], other, count, paths[index], root)


@pytest.mark.parametrize(("index", "count"), [(0, 0), (-1, 2), (2, 2), (0, 1 << 17)])
def test_an_index_outside_the_count_is_malformed(index: int, count: int) -> None:
    with pytest.raises(VerificationFailed, match="PATH_MALFORMED"):
        verify_inclusion(LEAVES[0], index, count, [], LEAVES[0])


@pytest.mark.parametrize("path", [[], [LEAVES[1]] * 2, [LEAVES[1]] * 40, [b"short"]])
def test_a_path_of_another_length_is_malformed(path: list[bytes]) -> None:
    with pytest.raises(VerificationFailed, match="PATH_MALFORMED"):
        verify_inclusion(LEAVES[0], 0, 2, path, LEAVES[0])
