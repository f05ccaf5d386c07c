"""Says of a bearer token (RFC 7519) that does not hold what was expected of it, for all servers that take tokens.

Does not verify tokens. Never repeats PyJWT's own text, which may quote the token's header.
"""

from __future__ import annotations

from collections.abc import Collection

import jwt


def token_fault(error: jwt.PyJWTError, *, issuer: str, audience: str, algorithms: Collection[str]) -> str:
    """Returns why `error` was raised, for a token that should have had these; `algorithms` are all that a key may call for."""
    match error:
        case jwt.InvalidAudienceError():
            return f"expected audience `{audience}` in `aud`, the token's is another"
        case jwt.InvalidIssuerError():
            return f"expected issuer `{issuer}` in `iss`, the token's is another"
        case jwt.MissingRequiredClaimError():
            return f"expected the claim `{error.claim}`, got none"  # one of those that the server requires
        case jwt.ExpiredSignatureError():
            return "expected `exp` in the future, got a time that has passed"
        case jwt.ImmatureSignatureError():
            return "expected `nbf` and `iat` in the past, got a time that has not come"
        case jwt.InvalidSignatureError():
            return "the key that its `kid` names did not sign it"
        case jwt.InvalidAlgorithmError():
            return f"expected `alg` {' or '.join(sorted(algorithms))}, as its key is, got another"
        case jwt.DecodeError():
            return "expected a JWT with a JSON header and JSON claims (RFC 7519), got something else"
    return "its header or claims are not as RFC 7519 has them"
