"""JSON pointers into arguments (RFC 6901), and arguments written back with numbers spelled as they came."""

from __future__ import annotations

from typing import Any

from writ.errors import InvalidInput


def parse_pointer(pointer: str) -> tuple[str, ...]:
    """Returns the steps of a JSON pointer. Raises InvalidInput POINTER_INVALID, also for the whole document."""
    steps = pointer.split("/")
    if len(steps) < 2 or steps[0]:
        raise InvalidInput("POINTER_INVALID", "expected a JSON pointer such as `/limit`, got another text")
    for step in steps:
        if "~" in step.replace("~0", "").replace("~1", ""):
            raise InvalidInput("POINTER_INVALID", "expected `~0` or `~1` in a JSON pointer, got another `~`")
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in steps[1:])


def parent_of(arguments: Any, steps: tuple[str, ...]) -> dict[str, Any] | list[Any]:
    """Returns the object or array that holds the last step. Raises InvalidInput POINTER_NOT_FOUND."""
    document = arguments
    for step in steps[:-1]:
        document = value_at(document, step)
    if type(document) not in (dict, list):
        raise InvalidInput("POINTER_NOT_FOUND", "expected an object or array to change, got a scalar")
    return document  # type: ignore[no-any-return]


def holder_of(arguments: Any, steps: tuple[str, ...]) -> dict[str, Any] | list[Any] | None:
    """Returns the object or array that holds the last step, None when that step is surely absent.

    Raises InvalidInput POINTER_NOT_FOUND where the place may only be written otherwise: a text, which may itself hold JSON,
    or an array that is asked for something else than an index.
    """
    document = arguments
    for at, step in enumerate(steps):
        if type(document) is list:
            if not is_index(step):
                raise InvalidInput("POINTER_NOT_FOUND", "expected the index of an element, got something else")
            if int(step) >= len(document):
                return None
        elif type(document) is str:
            raise InvalidInput("POINTER_NOT_FOUND", "expected an object or array, got a text")
        elif type(document) is not dict or step not in document:
            return None
        if at < len(steps) - 1:
            document = value_at(document, step)
    return document  # type: ignore[no-any-return]  # the loop has let nothing but an object or array through


def value_at(parent: Any, step: str) -> Any:
    """Returns a member or an element. Raises InvalidInput POINTER_NOT_FOUND."""
    if type(parent) is list:
        return parent[index_of(parent, step)]
    if type(parent) is not dict or step not in parent:
        raise InvalidInput("POINTER_NOT_FOUND", "expected every step of the pointer to exist, got one that does not")
    return parent[step]


def put(parent: dict[str, Any] | list[Any], step: str, value: Any) -> None:
    """Sets a member, also a new one, or an element that exists. Raises InvalidInput POINTER_NOT_FOUND."""
    if type(parent) is list:
        parent[index_of(parent, step)] = value
    elif type(parent) is dict:
        parent[step] = value


def drop(parent: dict[str, Any] | list[Any], step: str) -> None:
    """Removes a member; one that is not there needs no removal. An element of an array becomes null: the others keep their
    places."""
    if type(parent) is list:
        parent[index_of(parent, step)] = None
    elif type(parent) is dict:
        parent.pop(step, None)


def index_of(document: list[Any], step: str) -> int:
    """Reads the index of an existing element. Raises InvalidInput POINTER_NOT_FOUND."""
    if not is_index(step) or int(step) >= len(document):
        raise InvalidInput("POINTER_NOT_FOUND", "expected the index of an existing element, got something else")
    return int(step)


def is_index(step: str) -> bool:
    """Tells whether a step is the index of an element that an array may have (RFC 6901 4)."""
    return step.isascii() and step.isdecimal() and len(step) < 7 and (step == "0" or step[0] != "0")
