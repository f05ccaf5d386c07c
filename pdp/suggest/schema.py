"""Flattens a JSON schema of arguments or results into places with name, type and description. Bounded; never follows
a reference out of the document."""

from __future__ import annotations

import json
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from pdp.suggest.alternatives import choices_of, mapping, strings, types_of, unite
from pdp.suggest.shapes import verify_schema, wrong
from writ.frozen import frozen

MAX_PLACES = 256
"""Places of one schema that are looked at one by one; what lies beyond is covered by the argument around it."""

MAX_DEPTH = 5
"""How deep objects are looked into. Addresses of mails stand two or three levels deep at most."""

MAX_STEPS = 4096
"""Most references and alternatives that are followed in one schema, so that schemas of schemas end."""

MAX_ALTERNATIVES = 64
"""Most alternatives of one place; a tool that does many things has one for each of them."""

MAX_TEXT_CHARS = 1024
"""How much of a description of one argument is read."""

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@frozen
class Argument:
    """One place of a schema. `path` is JMESPath; `names` are the property names on the way, the last one its own.

    `types` are JSON schema types without `null`, empty when nothing is said; `listed` tells a list of such values. `required`:
    no call does without; `needed`: no object around it does, which may itself be absent.
    """

    path: str
    names: tuple[str, ...]
    types: frozenset[str]
    listed: bool
    required: bool
    needed: bool
    description: str
    format: str
    choices: tuple[str, ...]
    has_choices: bool

    @property
    def name(self) -> str:
        """The name of the property itself."""
        return self.names[-1] if self.names else ""

    @property
    def is_top(self) -> bool:
        """True for a property of the arguments themselves."""
        return len(self.names) == 1

    @property
    def is_scalar(self) -> bool:
        """True when every value that the schema allows is a scalar or a list of scalars."""
        return bool(self.types) and not self.types & {"object", "array"}

    @property
    def is_text(self) -> bool:
        """True when it may hold a string."""
        return not self.types or "string" in self.types

    @property
    def is_number(self) -> bool:
        """True when it can only hold numbers."""
        return bool(self.types) and self.types <= {"integer", "number"}


def parse_arguments_schema(schema: object) -> tuple[Argument, ...]:
    """Returns the places of an input schema, outer before inner; () where there is none. Raises InvalidInput TOOLS_INVALID."""
    if schema is None:
        return ()
    if not isinstance(schema, Mapping):
        raise wrong("the schema of the arguments", "an object", schema)
    walk = _Walk(schema)
    return tuple(walk.places(walk.resolved(schema), listed=False))


def parse_result_schema(schema: object) -> tuple[Argument, ...] | None:
    """Returns the places of an output schema, None when there is none. Raises InvalidInput TOOLS_INVALID."""
    verify_schema(schema)
    if not isinstance(schema, Mapping) or not schema:
        return None
    walk = _Walk(schema)
    root = walk.resolved(schema)
    return tuple(walk.places(root, listed="array" in types_of(root)))


def quoted(name: str) -> str:
    """Returns a property name as one step of a JMESPath expression."""
    return name if _PLAIN.fullmatch(name) else json.dumps(name, ensure_ascii=True)


def _item_schema(schema: Mapping[str, Any]) -> object:
    """Returns the schema of every item; {} where each position has its own, as JSON Schema had it up to 2019-09."""
    items = schema.get("items")
    return {} if isinstance(items, list) else items


_NAMES_AS_DATA = re.compile(
    r"\A(?P<before>[^.;:]{0,80}?)\s*(?:\bto\b|->|=>|\u2192|\u21d2)|\b(?:keyed|indexed) by (?P<by>[^.,;:]{1,80})",
    re.IGNORECASE,
)
"""What the names of an object's members are: `Map of e-mail address to role`, `roles keyed by e-mail address`."""


@dataclass(slots=True, kw_only=True)
class _Place:
    """A place on the way: `below` is the schema of what lies inside, `inner` what was found there."""

    argument: Argument
    below: Mapping[str, Any]
    is_list: bool
    depth: int
    inner: list[_Place] = field(default_factory=list)

    def arguments(self) -> Iterator[Argument]:
        """Yields the place, then those inside."""
        yield self.argument
        for place in self.inner:
            yield from place.arguments()


def _names_as_data(place: _Place) -> Iterator[_Place]:
    """Yields a place for the names of an object's members where they are data: `{"ada@example.org": "reader"}`."""
    argument, found = place.argument, _NAMES_AS_DATA.search(place.argument.description)
    declared = mapping(place.below.get("properties"))
    if argument.types != {"object"} or argument.listed or "[]" in argument.path or declared or not found:
        return
    # Absent, it has no names; anything but an object is UNKNOWN.
    path = f"keys({argument.path})" if argument.required else f"keys({argument.path} || `{{}}`)"
    names = replace(
        argument,
        path=path,
        names=(*argument.names, "entry"),
        types=frozenset({"string"}),
        listed=True,
        description=found["before"] or found["by"] or "",
    )
    yield _Place(argument=names, below={}, is_list=True, depth=MAX_DEPTH)


class _Walk:
    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._steps_left = MAX_STEPS

    def resolved(self, schema: object, depth: int = 0) -> Mapping[str, Any]:
        """Returns a schema with local references followed and its alternatives united; {} when it says nothing. Raises
        InvalidInput TOOLS_INVALID for what is no schema."""
        verify_schema(schema)
        self._steps_left -= 1
        if not isinstance(schema, Mapping) or depth > 8 or self._steps_left < 0:
            return {}
        reference = schema.get("$ref")
        merged: dict[str, Any] = {}
        needed = set(strings(schema.get("required")))
        if isinstance(reference, str):
            merged.update(self.resolved(self._target(reference), depth + 1))
            needed |= set(strings(merged.get("required")))
        for key in ("allOf", "anyOf", "oneOf"):
            parts = schema.get(key)
            parts = parts[:MAX_ALTERNATIVES] if isinstance(parts, list) else []
            found = [self.resolved(part, depth + 1) for part in parts]
            required = [set(strings(part.get("required"))) for part in found if types_of(part)]
            # What only one of several alternatives needs may be absent.
            needed |= set().union(*required) if key == "allOf" else set.intersection(*required) if required else set()
            for part in found:
                unite(merged, part)
        # What stands beside a reference says more about this place than the shared part does.
        own = {key: value for key, value in schema.items() if key not in ("$ref", "allOf", "anyOf", "oneOf")}
        properties = {**mapping(merged.get("properties")), **mapping(own.get("properties"))}
        merged.update(own)
        if properties:
            merged["properties"] = properties
        if needed:
            merged["required"] = sorted(needed)
        return merged

    def _target(self, reference: str) -> object:
        node: object = self._root
        if not reference.startswith("#/"):
            return None
        for step in reference[2:].split("/")[:16]:
            if not isinstance(node, Mapping):
                return None
            node = node.get(step.replace("~1", "/").replace("~0", "~"))
        return node

    def places(self, root: Mapping[str, Any], *, listed: bool) -> Iterator[Argument]:
        """Yields the places of an object, or of a list where `listed`, outer before inner. The nearest are looked at
        first, so that a large object beside them leaves none of them out."""
        if listed:
            top = [
                self._place(
                    self.resolved(_item_schema(root)), "[]", (), required=True, needed=True, depth=0, around=root
                )
            ]
        else:
            top = list(self._properties(root, "", (), required=True, depth=0))
        queue = deque(top)
        left = MAX_PLACES - len(top)
        while queue and left > 0:
            place = queue.popleft()
            if place.depth < MAX_DEPTH:
                place.inner = list(islice(self._inner(place), left))
                left -= len(place.inner)
                queue.extend(place.inner)
        for place in top:
            yield from place.arguments()

    def _inner(self, place: _Place) -> Iterator[_Place]:
        argument = place.argument
        yield from _names_as_data(place)
        path = f"{argument.path}[]" if place.is_list else argument.path
        yield from self._properties(
            place.below, path, argument.names, required=argument.required, depth=place.depth + 1
        )

    def _properties(
        self, schema: Mapping[str, Any], base: str, names: tuple[str, ...], *, required: bool, depth: int
    ) -> Iterator[_Place]:
        needed = frozenset(strings(schema.get("required")))
        for name, inner in mapping(schema.get("properties")).items():
            path = f"{base}.{quoted(name)}" if base else quoted(name)
            yield self._place(
                self.resolved(inner),
                path,
                (*names, name),
                required=required and name in needed,
                needed=name in needed,
                depth=depth,
                around={},
            )

    def _place(
        self,
        schema: Mapping[str, Any],
        path: str,
        names: tuple[str, ...],
        *,
        required: bool,
        needed: bool,
        depth: int,
        around: Mapping[str, Any],
    ) -> _Place:
        """Returns one place. `around` is the list that it is an item of."""
        types = types_of(schema)
        listed = "array" in types
        item = self.resolved(_item_schema(schema)) if listed else {}
        if listed:
            types = (types - {"array"}) | (types_of(item) or frozenset({"array"}))
        choices = choices_of(item if listed and "enum" in item else schema)
        texts = [text for text in (schema.get("description"), around.get("description")) if isinstance(text, str)]
        form = item.get("format", schema.get("format"))
        argument = Argument(
            path=path,
            names=names,
            types=types,
            listed=listed or bool(around),
            required=required,
            needed=needed,
            description=texts[0][:MAX_TEXT_CHARS] if texts else "",
            format=form.lower() if isinstance(form, str) else "",
            choices=choices or (),
            has_choices=choices is not None,
        )
        return _Place(argument=argument, below=item if listed else schema, is_list=listed, depth=depth)
