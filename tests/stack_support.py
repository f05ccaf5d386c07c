"""Everything for tests of running decision points, under one name: processes, calls, decision points, stacks."""

from __future__ import annotations

from tests.calls import (
    CUSTOMER,
    FEED,
    GATEWAY,
    ORGANISATION,
    UPDATES_A_MONTH,
    assignment,
    codes,
    effect,
    request,
    update,
)
from tests.decision_point import PATIENT, DecisionPoint
from tests.ground import Ground, build_policy
from tests.processes import CHECKOUT, PATIENCE_S, environment, until, writ
from tests.running_stack import Stack, running_stack

__all__ = [
    "CHECKOUT",
    "CUSTOMER",
    "FEED",
    "GATEWAY",
    "ORGANISATION",
    "PATIENCE_S",
    "PATIENT",
    "UPDATES_A_MONTH",
    "DecisionPoint",
    "Ground",
    "Stack",
    "assignment",
    "build_policy",
    "codes",
    "effect",
    "environment",
    "request",
    "running_stack",
    "until",
    "update",
    "writ",
]
