"""Checks of what looks like an attack: a path that climbs out of its folder, an order to forget instructions."""

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

_DROP = (
    r"(?:forget|ignor|disregard|overrid|overrul|bypass|skip|neglect|violat|drop|discard|dismiss|delete|leave|supersed|replac|cancel|void"
    r"|outrank|take|olvid|omit|descart|desestim|esque|desconsider|dimentic|trascur|scart|tralasci|oubli|n[\u00e9e]glig"
    r"|\u0437\u0430\u0431\u0443\u0434|\u0438\u0433\u043d\u043e\u0440|\u043f\u0440\u043e\u0438\u0433\u043d)"
)
# What asks to keep instructions, in the words that also ask to drop them: `don't forget the rules`, `no olvides las normas`.
# A line that ends in `not` does not negate what the next one orders, and `nicht nur` negates nothing.
_KEEPS = re.compile(
    r"(?:(?:can)?not|never|no|n[\u00e3a]o|non|\u043d\u0435|n['\u2019]t?)(?:,?[ \t]+(?:ever|under\s+any\s+circumstances),?)?[ \t]*"
    rf"(?:[a-z]+,?[ \t]+or[ \t]+)?{_DROP}"
    r"|(?:verg(?:iss|esst|essen\s+sie|eet)|ignorier\w*|negeer)\b"
    r"(?:[\s\S]*\b(?:nicht|niet)$|\s+(?:\w+\s+){0,2}(?:nicht|niet)\b(?!\s+(?:nur|allein|blo\u00df|alleen|slechts)\b))",
    re.IGNORECASE,
)
# A second deed, which is ordered while forgetting is not (`no olvides ignorar`), unless it is negated with the first (`ni`).
_DROPS = re.compile(
    r"(\b(?:n?or|and|ni|[yoe\u0438]|ou|et|und|oder|noch|\u0438\u043b\u0438)\s+(?:n['\u2019])?)?"
    rf"\b(?:missacht|umgeh|\u00fcbergeh|vergess|{_DROP})",
    re.IGNORECASE,
)

_INTO = re.compile(r"\W*((?:\w[\w.-]*/)+)((?:\.\./)+)")
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


def is_ordered(text: str) -> bool:
    """True unless `text`, an order to forget or ignore instructions, is negated: then it asks to keep them."""
    kept = _KEEPS.match(text)
    return kept is None or any(second[1] is None for second in _DROPS.finditer(text, kept.end()))


def climbs(text: str) -> bool:
    """True for every path that leaves its folder but `../../lib/util.js`: plain, to a file or folder that projects have."""
    _, up, rest = text.rpartition("../")
    named = _INTO.match(text)
    if named is not None and named[2].count("/") > named[1].count("/") + 1:
        return True  # files of a project name one another from where they are, not down and up again
    if not up or "..../" in text or _PLAIN.fullmatch(text) is None:
        return True
    rest = rest.rstrip(_CLOSING)
    if rest.partition("/")[0].lower() in _TARGETS:
        return True
    if _NAMED.search(rest) or (text.count("../") <= MAX_NEAR_LEVELS and "." not in rest):
        return False
    return text.count("../") > MAX_LEVELS or not (rest.partition("/")[0].lower() in _FOLDERS or not rest)
