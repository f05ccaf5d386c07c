"""What agents did before: sessions, sequences, baselines. See docs/behaviour.md and ADR 0009."""
