"""A fuzz target for long runs: `python -m tests.integration.fuzz.target --runs 1000000`.

`fuzz_one(data)` takes any bytes and raises when the pipeline answers them with a defect, twice or never; a guided
fuzzer may call it as it is. `main` mutates a small corpus by itself, reproducibly by seed.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
from collections.abc import Sequence
from functools import cache

from tests.integration.fuzz.malformed import GOOD_ARGS, request
from tests.integration.fuzz.pipeline import Pipeline
from writ.v1 import decision_pb2

MAX_INPUT_BYTES = 4096
MAX_GROWTH_KIB = 256 * 1024
REPORT_EVERY = 10_000
ROUND = 32

CORPUS = (
    request().SerializeToString(),
    request(args_json=b'{"a":[{"b":1.5e3},null,true,"\\u00e9"]}').SerializeToString(),
    request(args_json=b"[" * 70 + b"]" * 70).SerializeToString(),
    request(tool=decision_pb2.Tool(server="nobody", name="knows")).SerializeToString(),
    b"",
    GOOD_ARGS,
)
DICTIONARY = (b"\x00", b"\xff" * 9, b"\\ud800", b"1e999", b'"customer":', b"{", b"[" * 65, b"\x0a\x80\x80\x80\x80\x01")


class Defect(AssertionError):
    """The pipeline answered some bytes with a defect of its own."""


@cache
def _pipeline() -> Pipeline:
    return Pipeline()


def fuzz_one(data: bytes) -> None:
    """Raises Defect when the bytes do not get exactly one answer that names its reason."""
    fuzz_many([data])


def fuzz_many(inputs: Sequence[bytes]) -> None:
    """Like `fuzz_one`, as one batch."""
    for data, answer in zip(inputs, _pipeline().decide(inputs), strict=True):
        response = decision_pb2.DecideResponse.FromString(answer.response)
        if response.WhichOneof("result") is None or response.error.reason == "INTERNAL":
            raise Defect(f"input {data.hex()} was answered {response.error.reason or 'with nothing'}")


def mutated(source: random.Random) -> bytes:
    """Returns a corpus entry with a few bytes changed, inserted, dropped, repeated or swapped for a dictionary word."""
    data = bytearray(source.choice(CORPUS))
    for _ in range(source.randrange(1, 8)):
        at = source.randrange(len(data) + 1)
        match source.randrange(5):
            case 0 if at < len(data):
                data[at] ^= 1 << source.randrange(8)
            case 1:
                data[at:at] = source.randbytes(source.randrange(1, 9))
            case 2:
                del data[at : at + source.randrange(1, 17)]
            case 3:
                data[at:at] = data[at : at + source.randrange(1, 65)]
            case _:
                data[at:at] = source.choice(DICTIONARY)
    return bytes(data[:MAX_INPUT_BYTES])


def main() -> int:
    """Runs until the number of runs is reached or a defect is found. Exit 1 on a defect or when memory grows."""
    parser = argparse.ArgumentParser(description="fuzzes the decision pipeline with bytes")
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    source = random.Random(arguments.seed)
    fuzz_many([mutated(source) for _ in range(ROUND)])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for done in range(0, arguments.runs, ROUND):
        fuzz_many([mutated(source) for _ in range(ROUND)])
        growth = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        if growth > MAX_GROWTH_KIB:
            sys.stderr.write(f"memory grew by {growth} KiB in {done} runs, at most {MAX_GROWTH_KIB} expected\n")
            return 1
        if done % REPORT_EVERY < ROUND:
            sys.stderr.write(f"{done} runs, memory grew by {growth} KiB\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
