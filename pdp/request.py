"""Reads a DecideRequest strictly: bytes in, a message whose every field is within its documented bounds out.

Does not look into the arguments; that is canonicalization.
"""

from __future__ import annotations

import re

from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import DecodeError

from writ.action import MAX_NAME_CHARS
from writ.errors import InvalidInput
from writ.v1 import decision_pb2

REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
DIGEST = re.compile(r"[0-9a-f]{64}")

MAX_SESSION_CHARACTERS = 128
MAX_USER_REQUEST_BYTES = 16 * 1024  # longer requests are documents; provenance works on tokens of the request
MAX_CONTEXT_ENTRIES = 32
MAX_CONTEXT_KEY_CHARACTERS = 64
MAX_CONTEXT_VALUE_CHARACTERS = 1024
MAX_OBLIGATIONS = 32
MAX_DELEGATIONS = 64  # parsed at most; authentication allows fewer
MAX_SCOPES = 64
MAX_DEPENDENCIES = 16

_REQUIRED = ("agent.id", "tool.server", "tool.name")
_NAMES = (
    *_REQUIRED,
    "agent.role",
    "agent.unit",
    "agent.framework",
    "agent.version",
    "principal.id",
    "environment",
    "workspace",
    "purpose",
    "approval_reference",
)
"""Fields of at most MAX_NAME_CHARS, in the order in which they are looked at."""

_PRINCIPALS = frozenset(("", "human", "service"))


def parse_request(raw: bytes, max_bytes: int) -> decision_pb2.DecideRequest:
    """Parses and checks one request.

    Raises:
        InvalidInput: names the field, what was expected and how much came; never the value.
    """
    verify_size(raw, max_bytes)
    try:
        request = decision_pb2.DecideRequest.FromString(raw)
    except DecodeError as error:
        raise InvalidInput(
            "REQUEST_UNREADABLE", f"expected a writ.v1.DecideRequest, got {len(raw)} bytes that are none"
        ) from error
    check_request(request)
    return request


def verify_size(raw: bytes, max_bytes: int) -> None:
    """Checks the length of a message. Raises InvalidInput."""
    if len(raw) > max_bytes:
        raise InvalidInput("REQUEST_TOO_LARGE", f"expected a request of at most {max_bytes} bytes, got {len(raw)}")


def check_request(request: decision_pb2.DecideRequest) -> None:
    """Checks bounds. Raises InvalidInput."""
    if not REQUEST_ID.fullmatch(request.request_id):
        raise _wrong("request_id", "1 to 128 characters of [A-Za-z0-9._:-]", request.request_id)
    agent, principal, tool = request.agent, request.principal, request.tool
    agent_id, server, name = agent.id, tool.server, tool.name
    names = (
        agent_id,
        server,
        name,
        agent.role,
        agent.unit,
        agent.framework,
        agent.version,
        principal.id,
        request.environment,
        request.workspace,
        request.purpose,
        request.approval_reference,
    )
    # One look at all of them; which one it is matters only when something is wrong.
    if not (agent_id and server and name) or max(map(len, names)) > MAX_NAME_CHARS or "\x00" in "".join(names):
        for field, value in zip(_NAMES, names, strict=True):
            (_required if field in _REQUIRED else _name)(field, value)
    if principal.type not in _PRINCIPALS:
        raise _wrong("principal.type", "`human` or `service`", principal.type)
    digest = tool.definition_digest
    if digest and not DIGEST.fullmatch(digest):
        raise _wrong("tool.definition_digest", "64 lower-case hex digits", digest)
    _bounded("session_id", request.session_id, MAX_SESSION_CHARACTERS)
    if len(request.user_request) > MAX_USER_REQUEST_BYTES:
        raise _wrong("user_request", f"at most {MAX_USER_REQUEST_BYTES} characters", request.user_request)
    if request.business_context or request.delegation or request.supported_obligations or request.depends_on:
        _check_lists(request)


def _check_lists(request: decision_pb2.DecideRequest) -> None:
    if len(request.business_context) > MAX_CONTEXT_ENTRIES:
        raise _too_many("business_context", MAX_CONTEXT_ENTRIES, len(request.business_context))
    for key, value in request.business_context.items():
        _bounded("business_context key", key, MAX_CONTEXT_KEY_CHARACTERS)
        _bounded("business_context value", value, MAX_CONTEXT_VALUE_CHARACTERS)
    if len(request.delegation) > MAX_DELEGATIONS:
        raise _too_many("delegation", MAX_DELEGATIONS, len(request.delegation))
    for step in request.delegation:
        _required("delegation.delegator", step.delegator)
        _required("delegation.delegate", step.delegate)
        if len(step.scopes) > MAX_SCOPES:
            raise _too_many("delegation.scopes", MAX_SCOPES, len(step.scopes))
        for scope in step.scopes:
            _required("delegation.scopes", scope)
    if len(request.supported_obligations) > MAX_OBLIGATIONS:
        raise _too_many("supported_obligations", MAX_OBLIGATIONS, len(request.supported_obligations))
    for name in request.supported_obligations:
        _required("supported_obligations", name)
    if len(request.depends_on) > MAX_DEPENDENCIES:
        raise _too_many("depends_on", MAX_DEPENDENCIES, len(request.depends_on))
    for name in request.depends_on:
        if not REQUEST_ID.fullmatch(name) or name == request.request_id:
            raise _wrong("depends_on", "request_ids of other actions", name)


def check_owner(agent_id: str, principal_id: str, session_id: str, tool: decision_pb2.Tool) -> None:
    """Checks the fields that say whose call was made, and which. Raises InvalidInput."""
    check_agent_id(agent_id)
    _required("tool.server", tool.server)
    _required("tool.name", tool.name)
    _bounded("principal.id", principal_id, MAX_NAME_CHARS)
    _bounded("session_id", session_id, MAX_SESSION_CHARACTERS)


def check_agent_id(agent_id: str) -> None:
    """Checks an id of an agent, wherever it comes from. Raises InvalidInput."""
    _required("agent.id", agent_id)


def is_length_of_time(value: Duration) -> bool:
    """Tells whether a duration is well-formed (google.protobuf.Duration: nanos of 0 to 999999999 beside seconds of 0 or more)
    and not negative."""
    return value.seconds >= 0 and 0 <= value.nanos < 10**9


def _required(name: str, value: str) -> None:
    if not value:
        raise InvalidInput("FIELD_INVALID", f"`{name}` must have 1 to {MAX_NAME_CHARS} characters, got none")
    _bounded(name, value, MAX_NAME_CHARS)


def _name(name: str, value: str) -> None:
    _bounded(name, value, MAX_NAME_CHARS)


def _bounded(name: str, value: str, limit: int) -> None:
    if len(value) > limit or "\x00" in value:
        raise _wrong(name, f"at most {limit} characters without NUL", value)


def _wrong(name: str, expected: str, value: str) -> InvalidInput:
    return InvalidInput("FIELD_INVALID", f"`{name}` must be {expected}, got {len(value)} characters")


def _too_many(name: str, limit: int, count: int) -> InvalidInput:
    return InvalidInput("FIELD_INVALID", f"`{name}` must have at most {limit} entries, got {count}")
