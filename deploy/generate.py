"""Generates `writ/v1` from `proto/writ/v1`; `--check` says whether what is checked in is what would be generated.

Run by `make generate`. Does not generate for other languages.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from importlib import resources
from pathlib import Path

from grpc_tools import protoc

ROOT = Path(__file__).resolve().parents[1]
PROTO = ROOT / "proto"
PACKAGE = Path("writ") / "v1"
KEPT = frozenset({"__init__.py"})
"""Written by hand."""


def generate(target: Path) -> None:
    """Writes messages, gRPC stubs and type stubs below `target`. Raises RuntimeError when the compiler refuses."""
    sources = sorted(str(path.relative_to(PROTO)) for path in (PROTO / PACKAGE).glob("*.proto"))
    target.mkdir(parents=True, exist_ok=True)
    # Plugins are console scripts beside this interpreter, which need not be on PATH.
    scripts = Path(sys.executable).parent
    code = protoc.main(
        [
            "protoc",
            f"--proto_path={PROTO}",
            f"--proto_path={resources.files('grpc_tools') / '_proto'}",
            f"--plugin=protoc-gen-mypy={scripts / 'protoc-gen-mypy'}",
            f"--plugin=protoc-gen-mypy_grpc={scripts / 'protoc-gen-mypy_grpc'}",
            f"--python_out={target}",
            f"--grpc_python_out={target}",
            f"--mypy_out=quiet:{target}",
            f"--mypy_grpc_out=quiet:{target}",
            *sources,
        ]
    )
    if code != 0:
        raise RuntimeError(f"protoc ended with {code}")


def differences(generated: Path, kept: Path) -> list[str]:
    """Returns one line for each file that is missing, left over or different."""
    new = {path.name: path.read_bytes() for path in generated.iterdir() if path.is_file()}
    old = {path.name: path.read_bytes() for path in kept.iterdir() if path.is_file() and path.name not in KEPT}
    found = [f"{name} is missing" for name in sorted(new.keys() - old.keys())]
    found += [f"{name} is generated from nothing" for name in sorted(old.keys() - new.keys())]
    found += [f"{name} differs" for name in sorted(new.keys() & old.keys()) if new[name] != old[name]]
    return found


def main() -> int:
    """Returns 0, or 1 when `--check` found drift."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing, exit 1 on drift")
    if not parser.parse_args().check:
        generate(ROOT)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder))
        found = differences(Path(folder) / PACKAGE, ROOT / PACKAGE)
    for line in found:
        print(f"{PACKAGE}/{line}; run `make generate`", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
