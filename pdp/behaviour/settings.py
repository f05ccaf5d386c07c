"""What a bundle declares about behaviour: strict parsing of `behaviour` and `sequences` (form: docs/behaviour.md).

Unknown keys are errors. Nothing declared means that nothing is remembered, and that rules see no baseline and no session.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from pdp.behaviour.sequences import Sequence, parse_sequences
from pdp.declarations_parse import mapping, positive, wrong
from pdp.windows import load_zone
from writ.frozen import frozen

MAX_RECENT = 8
"""Most recent actions that rules can see (PolicySession.recent)."""

RECENT = 4
"""Those that they see where nothing else is declared: each is parsed by OPA in every decision."""

DAY_S = 86_400

_CURRENCY = re.compile(r"[A-Z]{3}")

# Key: (default, most). What each one means stands at the field of `BehaviourSettings`.
_NUMBERS: Mapping[str, tuple[int, int]] = {
    "half_life_days": (14, 365),
    "min_observations": (50, 10_000),
    "new_version_observations": (20, 10_000),
    "new_definition_observations": (20, 10_000),
    "outlier_deviations": (6, 100),
    "daily_drift_bp": (1_000, 10_000),
    "session_ttl_s": (3_600, 30 * DAY_S),
    "taint_ttl_s": (DAY_S, 90 * DAY_S),
    "burst_window_s": (60, 3_600),
    "peers_window_s": (3_600, 30 * DAY_S),
    "recent": (RECENT, MAX_RECENT),
}


@frozen
class BehaviourSettings:
    """One bundle's declarations. Times in the unit at the end of the name.

    half_life_days: after so long an observation weighs half. min_observations: below this weight an agent is new, and a
    mean is still learned freely. new_version_observations, new_definition_observations: uses below which a version of the
    agent, or a definition of a tool, is new. outlier_deviations: what lies further from its mean teaches nothing.
    daily_drift_bp: how far one UTC day may move a mean, in basis points of where it stood. zone: of the hour of the week.
    session_ttl_s: a session ends after so long without an action. taint_ttl_s: how long at least what an agent or a
    principal has read and moved stays counted. burst_window_s: span of `burst`. peers_window_s: span of `other_agents`.
    recent: how many earlier actions rules see. currency and rates_bp: amounts of other currencies are folded into the
    declared one, in basis points of its minor unit; an undeclared one counts one to one.
    """

    half_life_days: int
    min_observations: int
    new_version_observations: int
    new_definition_observations: int
    outlier_deviations: int
    daily_drift_bp: int
    zone: tzinfo
    session_ttl_s: int
    taint_ttl_s: int
    burst_window_s: int
    peers_window_s: int
    recent: int
    currency: str
    rates_bp: Mapping[str, int]
    sequences: tuple[Sequence, ...]

    @staticmethod
    def parse(behaviour: object, sequences: object) -> BehaviourSettings | None:
        """Parses untrusted bundle data; None when no behaviour is declared. Raises ConfigurationError
        DECLARATION_INVALID or ZONE_UNKNOWN, naming the key, what was expected and what came."""
        if behaviour is None:
            if sequences:
                raise wrong("sequences", "`behaviour`, without which no session is kept", "nothing")
            return None
        fields = mapping("behaviour", behaviour, {"zone"}, {*_NUMBERS, "currency", "rates_bp"})
        if not isinstance(fields["zone"], str):
            raise wrong("behaviour.zone", "an IANA time zone name", fields["zone"])
        numbers = {
            name: positive(f"behaviour.{name}", fields.get(name, default), most)
            for name, (default, most) in _NUMBERS.items()
        }
        if numbers["taint_ttl_s"] < numbers["session_ttl_s"]:
            raise wrong("behaviour.taint_ttl_s", "at least `session_ttl_s`", numbers["taint_ttl_s"])
        currency = _currency("behaviour.currency", fields["currency"]) if "currency" in fields else ""
        return BehaviourSettings(
            zone=load_zone(fields["zone"]),
            currency=currency,
            rates_bp=_rates(fields.get("rates_bp", {}), currency),
            sequences=parse_sequences(sequences, numbers["session_ttl_s"], numbers["taint_ttl_s"]),
            **numbers,
        )


def _currency(where: str, value: object) -> str:
    if not isinstance(value, str) or not _CURRENCY.fullmatch(value):
        raise wrong(where, "an ISO 4217 code", value)
    return value


def _rates(value: object, currency: str) -> Mapping[str, int]:
    if not isinstance(value, Mapping):
        raise wrong("behaviour.rates_bp", "a mapping", type(value).__name__)
    if value and not currency:
        raise wrong("behaviour.rates_bp", "`currency` beside it", "nothing")
    rates: dict[str, Any] = {}
    for name in value:
        code = _currency("behaviour.rates_bp", name)
        rates[code] = positive(f"behaviour.rates_bp.{code}", value[name], 10**9)
    return rates
