"""Argument provenance: who named the values that decide whom an action reaches. What people say is read by `pdp.wording`."""
