"""Measures speed and memory of the real stack beside a bare OPA. `make bench`; see docs/benchmarks.md."""
