"""The three risk signals that rest on behaviour, integers 0 to 100. Pure functions of the facts that rules see.

Monotone: more denials, repeats, taint, novelty or deviation never lowers a score. What is lost has state NO_DATA, which
bundle data rates; its score is then that of the worst that can have happened, never a low one.

temporal_deviation
    70 * (1 - share / 60) * min(1, observations / 500) for an hour of the week that holds less than its even share of 60
    basis points, plus (burst - 30) * 60 / 270 for more than 30 actions in the burst window, at most 60. An hour that was
    never seen is odd and no more, hence 70; little experience says little of hours, hence the slope up to 500, which is
    three a bin; a rush is no crime, hence its cap. NO_DATA for a new agent or a lost baseline.
baseline_deviation
    For each measure (amount, rows, bytes) the SMALLEST of its deviations by agent, agent and tool, and role, because the
    wider yardsticks only count once they are established and what one of them explains is explained; of the measures the
    greatest. min(100, 10 * (deviations - 2)): nothing below 2 standard deviations, where a twentieth of honest actions
    lies, everything from 12. Plus novelty, at most 60: tool 20, destination 20, resource type 10, version 10, definition
    10, transition 5; at least 40 for a new agent. A sum, because a large payment to a known account and a small one to a
    new one are each less odd than a large one to a new one. NO_DATA without a baseline.
cross_request_correlation
    The sum, capped at 100, of: declared sequences that this action completes, 60 and 10 for each further one, at most 80;
    nearly the same call denied before, 15 each, at most 60; denials of the session, 5 each, at most 30, and of the agent
    or principal beyond those, 2 each, at most 20; repeats beyond 3, 3 each, at most 24; other agents beyond 2, 5 each, at
    most 20; threats that were read 40; and for what leaves the trust boundary 20 when text of outsiders was read and 15
    when classified or unclassified data was. Taint counts wherever it was met: in session, agent or principal. NO_DATA
    when a history was lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pdp.currencies import decimals_of

EVEN_SHARE_BP = 60
"""10,000 basis points over 168 hours, rounded up."""

RARE_HOUR, SURE_OBSERVATIONS = 70, 500
BURST_FREE, BURST_FULL, BURST_MOST = 30, 300, 60
USUAL_CENTI = 200
NOVELTY_MOST, NEW_AGENT_LEAST = 60, 40
REPEATS_FREE, OTHERS_FREE = 3, 2
NOVELTY: tuple[tuple[str, bool, int, str], ...] = (
    ("tool_known", False, 20, "a tool that this agent has not used before"),
    ("destination_known", False, 20, "a destination that this agent has not used before"),
    ("resource_known", False, 10, "a resource type that this agent has not touched before"),
    ("new_version", True, 10, "a new version of the agent"),
    ("new_definition", True, 10, "a new definition of the tool"),
    ("transition_known", False, 5, "an order of actions that this agent has not shown before"),
)
SEQUENCE_FIRST, SEQUENCE_MORE, SEQUENCE_MOST = 60, 10, 80
TRACKS = ("session", "agent", "principal")
OWNERS = {"agent": "this agent's", "agent_tool": "this agent's, with this tool,", "role": "this role's"}


def behaviour_signals(
    baseline: Mapping[str, Any], session: Mapping[str, Any], *, external: bool, currency: str
) -> dict[str, dict[str, Any]]:
    """Returns the three signals by name. See the functions below for the arguments."""
    return {
        "temporal_deviation": temporal_deviation(baseline, session),
        "baseline_deviation": baseline_deviation(baseline, currency=currency),
        "cross_request_correlation": cross_request_correlation(session, external=external),
    }


def temporal_deviation(baseline: Mapping[str, Any], session: Mapping[str, Any]) -> dict[str, Any]:
    """How unusual the time is, by PolicyBaseline and PolicySession."""
    share, observations = baseline["hour_share_bp"], baseline["observations"]
    rare = 0
    if share < EVEN_SHARE_BP:
        rare = RARE_HOUR * (EVEN_SHARE_BP - share) * min(observations, SURE_OBSERVATIONS)
        rare //= EVEN_SHARE_BP * SURE_OBSERVATIONS
    over = max(0, session["burst"] - BURST_FREE)
    rush = min(BURST_MOST, over * BURST_MOST // (BURST_FULL - BURST_FREE))
    parts = []
    if share < EVEN_SHARE_BP:
        parts.append(f"{_percent(share)} of {observations} observed actions fall into this hour of the week")
    if over:
        parts.append(f"{session['burst']} actions in the burst window")
    known = baseline["state"] == "OK" and not baseline["new_agent"]
    return _signal(rare + rush, parts, "this hour of the week is usual", known=known)


def baseline_deviation(baseline: Mapping[str, Any], *, currency: str) -> dict[str, Any]:
    """How unusual the action is, by PolicyBaseline. `currency` names the unit of amounts, "" for bare minor units."""
    worst, parts = 0, []
    for measure in ("amount", "rows", "bytes"):
        found = [entry for entry in baseline["deviations"] if entry["measure"] == measure]
        if not found:
            continue
        least = min(found, key=lambda entry: entry["deviation_centi"])
        if least["deviation_centi"] > USUAL_CENTI:
            worst = max(worst, (least["deviation_centi"] - USUAL_CENTI) // 10)
            parts.append(_deviates(least, currency))
    novel = [(points, text) for name, odd, points, text in NOVELTY if baseline[name] is odd]
    novelty = min(NOVELTY_MOST, sum(points for points, _ in novel))
    parts += [text for _, text in novel]
    if baseline["new_agent"]:
        novelty = max(novelty, NEW_AGENT_LEAST)
        parts.insert(0, f"a new agent with {baseline['observations']} observed actions")
    elif baseline["state"] != "OK":
        parts.insert(0, "the record of this agent was lost")
    return _signal(min(100, worst) + novelty, parts, "nothing unusual for this agent", known=baseline["state"] == "OK")


def cross_request_correlation(session: Mapping[str, Any], *, external: bool) -> dict[str, Any]:
    """How the action stands to what happened before, by PolicySession; `external`: it leaves the trust boundary."""
    totals = [session[name] for name in TRACKS]
    # Most actions have nothing of all this, so that no text is written before there are points for it.
    found: list[tuple[int, str]] = []
    if sequences := session["sequences"]:
        points = SEQUENCE_FIRST + SEQUENCE_MORE * (len(sequences) - 1)
        found.append((min(SEQUENCE_MOST, points), "completes " + ", ".join(sequences)))
    if denied := session["denied_repeats"]:
        found.append((min(60, 15 * denied), f"nearly the same was denied {_times(denied)}"))
    if widest := max([total["denials"] for total in totals]):
        own = totals[0]["denials"]
        points = min(30, 5 * own) + min(20, 2 * (widest - own))
        found.append((points, f"denials: {own} in this session, {widest} in all"))
    if (repeats := session["repeats"]) > REPEATS_FREE:
        found.append((min(24, 3 * (repeats - REPEATS_FREE)), f"nearly the same {_times(repeats)} before"))
    if (others := session["other_agents"]) > OTHERS_FREE:
        found.append((min(20, 5 * (others - OTHERS_FREE)), f"{others} other agents at the same work"))
    if any(total["threatened"] for total in totals):
        found.append((40, "what was read before holds threats"))
    if external and any(total["untrusted"] for total in totals):
        found.append((20, "leaves the trust boundary after text of outsiders was read"))
    if external and any(total["classes"] for total in totals):
        classes = sorted({name for total in totals for name in total["classes"]})
        found.append((15, "leaves the trust boundary after reading " + ", ".join(classes[:8])))
    score, parts = sum([points for points, _ in found]), [text for _, text in found]
    known = session["state"] == "OK" and all(total["state"] == "OK" for total in totals)
    return _signal(score, parts, "nothing before this action stands against it", known=known)


def _signal(score: int, parts: list[str], usual: str, *, known: bool) -> dict[str, Any]:
    evidence = "; ".join(parts) or usual
    if not known:
        evidence = f"no_data: {evidence}" if parts else "no_data"
    return {"score": min(100, score), "evidence": evidence, "state": "OK" if known else "NO_DATA"}


def _deviates(entry: Mapping[str, Any], currency: str) -> str:
    measure = entry["measure"]
    money = measure == "amount"
    value, mean = (amount(entry[name], currency) if money else f"{entry[name]:,}" for name in ("value", "mean"))
    far = f"{entry['deviation_centi'] / 100:,.1f}"
    return f"{measure} {value} is {far} standard deviations above {OWNERS[entry['of']]} mean of {mean}"


def amount(minor: int, currency: str) -> str:
    """Returns an amount as people write it, whole ones without decimals; in minor units when no currency is declared."""
    if not currency:
        return f"{minor:,} minor units"
    decimals = decimals_of(currency)
    whole, rest = divmod(minor, 10**decimals)
    return f"{whole:,}.{rest:0{decimals}d} {currency}" if rest else f"{whole:,} {currency}"


def _percent(share_bp: int) -> str:
    return f"{share_bp / 100:g} %"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
