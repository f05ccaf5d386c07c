"""Builds frozen dataclasses from parsed YAML, strictly: an unknown key, another type, a value that its rule refuses, or a
missing key that has no default, is an error.

Does not read files; the caller hands over what `strict_yaml.parse_yaml` returned.
"""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin, get_type_hints

from writ.errors import ConfigurationError
from writ.setting_rules import Rule

T = TypeVar("T")


def build(cls: type[T], document: object, path: str = "") -> T:
    """Returns `cls` filled from a mapping. Nested dataclasses, `X | None`, `tuple[str, ...]`, Path, str, int and bool;
    each may be `Annotated` with rules.

    Raises:
        ConfigurationError: names the key by its dotted path, what was expected and what came.
    """
    if not isinstance(document, Mapping):
        raise _wrong(path or "the document", "a mapping", document)
    hints = get_type_hints(cls, include_extras=True)
    fields = {field.name: field for field in dataclasses.fields(cls)}  # type: ignore[arg-type]  # T is a dataclass
    unknown = sorted(str(key) for key in document if key not in fields)
    if unknown:
        known = ", ".join(sorted(fields))
        raise ConfigurationError("CONFIG_KEY_UNKNOWN", f"`{_join(path, unknown[0])}` is no setting; known are {known}")
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name in document:
            values[name] = _value(hints[name], document[name], _join(path, name))
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            raise ConfigurationError("CONFIG_KEY_MISSING", f"`{_join(path, name)}` is required and was not given")
    return cls(**values)


def _value(hint: Any, value: object, path: str) -> Any:
    if get_origin(hint) is Annotated:
        hint, *rules = get_args(hint)
        found = _value(hint, value, path)
        for rule in rules:
            _keep(rule, found, path)
        return found
    if get_origin(hint) in (Union, types.UnionType):
        if value is None:
            return None
        hint = next(arm for arm in get_args(hint) if arm is not type(None))
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return build(hint, value, path)
    if get_origin(hint) is tuple:
        if not isinstance(value, list):
            raise _wrong(path, "a list", value)
        return tuple(_value(get_args(hint)[0], item, f"{path}[{index}]") for index, item in enumerate(value))
    if hint is Path:
        if not isinstance(value, str) or not value:
            raise _wrong(path, "a path", value)
        if "\0" in value:
            raise ConfigurationError("CONFIG_RANGE", f"`{path}` must be a path without zero bytes, got one in it")
        return Path(value)
    # bool is an int to Python, never to an operator who wrote `timeout_ms: yes`.
    if not isinstance(value, hint) or (hint is int and isinstance(value, bool)):
        raise _wrong(path, hint.__name__, value)
    return value


def _keep(rule: Rule, value: object, path: str) -> None:
    if not rule.holds(value):
        came = "something else" if rule.secret else f"`{value}`"
        raise ConfigurationError("CONFIG_RANGE", f"`{path}` must be {rule.expected}, got {came}")


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _wrong(path: str, expected: str, value: object) -> ConfigurationError:
    return ConfigurationError("CONFIG_TYPE", f"`{path}` must be {expected}, got {type(value).__name__}")
