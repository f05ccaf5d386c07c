"""Names the owner of a session, an agent, a principal or a workspace in the state, by keyed hashes.

A session belongs to one agent that acts for one principal through one caller: the same session_id of somebody else names
another session. Keyed, so that who reads the state learns no identifiers.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

NAME_BYTES = 12
"""96 bits: no two of 10^9 names meet by chance (2^-36)."""


@lru_cache(maxsize=8_192)  # some 3 MiB: the agents, sessions and people that are busy now
def state_name(key: bytes, kind: str, *parts: str) -> str:
    """Returns 24 hex digits for `parts` under a kind such as `session`; no two lists of parts share a preimage. `key`: 16 to
    64 bytes, the same on every replica."""
    digest = blake2b(key=key, digest_size=NAME_BYTES, person=kind.encode()[:16])
    for part in parts:
        encoded = part.encode()
        digest.update(b"%d:%b" % (len(encoded), encoded))
    return digest.hexdigest()


def session_name(key: bytes, caller_id: str, agent_id: str, principal_id: str, session_id: str) -> str:
    """Returns the name of a session, owned by (caller, agent, principal); an empty session_id is a session as well."""
    return state_name(key, "session", caller_id, agent_id, principal_id, session_id)
