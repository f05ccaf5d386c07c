"""Makes the facts that rules see of a view of the behaviour state: `PolicyBaseline` and `PolicySession`. Pure.

What is not known is never a low risk: a lost session has no numbers, its state is NO_DATA, it counts as tainted, and every
declared sequence that this action could end counts as completed.
"""

from __future__ import annotations

from typing import Any

from pdp.baseline import UNKNOWN, baseline_facts
from pdp.behaviour import Ahead, BehaviourView, Lazy
from pdp.behaviour_observe import Observation, nearly_same
from pdp.behaviour_settings import BehaviourSettings
from pdp.behaviour_tracks import SHOWN, Entry, Taint, Track, parse_peers
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
    return baseline_facts(
        view.baseline_agent,
        view.baseline_tool,
        view.baseline_role,
        _previous_kind(view),
        observation,
        settings,
        view.now_ms,
    )


def _previous_kind(view: BehaviourView) -> str:
    """Kind of the last action of the session, whatever became of it; "" for none."""
    if view.ahead_session.entries:
        return view.ahead_session.entries[0].kind
    track = view.session.track()
    before = track.entries
    if view.id in track.ids:
        before = _past(view.session, view.ahead_session, view.id).entries
    return before[0].kind if before else ""


def policy_session(view: BehaviourView | None, observation: Observation, settings: BehaviourSettings) -> dict[str, Any]:
    """Returns the JSON of `writ.v1.PolicySession`; None as view means that the state was lost. An action without a
    principal sees the totals of its agent as those of its principal."""
    if view is None:
        return _lost(observation, settings)
    session = _past(view.session, view.ahead_session, view.id)
    agent = _past(view.agent, view.ahead_agent, view.id)
    principal = agent if view.principal is None else _past(view.principal, view.ahead_principal, view.id)
    similarity = observation.similarity
    # Of three groups of lanes one must be equal: tells most pairs apart without counting.
    near = [
        entry
        for entry in session.entries
        if not (
            (difference := entry.similarity ^ similarity) & 0xFFFFFF
            and difference & 0xFFFFFF000000
            and difference & 0xFFFF000000000000
        )
        and nearly_same(entry.similarity, similarity)
    ]
    sequences: list[str] = []
    if any(sequence.then.matches(observation) for sequence in settings.sequences):
        pasts = {Scope.SESSION: session, Scope.AGENT: agent, Scope.PRINCIPAL: principal}
        histories = {scope: past.history() for scope, past in pasts.items()}
        sequences = completed(settings.sequences, observation, histories, view.now_ms)
    of_agent = agent.totals(observation)
    return {
        "state": "OK" if session.track.known else "NO_DATA",
        "recent": [_recent(entry, view.now_ms) for entry in session.entries[: settings.recent]],
        "sequences": sequences,
        "repeats": len(near),
        "denied_repeats": sum([entry.denied for entry in near]),
        "burst": agent.track.burst + agent.ahead.count + (0 if agent.counted else 1),
        "other_agents": _others(view, observation, settings),
        "session": session.totals(observation),
        "agent": of_agent,
        "principal": dict(of_agent) if principal is agent else principal.totals(observation),
    }


@frozen
class _Past:
    """One track with the actions of the batch that came before. `entries` are newest first and only those before the
    action itself; `taint` is theirs and that of what has left them; `counted` when the totals of the track hold the action
    already."""

    track: Track
    ahead: Ahead
    entries: tuple[Entry, ...]
    taint: Taint
    counted: bool

    def history(self) -> History:
        left = self.track.left
        return History(
            known=self.track.known,
            entries=self.entries,
            classes=left.classes,
            untrusted=left.untrusted,
            threatened=left.threatened,
        )

    def totals(self, observation: Observation) -> dict[str, Any]:
        """PolicyTotals, with the action itself in the numbers, but not in what was read."""
        track, ahead, taint = self.track, self.ahead, self.taint
        if not track.known:
            return dict(NO_TOTALS)
        actions, rows = track.actions + ahead.count, track.rows + ahead.rows
        amount, sent = track.amount + ahead.amount, track.sent + ahead.sent
        if not self.counted:
            actions, rows, sent = actions + 1, rows + observation.rows, sent + observation.sent
            amount += max(0, observation.amount)
        return {
            "state": "OK",
            "actions": min(actions, MAX_COUNT),
            "denials": min(track.denials, MAX_COUNT),
            "rows": min(rows, MAX_INT),
            "amount_minor": min(amount, MAX_INT),
            "bytes_sent": min(sent, MAX_INT),
            "classes": sorted(taint.classes),
            "untrusted": taint.untrusted,
            "threatened": taint.threatened,
        }


def _past(lazy: Lazy, ahead: Ahead, own_id: str) -> _Past:
    track = lazy.track()
    entries, taint, counted = track.entries, track.taint, own_id in track.ids
    if counted:  # judged once more: what was appended later does not count against it
        at = next(index for index, entry in enumerate(entries) if entry.id == own_id)
        entries = entries[at + 1 :]
        taint = track.left.with_entries(entries)
    if ahead.count:
        entries = (*ahead.entries, *entries)[:SHOWN]
        taint = taint.with_taint(ahead.taint)
    return _Past(track=track, ahead=ahead, entries=entries, taint=taint, counted=counted)


def _others(view: BehaviourView, observation: Observation, settings: BehaviourSettings) -> int:
    """Number of other agents of the principal and the workspace within the window."""
    since_ms, own = view.now_ms - settings.peers_window_s * 1000, observation.agent[:12]
    peers = set(view.ahead_peers)
    if view.principal is not None:
        peers.update([name for name, at in view.principal.track().peers.items() if at >= since_ms])
    if view.workspace:
        peers.update([name for name, at in _peers(view.workspace).items() if at >= since_ms])
    peers.discard(own)
    return len(peers)


def _peers(raw: bytes) -> dict[str, int]:
    try:
        return parse_peers(raw.decode("ascii"))
    except ValueError:
        return {}


def _recent(entry: Entry, now_ms: int) -> dict[str, Any]:
    return {
        "age_ms": max(0, now_ms - entry.at_ms),
        "verb": entry.verb,
        "resource_type": entry.resource_type,
        "classes": entry.listed,
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
