"""Receipts on disk: leaves, segments, payloads, and what is read of them again. See docs/receipts.md."""
