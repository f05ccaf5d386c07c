"""Under which reference approvals of a call are collected, and what the state is asked about it. Pure.

The reference binds organisation, agent, principal and the exact call: what people agree to is that and nothing else.
"""

from __future__ import annotations

import hashlib

import orjson

from pdp.item import Item
from pdp.model import ApprovalAsk


def approval_reference(item: Item) -> str:
    """Returns the reference under which approvals of this exact call by this agent for this principal are collected."""
    if item.verdict.approval is None:
        return ""
    parts = (item.caller.organisation, item.request.agent.id, item.request.principal.id, item.call.execution_digest)
    return "apr_" + hashlib.sha256(orjson.dumps(["writ.approval/v1", *parts])).hexdigest()[:32]


def approval_ask(item: Item) -> ApprovalAsk:
    """Returns what the state has to be asked about an approval; without one in the verdict a RuntimeError."""
    approval = item.verdict.approval
    if approval is None:
        raise RuntimeError("no approval is asked for")
    return ApprovalAsk(
        organisation=item.caller.organisation,
        reference=approval_reference(item),
        now_ms=item.view.now_ms,
        ttl_ms=approval.deadline_s * 1000,
        keep=not item.request.dry_run,
    )
