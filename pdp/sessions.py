"""Makes the facts that rules see of a view of the behaviour state: `PolicyBaseline` and `PolicySession`. Pure.

What is not known is never a low risk: a lost session has no numbers, its state is NO_DATA, it counts as tainted, and every
declared sequence that this action could end counts as completed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pdp.baseline import UNKNOWN, baseline_facts
from pdp.behaviour import Ahead, BehaviourView, Lazy
from pdp.behaviour_observe import Observation, nearly_same
from pdp.behaviour_settings import BehaviourSettings
from pdp.behaviour_tracks import SHOWN, Entry, Track, parse_entry
from pdp.sequences import UNCLASSIFIED, History, Scope, completed
from writ.frozen import frozen

MAX_INT = 2**63 - 1
MAX_COUNT = 2**32 - 1

NO_TOTALS: dict[str, Any] = {
    "state": "NO_DATA",
    "actions": 0,
    "denials": 0,
    "rows": 0,
    "amount_minor": 0,
    "bytes_sent": 0,
    "classes": [UNCLASSIFIED],
    "untrusted": True,
    "threatened": True,
}
"""PolicyTotals of a track that was lost: no numbers, and tainted."""


def policy_baseline(
    view: BehaviourView | None, observation: Observation, settings: BehaviourSettings
) -> dict[str, Any]:
    """Returns the JSON of `writ.v1.PolicyBaseline`; None as view means that the state was lost."""
    if view is None:
        return dict(UNKNOWN)
    before = _past(view.session, view.ahead_session, view.id).entries
    previous = next((entry.kind for entry in before if entry.happened), "")
    return baseline_facts(
        view.baseline_agent, view.baseline_tool, view.baseline_role, previous, observation, settings, view.now_ms
    )


def policy_session(view: BehaviourView | None, observation: Observation, settings: BehaviourSettings) -> dict[str, Any]:
    """Returns the JSON of `writ.v1.PolicySession`; None as view means that the state was lost. An action without a
    principal sees the totals of its agent as those of its principal."""
    if view is None:
        return _lost(observation, settings)
    session = _past(view.session, view.ahead_session, view.id)
    agent = _past(view.agent, view.ahead_agent, view.id)
    principal = agent if view.principal is None else _past(view.principal, view.ahead_principal, view.id)
    near = [entry for entry in session.entries if nearly_same(entry.similarity, observation.similarity)]
    sequences: list[str] = []
    if settings.sequences:
        histories = {
            Scope.SESSION: session.history(),
            Scope.AGENT: agent.history(),
            Scope.PRINCIPAL: principal.history(),
        }
        sequences = completed(settings.sequences, observation, histories, view.now_ms)
    return {
        "state": "OK" if session.track.known else "NO_DATA",
        "recent": [_recent(entry, view.now_ms) for entry in session.entries[: settings.recent]],
        "sequences": sequences,
        "repeats": len(near),
        "denied_repeats": sum(entry.denied for entry in near),
        "burst": agent.track.burst + len(agent.ahead) + (0 if agent.counted else 1),
        "other_agents": len(view.others),
        "session": session.totals(observation),
        "agent": agent.totals(observation),
        "principal": principal.totals(observation),
    }


@frozen
class _Past:
    """One track with the actions of the batch that came before. `entries` are newest first and only those before the
    action itself; `counted` when the totals of the track hold it already."""

    track: Track
    ahead: tuple[Ahead, ...]
    entries: Sequence[Entry]
    counted: bool

    def history(self) -> History:
        return History(
            known=self.track.known,
            entries=tuple(self.entries),
            classes=self.track.left_classes,
            untrusted=self.track.left_untrusted,
            threatened=self.track.left_threatened,
        )

    def totals(self, observation: Observation) -> dict[str, Any]:
        """PolicyTotals, with the action itself in the numbers, but not in what was read."""
        track = self.track
        if not track.known:
            return dict(NO_TOTALS)
        moved = [one.observation for one in self.ahead]
        if not self.counted:
            moved.append(observation)
        rows, amount, sent = track.rows, track.amount, track.sent
        for one in moved:
            rows, amount, sent = rows + one.rows, amount + max(0, one.amount), sent + one.sent
        happened = [entry for entry in self.entries if entry.happened]
        classes = track.left_classes.union(*[entry.read for entry in happened])
        return {
            "state": "OK",
            "actions": min(track.actions + len(moved), MAX_COUNT),
            "denials": min(track.denials, MAX_COUNT),
            "rows": min(rows, MAX_INT),
            "amount_minor": min(amount, MAX_INT),
            "bytes_sent": min(sent, MAX_INT),
            "classes": sorted(classes),
            "untrusted": track.left_untrusted or any(entry.untrusted for entry in happened),
            "threatened": track.left_threatened or any(entry.threatened for entry in happened),
        }


def _past(lazy: Lazy, ahead: tuple[Ahead, ...], own_id: str) -> _Past:
    track = lazy.track()
    entries: Sequence[Entry] = track.entries
    counted = False
    for index, entry in enumerate(entries):
        if entry.id == own_id:  # judged once more: what was appended later does not count against it
            entries, counted = entries[index + 1 :], True
            break
    if ahead:
        before = [parse_entry(one.line) for one in reversed(ahead)]
        entries = [*before, *entries][:SHOWN]
    return _Past(track=track, ahead=ahead, entries=entries, counted=counted)


def _recent(entry: Entry, now_ms: int) -> dict[str, Any]:
    return {
        "age_ms": max(0, now_ms - entry.at_ms),
        "verb": entry.verb,
        "resource_type": entry.resource_type,
        "classes": sorted(entry.classes),
        "effect": entry.effect,
        "external": entry.external,
        "untrusted": entry.untrusted,
    }


def _lost(observation: Observation, settings: BehaviourSettings) -> dict[str, Any]:
    return {
        "state": "NO_DATA",
        "recent": [],
        "sequences": sorted(s.name for s in settings.sequences if s.then.matches(observation)),
        "repeats": 0,
        "denied_repeats": 0,
        "burst": 1,
        "other_agents": 0,
        "session": dict(NO_TOTALS),
        "agent": dict(NO_TOTALS),
        "principal": dict(NO_TOTALS),
    }
