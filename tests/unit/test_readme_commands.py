"""How README's blocks are read, and what counts as the output that is shown."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.readme_commands import Command, as_pattern, commands

SHOWN = """DENY  T3  score 62  23.0 ms
  action    {"a": [1], … "z": 2}
  bundle    0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
  decision  01M7YC9PS5CCH4HZQXSGFBPV7G
"""
CAME = """DENY  T3  score 7  1.9 ms
  action    {"a": [1],"b":[3],"z": 2}
  bundle    ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff
  decision  01M7YGVG30EMEQ8GM3XMAK3KMR"""


def test_commands_stand_in_sh_and_console_blocks_alone(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(
        "```\ndrawing\n```\n```sh\nmake a  # why\n\nmake b\n```\ntext\n```console\n$ one\nout\nmore\n$ two\n```\n",
        encoding="utf-8",
    )
    assert commands(readme) == [
        Command(line="make a"),
        Command(line="make b"),
        Command(line="one", output="out\nmore\n"),
        Command(line="two"),
    ]


def test_what_is_new_every_time_and_what_is_left_out_may_differ() -> None:
    assert as_pattern(SHOWN).fullmatch(CAME)


@pytest.mark.parametrize(
    ("shown", "came"),
    [("DENY", "ALLOW"), ("T3", "T1"), ('"a": [1]', '"a": [2]'), ('"z": 2', '"z": 3'), ("decision", "verdict")],
)
def test_everything_else_may_not(shown: str, came: str) -> None:
    assert as_pattern(SHOWN).fullmatch(CAME.replace(shown, came)) is None
