"""`make eval`: how many injected runs are stopped, and how much honest work goes through untouched (docs/evaluation.md)."""
