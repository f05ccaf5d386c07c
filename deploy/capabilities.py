"""Writes `rego/capabilities.json`: what the running OPA can do, less what would make a decision depend on anything but its
input and the bundle. `--check` only compares. The control plane refuses bundles that need more.

    python deploy/capabilities.py [--check]
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from control_plane.stack.tools import tool_path

TARGET = Path(__file__).resolve().parents[1] / "rego" / "capabilities.json"

FORBIDDEN = {
    "http.send": "the network",
    "net.lookup_ip_addr": "the network",
    "opa.runtime": "the environment",
    "time.now_ns": "the clock; rules have `input.now_ms`",
    "io.jwt.decode_verify": "the clock, for `exp` and `nbf`",
    "rand.intn": "randomness",
    "uuid.rfc4122": "randomness",
    "trace": "side effects",
    "print": "side effects",
    "internal.print": "side effects",
    "rego.parse_module": "policy from data",
    "rego.metadata.chain": "what optimised builds lose",
    "rego.metadata.rule": "what optimised builds lose",
}
"""Built-ins and what each would let in."""


def capabilities(opa: Path) -> dict[str, Any]:
    """Returns the capabilities of `opa` without what is forbidden. Raises SystemExit when a forbidden name is unknown."""
    done = subprocess.run([str(opa), "capabilities", "--current"], capture_output=True, check=True)
    document: dict[str, Any] = json.loads(done.stdout)
    # What OPA itself calls not deterministic goes too, whatever its name in a later version.
    document["builtins"] = [
        builtin
        for builtin in document["builtins"]
        if builtin["name"] not in FORBIDDEN and not builtin.get("nondeterministic", False)
    ]
    document["allow_net"] = []
    return document


def main() -> int:
    """Exit 1 when `--check` finds another file than the one that would be written."""
    text = json.dumps(capabilities(tool_path("opa")), indent=1, sort_keys=True) + "\n"
    if "--check" in sys.argv[1:]:
        if not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text:
            print("rego/capabilities.json is not what this OPA gives: run `make generate`", file=sys.stderr)
            return 1
        return 0
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
