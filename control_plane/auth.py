"""Who may do what to the control plane: a bearer JWT (RFC 7519) signed by ES256 or EdDSA.

The header's `kid` only picks among the configured keys; the algorithm follows from the key, never from the token.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from writ.cli.token_keys import TokenKey
from writ.errors import NotAuthenticated, NotPermitted
from writ.token_fault import token_fault

MAX_TOKEN_CHARS = 8192
"""As much as a gRPC header holds by default."""

MAX_SUBJECT_CHARS = 256
"""Width of `pushed_by`."""

ED25519, P256 = "EdDSA", "ES256"
"""Names of the algorithms (RFC 8037, RFC 7518)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A verified token: who, and the scopes granted."""

    subject: str
    scopes: frozenset[str]

    def require(self, *scopes: str) -> None:
        """Raises NotPermitted `SCOPE_MISSING` unless one of the scopes is granted."""
        if not self.scopes.intersection(scopes):
            wanted = " or ".join(f"`{scope}`" for scope in scopes)
            came = " ".join(sorted(self.scopes))[:MAX_SUBJECT_CHARS]
            raise NotPermitted("SCOPE_MISSING", f"expected scope {wanted}, got `{came}`")


class Authenticator:
    """Verifies tokens of one issuer for one audience."""

    def __init__(self, *, keys: Mapping[str, TokenKey], issuer: str, audience: str) -> None:
        self._keys = keys
        self._issuer = issuer
        self._audience = audience

    def identify(self, authorization: str) -> Identity:
        """Verifies the value of an `authorization` header. Raises NotAuthenticated, never with the token in it."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN_CHARS:
            raise NotAuthenticated(
                "TOKEN_MISSING",
                f"expected `authorization: Bearer <JWT>` of at most {MAX_TOKEN_CHARS} characters, got none such",
            )
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            key = self._keys.get(kid) if isinstance(kid, str) else None
            if key is None:
                raise NotAuthenticated("TOKEN_INVALID", "token names no key that is known here")
            claims = jwt.decode(
                token,
                key,
                algorithms=[ED25519 if isinstance(key, Ed25519PublicKey) else P256],
                issuer=self._issuer,
                audience=self._audience,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.PyJWTError as error:
            fault = token_fault(error, issuer=self._issuer, audience=self._audience, algorithms=(ED25519, P256))
            raise NotAuthenticated("TOKEN_INVALID", f"token does not hold: {fault}") from error
        return _identity(claims)


def _identity(claims: Mapping[str, Any]) -> Identity:
    subject, scope = claims["sub"], claims.get("scope", "")
    if not isinstance(subject, str) or not 0 < len(subject) <= MAX_SUBJECT_CHARS or not isinstance(scope, str):
        raise NotAuthenticated(
            "TOKEN_INVALID", f"expected `sub` of 1 to {MAX_SUBJECT_CHARS} characters and `scope` as text, got others"
        )
    return Identity(subject=subject, scopes=frozenset(scope.split()))
