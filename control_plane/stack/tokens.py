"""Mints short-lived credentials (RFC 7519) for the demo, tests and the stack's own pushes, signed by the demo issuer.

A production deployment takes credentials from its own identity provider and never has this key.
"""

from __future__ import annotations

import jwt

from control_plane.stack.keys import ISSUER, ISSUER_KEY_ID, read_private_key
from control_plane.stack.layout import Layout
from writ.errors import ConfigurationError

AUDIENCE = "writ"
TRUST_DOMAIN = "spiffe://writ.example/"
"""Demo subjects are names in this domain; `data.settings.callers` matches them."""

ORGANISATION = "acme"
"""The demo organisation; the organisation of a caller always comes from its credential."""

DEFAULT_TTL_S = 3_600
MAX_TTL_S = 86_400
"""A demo credential that lives longer is no longer short-lived."""


def mint_token(
    layout: Layout,
    *,
    subject: str,
    now_s: int,
    ttl_s: int = DEFAULT_TTL_S,
    organisation: str = ORGANISATION,
    scope: str = "",
) -> str:
    """Returns a JWT for `subject` (such as agent/billing-1) of the demo domain; `scope` is a list parted by blanks.

    It holds from `now_s` (Unix seconds) for `ttl_s`.

    Raises:
        ConfigurationError: the state folder has no issuer key, or the life is out of range.
    """
    if not 0 < ttl_s <= MAX_TTL_S:
        raise ConfigurationError("TOKEN_TTL_RANGE", f"expected a life of 1 to {MAX_TTL_S} seconds, got {ttl_s}")
    key = read_private_key(layout.key("issuer.pem"))
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": subject if subject.startswith(TRUST_DOMAIN) else TRUST_DOMAIN + subject,
        "org": organisation,
        "iat": now_s,
        "exp": now_s + ttl_s,
    }
    if scope:
        claims["scope"] = scope
    return jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": ISSUER_KEY_ID})
