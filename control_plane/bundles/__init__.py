"""Bundles: build, verify, store, serve. What the decision points run, and who said so."""
