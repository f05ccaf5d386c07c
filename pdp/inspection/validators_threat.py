"""Tells a path that climbs out of its folder from a reference between the files of a project or a site."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[\s\w@./#?&=(:;>`)\],\"'-]*")
_NAMED = re.compile(
    r"\.(?:html?|css|scss|less|m?[jt]sx?|cjs|vue|svelte|md|mdx|rst|adoc|py|pyi|rb|rs|go|java|kt|swift|dart|lua|cs|c|cc|cpp|h|hh"
    r"|hpp|proto|rego|sh|svg|png|jpe?g|gif|webp|ico|woff2?|map|lock|toml|mk|cmake)(?:[#?].*)?$",
    re.IGNORECASE,
)
_FOLDERS = frozenset(
    (
        "api", "app", "apps", "assets", "build", "common", "components", "config", "contexts", "core", "css", "dist", "docs",
        "examples", "features", "fixtures", "helpers", "hooks", "images", "img", "include", "interfaces", "js", "layouts",
        "lib", "libs", "models", "modules", "node_modules", "packages", "pages", "public", "scripts", "services", "shared",
        "src", "static", "store", "styles", "templates", "test", "tests", "third_party", "tools", "types", "ui", "utils",
        "vendor", "views",
    )
)  # fmt: skip

_CLOSING = "\"'`)],;:> \t\r\n"
_TARGETS = frozenset(
    (
        "boot",
        "conf",
        "etc",
        "home",
        "opt",
        "private",
        "proc",
        "root",
        "secret",
        "secrets",
        "tmp",
        "usr",
        "var",
        "windows",
        "winnt",
    )
)
MAX_NEAR_LEVELS = 2
"""Most levels that a module goes up to name another by its bare name: `require("../../envelope")`."""

MAX_LEVELS = 5
"""Most levels that a reference to a folder of a project goes up."""


def climbs(text: str) -> bool:
    """True for every path that leaves its folder but `../../lib/util.js`: plain, to a file or folder that projects have."""
    _, up, rest = text.rpartition("../")
    if not up or "..../" in text or _PLAIN.fullmatch(text) is None:
        return True
    rest = rest.rstrip(_CLOSING)
    if rest.partition("/")[0].lower() in _TARGETS:
        return True
    if _NAMED.search(rest) or (text.count("../") <= MAX_NEAR_LEVELS and "." not in rest):
        return False
    return text.count("../") > MAX_LEVELS or not (rest.partition("/")[0].lower() in _FOLDERS or not rest)
