"""Writes locks of packages without what they ask for: `make lock` uses it where a benchmark's package asks for a hundred others
that its data and tools do not need, which pip-compile cannot leave out.

    python -m benchmarks.eval.lock NAME…     requirements/NAME.in to requirements/NAME.txt

Each line of such a file pins one package. Only wheels that run everywhere are taken, so one hash is all that there is to check.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2] / "requirements"
TIMEOUT_S = 600
HEAD = """#
# Packages alone, without what they ask for. This file is generated from {source} by the following command:
#
#    make lock
#
"""


def locked(report: dict[str, Any], source: str) -> str:
    """Returns the lock for what pip reports that it would install.

    Raises:
        ValueError: a package has no wheel that runs everywhere; other machines would need other hashes.
    """
    lines = []
    for item in sorted(report["install"], key=lambda each: str(each["metadata"]["name"]).lower()):
        name, archive = item["metadata"]["name"].replace("_", "-").lower(), item["download_info"]
        if not archive["url"].partition("#")[0].endswith("-none-any.whl"):
            raise ValueError(f"{name} has no wheel that runs everywhere")
        digest = archive["archive_info"]["hashes"]["sha256"]
        lines.append(f"{name}=={item['metadata']['version']} \\\n    --hash=sha256:{digest}\n    # via -r {source}\n")
    return HEAD.format(source=source) + "".join(lines)


def main() -> int:
    """Writes the locks that are named."""
    for name in sys.argv[1:]:
        source = FOLDER / f"{name}.in"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--no-deps"]
        command += ["--disable-pip-version-check", "--report", "-", "-r", str(source)]
        told = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
        if told.returncode != 0:
            print(told.stderr, file=sys.stderr)
            return 1
        source.with_suffix(".txt").write_text(locked(json.loads(told.stdout), source.name), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
