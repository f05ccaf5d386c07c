"""What a tool returned: inspected, labelled, and told to those who remember.

A label is never better than what the catalog says of the tool, nor than who reports: an agent's word only adds. A result that
nobody reports stays what it was when the action was decided, the worst that the catalog allows.
"""

from __future__ import annotations

from typing import Any

import orjson

from pdp.behaviour.companion import Behaviour, Owner, ReportedResult
from pdp.catalog_model import WORST_RESULT, ContentTrust, Entry, ResultSpec
from pdp.circumstances import catalog_entry, result_spec
from pdp.documents import Unreadable, document_in, read
from pdp.inspection.model import UNCLASSIFIED
from pdp.inspection.parts import Inspected, inspect_parts
from pdp.lane import Lane
from pdp.model import CallerIdentity
from pdp.provenance.result import Sighting, sight_in_steps
from pdp.provenance.rows import rows_in
from pdp.provenance.store import learn
from pdp.session_key import session_name, state_name
from pdp.state.client import Call, Client
from pdp.state.wire import claim_id
from pdp.steps import Steps
from writ.action import Verb
from writ.errors import InvalidInput
from writ.frozen import frozen
from writ.v1 import decision_pb2

MAX_RESULT_BYTES = 1024 * 1024
"""Largest result; what of it cannot be inspected makes it `unclassified`."""

MAX_DEPTH = 1024
"""Levels of nesting that the reader of JSON takes."""

_TOO_DEEP = "depth limit exceeded"
"""What it says of more."""

MAX_PARTS = 20_000
"""Lists and objects of a result that are looked at to count its records: some 5 ms."""

NOTHING = Inspected(classes=frozenset(), threats=frozenset(), addressing=frozenset(), complete=True)
"""What is in no result."""

_PARTS, _OPENING = (list, dict, str), ("{", "[")


@frozen
class Labels:
    """What a result is: data classes and threat classes, sorted, and whether outsiders may have written it."""

    classes: tuple[str, ...] = ()
    threats: tuple[str, ...] = ()
    untrusted: bool = False
    document: Any = None  # the result itself, read once; None without one
    readable: bool = True
    inspected: Inspected = NOTHING


class Results:
    """Labels results. `key` names sessions and agents in the state, as in `pdp.circumstances`."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._behaviour = Behaviour(key)

    def label(self, request: decision_pb2.ReportOutcomeRequest, lane: Lane, *, trusted: bool) -> Steps[Labels]:
        """Returns the labels of a reported result. `trusted`: a gateway reports the result of exactly the permitted call.

        Raises:
            InvalidInput: the result is no JSON or too large.
        """
        if not request.result_json:
            return Labels()
        if len(request.result_json) > MAX_RESULT_BYTES:
            raise InvalidInput(
                "RESULT_TOO_LARGE",
                f"expected a result of at most {MAX_RESULT_BYTES} bytes, got {len(request.result_json)}",
            )
        document, readable = read_result(request.result_json)
        yield
        inspected = yield from inspect_parts(lane.inspector.scan, document)
        spec = result_spec(lane, request.tool)
        return Labels(
            classes=tuple(sorted(inspected.classes | _catalog_classes(spec, trusted=trusted))),
            threats=tuple(sorted(inspected.threats)),
            untrusted=spec.content is ContentTrust.UNTRUSTED or not trusted,
            document=document,
            readable=readable,
            inspected=inspected,
        )

    def calls(
        self,
        request: decision_pb2.ReportOutcomeRequest,
        caller: CallerIdentity,
        lane: Lane,
        labels: Labels,
        *,
        matched: bool,
        trusted: bool,
        misreported: bool = False,
    ) -> list[Call]:
        """Returns what the state has to be told of a reported result.

        `misreported`: it is that of a call that was refused, or of another one than was permitted: told without a result too.
        `matched`: it is that of a call that was permitted. Any other taints the reporter's own session and agent alone,
        and nobody whom it merely names as its principal.
        """
        calls: list[Call] = []
        if lane.behaviour is not None and (misreported or request.result_json or request.HasField("rows")):
            agent_id, principal_id = request.agent.id, request.principal.id
            owner = Owner(
                session=session_name(self._key, caller.id, agent_id, principal_id, request.session_id),
                agent=state_name(self._key, "agent", agent_id),
                principal=state_name(self._key, "principal", principal_id) if principal_id and matched else "",
            )
            result = ReportedResult(
                classes=frozenset(labels.classes),
                untrusted=labels.untrusted,
                misreported=misreported,
                threatened=bool(labels.threats),
                rows=_rows(request, labels, trusted=trusted),
                trusted=trusted and bool(request.result_json),
            )
            calls.append(
                self._behaviour.outcome(
                    caller.organisation, caller.id, request.request_id, owner, result, lane.behaviour
                )
            )
        return calls

    def sighting(
        self, request: decision_pb2.ReportOutcomeRequest, lane: Lane, labels: Labels, *, trusted: bool
    ) -> Steps[Sighting]:
        """Returns where the values of a result come from; nothing without one."""
        if not request.result_json or lane.behaviour is None:
            return Sighting()
        entry = catalog_entry(lane, request.tool)
        document = labels.document
        if isinstance(document, str) and entry is not None and _lists(entry):
            document = rows_in(document) or document
        return (
            yield from sight_in_steps(
                document,
                entry.result if entry is not None else WORST_RESULT,
                trusted_reporter=trusted,
                threats=labels.inspected.addressing,
                complete=labels.inspected.complete,
            )
        )

    async def learn(
        self,
        client: Client,
        request: decision_pb2.ReportOutcomeRequest,
        caller: CallerIdentity,
        lane: Lane,
        sighting: Sighting,
        *,
        trusted: bool,
        known: bool,
    ) -> None:
        """Tells the state where the values of a result come from; that nothing came of an action that did not run.

        `known`: a gateway reports, of no call but the permitted one, so that nobody has to wait for another report.

        Raises:
            StateFailed: it is unknown whether that was stored; say it again.
        """
        if lane.behaviour is None:
            return
        if not request.result_json and (request.status != decision_pb2.OUTCOME_STATUS_NOT_EXECUTED or not trusted):
            return
        agent_id, principal_id = request.agent.id, request.principal.id
        await learn(
            client,
            self._key,
            caller.organisation,
            session=session_name(self._key, caller.id, agent_id, principal_id, request.session_id),
            agent=state_name(self._key, "agent", agent_id),
            claim=claim_id(caller.id, request.request_id),
            tool=(request.tool.server, request.tool.name),
            sighting=sighting,
            result=request.result_json,
            known=known,
        )


def read_result(result_json: bytes) -> tuple[Any, bool]:
    """Returns a result and True: JSON of any kind; or its text and False (see `pdp.documents.Unreadable`).

    Raises:
        InvalidInput: RESULT_NOT_JSON, RESULT_TOO_DEEP.
    """
    try:
        return read(result_json), True
    except Unreadable:
        return result_json.decode("utf-8", "replace"), False
    except orjson.JSONDecodeError as error:
        if error.msg == _TOO_DEEP:
            raise InvalidInput(
                "RESULT_TOO_DEEP", f"expected `result_json` nested at most {MAX_DEPTH} deep, got more"
            ) from error
        raise InvalidInput(
            "RESULT_NOT_JSON", "expected `result_json` as JSON (free text as a JSON string), got something else"
        ) from error


def _rows(request: decision_pb2.ReportOutcomeRequest, labels: Labels, *, trusted: bool) -> int | None:
    """Returns how many records were touched: as reported, else as many as a gateway's result lists. None: nobody knows."""
    if request.HasField("rows"):
        return request.rows
    return count_records(labels.document) if trusted and request.result_json and labels.readable else None


def count_records(document: Any) -> int | None:
    """Returns the length of the longest list in a result, also in a document in a string, at least 1: an envelope around records
    names few things. None when the result has more parts than are looked at."""
    longest, waiting, left = 1, [document], MAX_PARTS
    while waiting:
        value = waiting.pop()
        if type(value) is str:
            value = document_in(value)
        if type(value) is list:
            longest = max(longest, len(value))
        elif type(value) is dict:
            value = value.values()
        else:
            continue
        left -= 1
        if not left:
            return None
        waiting += [part for part in value if type(part) in _PARTS and (type(part) is not str or part[:1] in _OPENING)]
    return longest


def _catalog_classes(spec: ResultSpec, *, trusted: bool) -> frozenset[str]:
    if spec.classes is not None:
        return spec.classes
    # Nobody said what it may hold: what a gateway hands over is what inspection says, an agent may have left things out.
    return frozenset() if trusted else frozenset({UNCLASSIFIED})


def _lists(entry: Entry) -> bool:
    """Tells whether a tool does nothing but list: what it says in lines are records then, not what somebody wrote."""
    return bool(entry.operations) and all(operation.verb is Verb.LIST for operation in entry.operations)
