"""Writes docs/reasons.md from the code: every stable reason, its kind and the text that people see.

Errors are calls whose first two arguments are an UPPER_SNAKE reason and a message; rules are objects in Rego that have
`id`, `outcome`, `code` and `message`. `--check` says whether the page is as the code. Does not explain; the messages
themselves say what was expected.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "reasons.md"
PACKAGES = ("writ", "pdp", "pep", "control_plane")

REASON = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")

STATUS = {
    "InvalidInput": "INVALID_ARGUMENT",
    "NotAuthenticated": "UNAUTHENTICATED",
    "NotPermitted": "PERMISSION_DENIED",
    "Overloaded": "RESOURCE_EXHAUSTED",
    "NotReady": "UNAVAILABLE",
}
"""gRPC status of the kinds that reach a caller; all others end in a DENY, a failed start or a failed command."""

HEAD = """# Reasons

Written by `make generate` from the code; do not edit. Every refusal, failure and judgement carries one of these stable
codes. Programs may compare codes; the messages are for people and may change.

"""

RULE_FIELD = re.compile(r'"(id|outcome|code|message|remediation)":\s*(?:sprintf\(\s*)?"((?:[^"\\]|\\.)*)"')
RULE = re.compile(r'\{[^{}]*"code":[^{}]*\}')
INNER = re.compile(r'\{(?:(?!"code":)[^{}])*\}')
"""What stands in braces and is no rule: parts of one, such as its transforms, and bodies."""


@dataclass(frozen=True, slots=True, order=True)
class Reason:
    """One reason at one place. `kind` is the name of what is called with it."""

    code: str
    kind: str
    message: str


def errors() -> Iterator[Reason]:
    """Yields every reason in Python code that comes with a message."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if path.parent.name != "v1":
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                    if isinstance(node, ast.Call):
                        yield from _of_call(node)


def _of_call(call: ast.Call) -> Iterator[Reason]:
    for index, code in enumerate(call.args):
        if isinstance(code, ast.Constant) and isinstance(code.value, str) and REASON.fullmatch(code.value):
            # A finding names the argument between its code and its message.
            text = next(filter(None, map(_text, call.args[index + 1 : index + 3])), "")
            if text:
                name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
                yield Reason(code=code.value, kind=name if name[:1].isupper() else "", message=text)


def _text(node: ast.expr) -> str:
    """The message with `…` for what is only known when it is raised; "" for what is no text."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    return ""


def rules() -> Iterator[dict[str, str]]:
    """Yields the fields of every rule value in Rego, tests apart."""
    for path in sorted((ROOT / "rego").rglob("*.rego")):
        if not path.name.endswith("_test.rego"):
            yield from rules_of(path.read_text(encoding="utf-8"))


def rules_of(text: str) -> Iterator[dict[str, str]]:
    """Yields the fields of every rule value of one file; `…` stands for what is only known when it matches."""
    inner = 1
    while inner:
        text, inner = INNER.subn("", text)
    for found in RULE.findall(text):
        fields = {name: value.replace("%v", "…") for name, value in RULE_FIELD.findall(found)}
        if "code" in fields:
            yield fields


def document() -> str:
    """Returns the page."""
    lines = ["## Errors", "", "| reason | kind | gRPC status | message |", "|---|---|---|---|"]
    for code, kind, message in sorted({(one.code, one.kind, one.message) for one in errors()}):
        lines.append(f"| `{code}` | {kind} | {STATUS.get(kind, '')} | {_cell(message)} |")
    lines += ["", "## Rules", "", "| code | outcome | rule | message | remediation |", "|---|---|---|---|---|"]
    for row in sorted({tuple(rule.get(name, "") for name in _COLUMNS) for rule in rules()}):
        lines.append("| `{}` | {} | {} | {} | {} |".format(*map(_cell, row)))
    return HEAD + "\n".join(lines) + "\n"


_COLUMNS = ("code", "outcome", "id", "message", "remediation")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def main() -> int:
    """Returns 0, or 1 when `--check` found drift."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, exit 1 on drift")
    text = document()
    if not parser.parse_args().check:
        TARGET.write_text(text, encoding="utf-8")
        return 0
    if not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text:
        print("docs/reasons.md differs from the code; run `make generate`", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
