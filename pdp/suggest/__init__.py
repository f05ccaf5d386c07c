"""Drafts of catalog entries from tool definitions alone: names, descriptions, JSON schemas, annotations.

No model, no network, no randomness: the same definitions give the same draft. Everything read here is untrusted. A word of
a definition may raise a verb, never lower what another word says; what cannot be told stays UNKNOWN, and a person accepts
or corrects the draft. `docs/catalog.md` says how it reads.
"""
