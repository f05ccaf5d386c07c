"""`writ demo --json` in a pipe: what it starts speaks to people elsewhere."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from tests.processes import writ


def test_the_demo_prints_nothing_but_json_where_json_is_asked_for() -> None:
    with tempfile.TemporaryDirectory(prefix="writ-") as folder:
        done = writ("demo", "--state", Path(folder) / "s", "--json")
    assert json.loads(done.stdout)["mismatches"] == 0, done
    assert done.returncode == 0
    assert "ready in" in done.stderr
