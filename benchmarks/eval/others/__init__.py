"""Suites whose tools, records, tasks and calls other people made: `bfcl`, `tau2_retail` and `tau2_airline`.

`bfcl.py` and `tau2.py` run as modules in environments of their own (`benchmarks.eval.environment`), as `benchmarks.eval.export`
does, and share `playing.py`, which needs nothing but the standard library. The YAML files hold what is ours: injections, and the
fields in which outsiders could have written. Nothing of the benchmarks' own data is kept in this repository.
"""
