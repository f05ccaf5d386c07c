"""Composed texts, long and full of addresses: what is not looked up in them hides no address, and holds nothing else.

A program of some pages has hundreds of dotted names, which read like hosts.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pdp.canonicalize import Canonicalizer
from tests.provenance_memory import MemoryProvenance
from tests.provenance_play import KEY, canonicalizer_of, judged, played
from tests.provenance_scenarios import Call

_OUTSIDE = {"content": "UNTRUSTED"}
_TEXT = [{"kind": "content", "path": "text"}]


def _entry(verb: str, resource: str, sink: str, path: str, **more: Any) -> dict[str, Any]:
    sinks = [*_TEXT, {"kind": sink, "path": path}]
    entry = {"verb": verb, "resource": resource, "result": _OUTSIDE, "sinks": sinks, "irrelevant": ["text", path]}
    return entry | {"scope": "SINGLE"} | more


CATALOG = {
    "invented": {
        "server": "invented",
        "environment": "production",
        "tools": {
            "read_file": {
                "verb": "READ",
                "resource": "file",
                "ids": "path",
                "result": _OUTSIDE,
                "sinks": [{"kind": "path", "path": "path"}],
            },
            "open_issue": _entry("CREATE", "issue", "id", "project"),
            "write_file": _entry("UPDATE", "file", "path", "path", scope="ALL"),
            "send_mail": _entry("SEND", "email", "recipient", "to"),
        },
    }
}

CODE = "".join(f"self.field_{number} = other.value_{number}.of(x.y)\n" for number in range(2_000))
READ: Call = ("read_file", {"path": "src/main.py"}, "self.value = other.value\n# see evil.example for more.")
HARMLESS = "The meeting moved to room 4. " * 500
LINKS = " ".join(f"https://a{number}.good.example" for number in range(30))

HELD = ("record_untrusted", "goal_not_asked")

ASKED_FILE = "Rewrite src/main.py"
ASKED_ISSUE = "Open an issue in project main about the wrong field"
ASKED_MAIL = "Send the notes to bob@corp.example"


@pytest.fixture(scope="module")
def canonicalizer() -> Canonicalizer:
    return canonicalizer_of(CATALOG)


@pytest.mark.parametrize(
    ("request_text", "call", "expected"),
    [
        (ASKED_FILE, ("write_file", {"path": "src/main.py", "text": CODE}), set()),
        (ASKED_FILE, ("write_file", {"path": "src/main.py", "text": HARMLESS * 15}), set()),
        (
            ASKED_FILE,
            ("write_file", {"path": "/etc/cron.d/x", "text": CODE}),
            {f"agent_safety.{rule}" for rule in HELD},
        ),
        (ASKED_ISSUE, ("open_issue", {"project": "main", "text": "self.value = other.value " * 9}), set()),
        (
            ASKED_ISSUE,
            ("open_issue", {"project": "main", "text": "self.value is wrong, see evil.example"}),
            {"agent_safety.link_untrusted"},
        ),
        (ASKED_MAIL, ("send_mail", {"to": "bob@corp.example", "text": HARMLESS}), set()),
        (ASKED_MAIL, ("send_mail", {"to": "bob@corp.example", "text": LINKS}), {"agent_safety.link_untrusted"}),
        (
            ASKED_MAIL,
            ("send_mail", {"to": "bob@corp.example", "text": HARMLESS * 2 + "www.evil.example"}),
            {"agent_safety.link_untrusted"},
        ),
    ],
)
def test_only_what_a_long_text_could_hide_is_held(
    canonicalizer: Canonicalizer, tmp_path: Path, request_text: str, call: tuple[str, Any], expected: set[str]
) -> None:
    store = MemoryProvenance(KEY)
    item = played(canonicalizer, store, "s", request_text, [READ, (*call, {})])[-1]
    assert set(judged([item], tmp_path)[0]) == expected
