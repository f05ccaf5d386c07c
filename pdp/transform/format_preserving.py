"""FF1, format-preserving encryption of digit strings: NIST SP 800-38G, section 5.2, algorithm 7, with AES-256.

A permutation of all strings of one length over one radix: two values never get one token, and equal values always the
same. Encrypts only; nothing here takes tokens back.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, log2

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

MIN_DOMAIN = 1_000_000
"""Fewest strings of a length that may be encrypted (SP 800-38G Rev. 1, 5.2): smaller ones can be tabulated."""

MAX_SYMBOLS = 4096
"""Longest string; what is longer is no identifier."""

_ROUNDS = 10


def encrypt(key: bytes, radix: int, tweak: bytes, symbols: Sequence[int]) -> list[int]:
    """Returns as many symbols as came, each in 0..radix-1. `key` is an AES key, `tweak` public context.

    Raises ValueError when `radix ** len(symbols)` is under `MIN_DOMAIN` or there are over `MAX_SYMBOLS` symbols.
    """
    length = len(symbols)
    if not 2 <= length <= MAX_SYMBOLS or length * log2(radix) < log2(MIN_DOMAIN):
        raise ValueError(f"expected {MIN_DOMAIN} possible values or more, got {length} symbols of radix {radix}")
    left, right = length // 2, length - length // 2
    half_bytes = ceil(ceil(right * log2(radix)) / 8)
    digest_bytes = 4 * ceil(half_bytes / 4) + 4
    a, b = list(symbols[:left]), list(symbols[left:])
    head = bytes([1, 2, 1]) + radix.to_bytes(3, "big") + bytes([10, left % 256])
    head += length.to_bytes(4, "big") + len(tweak).to_bytes(4, "big")
    padding = bytes(-(len(tweak) + half_bytes + 1) % 16)
    for number in range(_ROUNDS):
        tail = tweak + padding + bytes([number]) + _number(b, radix).to_bytes(half_bytes, "big")
        block = _mac(key, head + tail)
        stream = block
        for counter in range(1, ceil(digest_bytes / 16)):
            stream += _block(key, bytes(x ^ y for x, y in zip(block, counter.to_bytes(16, "big"), strict=True)))
        width = left if number % 2 == 0 else right
        total = (_number(a, radix) + int.from_bytes(stream[:digest_bytes], "big")) % radix**width
        a, b = b, _symbols(total, radix, width)
    return a + b


def _number(symbols: Sequence[int], radix: int) -> int:
    value = 0
    for symbol in symbols:
        value = value * radix + symbol
    return value


def _symbols(value: int, radix: int, width: int) -> list[int]:
    out = [0] * width
    for at in range(width - 1, -1, -1):
        value, out[at] = divmod(value, radix)
    return out


def _mac(key: bytes, data: bytes) -> bytes:
    """CBC-MAC without padding (PRF of section 5.1): the last block of CBC with a zero vector."""
    encryptor = Cipher(algorithms.AES(key), modes.CBC(bytes(16))).encryptor()
    return (encryptor.update(data) + encryptor.finalize())[-16:]


def _block(key: bytes, block: bytes) -> bytes:
    encryptor = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305  one block, as the algorithm says
    return encryptor.update(block) + encryptor.finalize()
