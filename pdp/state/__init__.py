"""Counters, claims and facts in Redis: see docs/state.md and ADR 0004."""
