"""Parses YAML 1.1 that people write (settings, catalogs, rules, data of a bundle): plain values, and no key twice.

The specification forbids equal keys (YAML 1.2 3.2.1.1); parsers keep the last one without a word, and with it perhaps the
looser of two entries. Reads no files; the caller says in which one an error stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, cast

import yaml

from writ.errors import InvalidInput

if TYPE_CHECKING:
    _Base = yaml.SafeLoader
else:
    _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where PyYAML was built with libyaml

_MERGE = "tag:yaml.org,2002:merge"

_PLAIN_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,14}")
"""Every reader takes it for itself; with more digits some take it for a float."""

_NUMBER = re.compile(r"[-+]?(0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?)")
"""What OPA reads as a number, of YAML 1.1 and 1.2, once `_` is taken out."""

MAX_DEPTH = 64
"""Deepest nesting of mappings and lists, aliases followed, as in JSON (strict_json): real files need under 15. libyaml composes
by recursion without a bound, and some 10,000 levels end the process by SIGSEGV."""


def parse_yaml(content: bytes | str) -> Any:
    """Returns the one document of `content`; None when it is empty.

    A key is repeated when it is written, or read, like an earlier one of its mapping: OPA makes a text of each, so `1` and
    `"1"` are one. One that readers take for different texts (`0x10`, `1e3`, `yes`) is refused: which other key it is like
    depends on the reader. A key may stand over one that `<<` brings in, which is what merging is for; but two merged mappings
    that both bring it in are refused like a repeated key, and so is a second `<<`.

    Raises:
        InvalidInput: `YAML_INVALID`, with the key and its line; nested more than `MAX_DEPTH` deep.
    """
    try:
        _verify_depth(content)
        return yaml.load(content, Loader=_StrictLoader)  # noqa: S506  # a subclass of the safe loader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = f" in line {mark.line + 1}" if mark is not None else ""
        raise InvalidInput("YAML_INVALID", f"expected YAML, {error.problem or error.context}{line}") from error
    except (yaml.YAMLError, ValueError) as error:  # no text in UTF-8 or UTF-16; a date such as 2026-13-01
        raise InvalidInput("YAML_INVALID", f"expected YAML, cannot be read: {type(error).__name__}") from error


def _verify_depth(content: bytes | str) -> None:
    """Looks at the events alone, which nest nothing, and stops at the first that is too deep."""
    # Of each open collection its anchor, and how many levels it holds so far.
    levels: list[tuple[str | None, int]] = []
    depths: dict[str, int] = {}
    for event in yaml.parse(content, Loader=_Base):
        depth, mark = 0, cast("yaml.Mark", event.start_mark)
        if isinstance(event, yaml.CollectionStartEvent):
            levels.append((event.anchor, 1))
        elif isinstance(event, yaml.CollectionEndEvent):
            anchor, depth = levels.pop()
            if anchor is not None:
                depths[anchor] = depth
        elif isinstance(event, yaml.AliasEvent):
            if any(anchor == event.anchor for anchor, _ in levels):
                problem = f"got alias `{event.anchor}` inside of what it names,"
                raise yaml.composer.ComposerError(None, None, problem, mark)
            depth = depths.get(event.anchor or "", 0)
        if len(levels) + depth > MAX_DEPTH:
            problem = f"nested at most {MAX_DEPTH} deep, got more"
            raise yaml.composer.ComposerError(None, None, problem, mark)
        if levels:
            anchor, held = levels[-1]
            levels[-1] = (anchor, max(held, depth + 1))


class _StrictLoader(_Base):
    """Looks at the keys of a mapping before merging, the one place that sees them as they were written."""

    def __init__(self, stream: bytes | str) -> None:
        super().__init__(stream)
        self._looked_at: set[int] = set()  # an anchored mapping comes here once for each merge of it

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        if id(node) in self._looked_at:  # the document holds its nodes, so that no other gets this number
            return
        self._looked_at.add(id(node))
        self._refuse_repeated(key for key, _ in node.value)
        self._refuse_ambiguous(key for key, _ in node.value if key.tag != _MERGE)
        lists = [value for key, value in node.value if key.tag == _MERGE and isinstance(value, yaml.SequenceNode)]
        super().flatten_mapping(node)
        for merged in lists:
            self._refuse_repeated(key for one in merged.value for key in _once(one))

    def _refuse_ambiguous(self, keys: Iterable[yaml.ScalarNode]) -> None:
        for key in keys:
            is_text = isinstance(self.construct_object(key), str)
            numeric = not key.style and _NUMBER.fullmatch(key.value.replace("_", "")) is not None
            if (numeric or not is_text) and _PLAIN_INTEGER.fullmatch(key.value) is None:
                problem = f"got key `{key.value}`, which is read as different texts: put it in quotes,"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)

    def _refuse_repeated(self, keys: Iterable[yaml.Node]) -> None:
        lines: dict[Any, int] = {}
        for key in keys:
            if not isinstance(key, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "got a key that is no text", key.start_mark)
            names = {key.value} if key.tag == _MERGE else {key.value, self.construct_object(key)}
            for name in names:
                if name in lines:
                    problem = f"got key `{key.value}` twice, first in line {lines[name]} and again"
                    raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            lines.update(dict.fromkeys(names, key.start_mark.line + 1))


def _once(node: yaml.MappingNode) -> Iterable[yaml.Node]:
    """The keys of a mapping after its own merges, where one that it writes itself stands over a merged one."""
    return {key.value: key for key, _ in node.value if isinstance(key, yaml.ScalarNode)}.values()
