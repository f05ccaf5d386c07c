"""Makes the facts that rules see of a view of the behaviour state: `PolicyBaseline` and `PolicySession`. Pure.

What is not known is never a low risk: a lost session has no numbers, its state is NO_DATA, it counts as tainted, and every
declared sequence that this action could end counts as completed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import Any

from pdp.behaviour.baseline import LOST, baseline_facts
from pdp.behaviour.observe import Observation, nearly_same
from pdp.behaviour.sequences import UNCLASSIFIED, History, Scope, completed
from pdp.behaviour.settings import BehaviourSettings
from pdp.behaviour.tracks import (
    LISTED,
    NEAR,
    Entry,
    Taint,
    Track,
    denied_since,
    distances,
    entry_line,
    parse_entry,
    parse_peers,
    recent,
    split_lines,
)
from pdp.behaviour.view import Ahead, BehaviourView, Lazy
from writ.frozen import frozen

MAX_INT = 2**63 - 1
MAX_COUNT = 2**32 - 1

DENIED_SHARE = 2
"""Of repeats one in so many must have been denied for these to count as trying again."""

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
        return dict(LOST)
    return baseline_facts(
        view.baseline_agent,
        view.baseline_tool,
        view.baseline_role,
        _previous_kind(view),
        observation,
        settings,
        view.now_ms,
        raw_standing=view.standing,
        was_known=view.baseline_agent is None and has_acted(view.agent.track(), settings),
    )


def has_acted(track: Track, settings: BehaviourSettings) -> bool:
    """Tells whether an agent must have had a baseline: its track counts as many actions as make it known, or was lost itself.
    Refused ones taught it nothing, and what it did within the span of a burst may not have been learned yet."""
    return not track.known or track.actions - track.denials - track.burst >= settings.min_observations


def _previous_kind(view: BehaviourView) -> str:
    """Kind of the last action of the session, whatever became of it; "" where that cannot be read."""
    if view.ahead_session.last is not None:
        return view.ahead_session.last.kind
    track = view.session.track()
    at = track.lines.find(_mark(view.id))
    if at < 0:
        return track.last_kind
    fields = track.lines[at:].split(b"|", 5)  # judged once more: what came after it does not count
    return fields[4].decode("ascii", "replace") if len(fields) == 6 else ""


def policy_session(view: BehaviourView | None, observation: Observation, settings: BehaviourSettings) -> dict[str, Any]:
    """Returns the JSON of `writ.v1.PolicySession`; None as view means that the state was lost. An action without a
    principal sees the totals of its agent as those of its principal."""
    if view is None:
        return _lost(observation, settings)
    try:
        return _session(view, observation, settings)
    except (ValueError, KeyError, IndexError):  # an entry of another form: nothing of the track can be believed
        return _lost(observation, settings)


def misreported(view: BehaviourView | None) -> bool:
    """Whether an outcome was reported of an action that was not permitted, by who speaks for this agent. Not by what others did
    for its principal: one agent must not be able to raise it for another."""
    if view is None:
        return False
    try:
        return view.suspect or view.session.track().left.misreported or view.agent.track().left.misreported
    except (ValueError, KeyError, IndexError):
        return False  # such a track is lost, which the other signals tell; of an agent, the mark beside it stands


def _session(view: BehaviourView, observation: Observation, settings: BehaviourSettings) -> dict[str, Any]:
    session = _past(view.session, view.ahead_session, view.id)
    agent = _past(view.agent, view.ahead_agent, view.id)
    principal = agent if view.principal is None else _past(view.principal, view.ahead_principal, view.id)
    lines = split_lines(session.earlier)
    repeats, denied = _repeats(session, lines, view, observation, settings)
    for past in (agent,) if principal is agent else (agent, principal):
        if past.track.denials and past.earlier:
            denied = max(denied, _repeats(past, split_lines(past.earlier), view, observation, settings)[1])
    histories = _Histories({Scope.SESSION: session, Scope.AGENT: agent, Scope.PRINCIPAL: principal}, view.now_ms)
    of_agent = agent.totals(observation)
    return {
        "state": "OK" if session.track.known else "NO_DATA",
        "recent": _recent(session.ahead, lines, settings.recent, view.now_ms),
        "sequences": completed(settings.sequences, observation, histories, view.now_ms),
        "repeats": repeats,
        "denied_repeats": denied,
        "burst": agent.track.burst + agent.ahead.count + (0 if agent.counted else 1),
        "other_agents": _others(view, observation, settings),
        "session": session.totals(observation),
        "agent": of_agent,
        "principal": dict(of_agent) if principal is agent else principal.totals(observation),
    }


@frozen
class _Past:
    """One track with the actions of the batch that came before. `earlier` are its stored entries, oldest first and only those
    before the action itself; `taint` is theirs, the batch's and that of what has left them; `counted` when the totals of the
    track hold the action already."""

    track: Track
    ahead: Ahead
    earlier: bytes
    taint: Taint
    counted: bool

    def history(self, now_ms: int) -> History:
        left = self.track.left
        in_batch = (_line(seen, now_ms) for seen in self.ahead.observations())
        return History(
            known=self.track.known,
            entries=_Entries(chain(in_batch, reversed(split_lines(self.earlier)))),
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


class _Entries:
    """Entries, newest first, parsed when they are come to. Walking raises what `parse_entry` does."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._parsed: list[Entry] = []

    def __iter__(self) -> Iterator[Entry]:
        yield from self._parsed
        for line in self._lines:
            entry = parse_entry(line)
            self._parsed.append(entry)
            yield entry


class _Histories(dict[Scope, History]):
    """Histories by scope, made when a sequence asks."""

    def __init__(self, pasts: Mapping[Scope, _Past], now_ms: int) -> None:
        super().__init__()
        self._pasts = pasts
        self._now_ms = now_ms

    def __missing__(self, scope: Scope) -> History:
        history = self[scope] = self._pasts[scope].history(self._now_ms)
        return history


def _mark(own_id: str) -> bytes:
    """How the entry of an action begins."""
    return b"\n%b|" % own_id.encode()


def _past(lazy: Lazy, ahead: Ahead, own_id: str) -> _Past:
    track = lazy.track()
    earlier, taint = track.lines, track.taint
    at = earlier.find(_mark(own_id)) if earlier else -1
    if at >= 0:  # judged once more: what was appended later does not count against it
        earlier = earlier[:at]
        taint = track.left.with_entries(map(parse_entry, split_lines(earlier)))
    if ahead.count:
        taint = taint.with_taint(ahead.taint)
    return _Past(track=track, ahead=ahead, earlier=earlier, taint=taint, counted=at >= 0)


def _line(seen: Observation, now_ms: int) -> bytes:
    """An action of this batch as an entry."""
    return entry_line("", "p", now_ms, "", seen.body)


def _repeats(
    past: _Past, lines: Sequence[bytes], view: BehaviourView, observation: Observation, settings: BehaviourSettings
) -> tuple[int, int]:
    """Number of entries with nearly the same arguments, and of those that were denied lately. The latter is 0 while it is
    less than a share of the former: bulk work is made of calls that are nearly the same, and now and then one is refused."""
    far = distances(lines, observation.similarity)
    repeats = sum([far.count(lanes) for lanes in range(NEAR + 1)])
    if past.ahead.count:
        latest = islice(past.ahead.observations(), LISTED)
        mine = observation.similarity
        # Of three groups of lanes one must be equal: tells most pairs apart without counting.
        repeats += sum(
            [
                nearly_same(theirs, mine)
                for seen in latest
                if (theirs := seen.similarity) == mine
                or not ((apart := theirs ^ mine) & 0xFFFFFF and apart & 0xFFFFFF000000 and apart >> 48)
            ]
        )
    if not past.track.denials:
        return repeats, 0
    alike = [line for line, lanes in zip(lines, far, strict=True) if lanes <= NEAR]
    denied = denied_since(alike, view.now_ms - settings.session_ttl_s * 1000)
    return repeats, denied if DENIED_SHARE * denied >= repeats else 0


@lru_cache(maxsize=512)
def _recent_in_batch(body: str) -> dict[str, Any]:
    """As those that come after it in its batch see it, hence the cache."""
    return recent(entry_line("", "p", 0, "", body), 0)


def _recent(ahead: Ahead, lines: Sequence[bytes], most: int, now_ms: int) -> list[dict[str, Any]]:
    found = [dict(_recent_in_batch(seen.body)) for seen in islice(ahead.observations(), most)] if ahead.count else []
    wanted = most - len(found)
    return found + [recent(line, now_ms) for line in reversed(lines[-wanted:])] if wanted > 0 else found


def _others(view: BehaviourView, observation: Observation, settings: BehaviourSettings) -> int:
    """Number of other agents of the principal and the workspace within the window."""
    since_ms, own = view.now_ms - settings.peers_window_s * 1000, observation.agent[:12]
    peers = set(view.ahead_peers)
    if view.principal is not None:
        peers.update([name for name, at in parse_peers(view.principal.track().peers).items() if at >= since_ms])
    if view.workspace:
        peers.update([name for name, at in _peers(view.workspace).items() if at >= since_ms])
    peers.discard(own)
    return len(peers)


def _peers(raw: bytes) -> dict[str, int]:
    try:
        return parse_peers(raw.decode("ascii"))
    except ValueError:
        return {}


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
