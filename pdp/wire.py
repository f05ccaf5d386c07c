"""Protobuf encoding by hand for the messages that every decision writes (protobuf.dev, "Encoding").

Most of an answer are bytes that exist already; joining them with their tags costs half of filling a message object and
serialising it. Only for length-delimited fields; everything else is left to the generated classes, and the tests compare
with them.
"""

from __future__ import annotations

_LENGTH_DELIMITED = 2


def varint(number: int) -> bytes:
    """Returns an unsigned integer as a base 128 varint."""
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


_TABLE = 8192  # an answer has some 5 KiB
_LENGTHS = tuple(varint(number) for number in range(_TABLE))


def tag(number: int) -> bytes:
    """Returns the key of a length-delimited field: string, bytes or message."""
    return varint(number << 3 | _LENGTH_DELIMITED)


def delimited(tag: bytes, value: bytes) -> bytes:
    """Returns one field with its key from `tag`."""
    size = len(value)
    return tag + (_LENGTHS[size] if size < _TABLE else varint(size)) + value
