"""Stage 1: who calls, and for whom may it speak.

A credential is a client certificate that the transport verified, or a JWT (RFC 7519). Which caller may speak for which
agent and principal is bundle data (`data.settings.callers`), matched on the SANs or on the verified claims; the first
rule that matches decides. The organisation comes from the credential, never from the request.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from pdp.model import CallerIdentity, Peer
from writ.cli.token_keys import TokenKey
from writ.errors import ConfigurationError, NotAuthenticated, NotPermitted
from writ.strict_json import is_text
from writ.token_fault import token_fault
from writ.v1 import decision_pb2

MAX_BEARER_BYTES = 8 * 1024
"""No honest token is longer; the limit keeps the cache and the verifier bounded."""

MAX_CACHED_CREDENTIALS = 4096
"""Verifying costs about 100 us; a credential is verified once and then known until it expires."""

MAX_DELEGATIONS = 16
"""Longest chain; each step is compared with the one before it."""

MAX_UNIX_S = 253_402_300_799
"""The last second of the year 9999, where google.protobuf.Timestamp ends; an expiry after it is as good as none."""


_ALGORITHM = {EllipticCurvePublicKey: "ES256", Ed25519PublicKey: "EdDSA"}


class Authenticator:
    """Turns what the transport knows into a verified credential."""

    def __init__(self, *, issuer: str, audience: str, keys: Mapping[str, TokenKey]) -> None:
        self._issuer = issuer
        self._audience = audience
        self._keys = keys
        self._known: dict[str | bytes, CallerIdentity] = {}

    def authenticate(self, peer: Peer, now_s: float) -> CallerIdentity:
        """Returns the verified identity at `now_s` (Unix seconds).

        Raises:
            NotAuthenticated: no credential, a broken, foreign, unknown or expired one.
        """
        key: str | bytes = peer.certificate or peer.bearer
        known = self._known.get(key)
        if known is None:
            known = self._of_certificate(peer.certificate) if peer.certificate else self._of_token(peer.bearer)
            if len(self._known) >= MAX_CACHED_CREDENTIALS:
                self._known.clear()
            self._known[key] = known
        if now_s >= known.expires_at_s:
            raise NotAuthenticated("CREDENTIAL_EXPIRED", "the credential has expired; get a new one")
        return known

    def _of_token(self, bearer: str) -> CallerIdentity:
        if not bearer:
            raise NotAuthenticated(
                "CREDENTIAL_MISSING", "expected a client certificate or `authorization: Bearer`, got none"
            )
        if len(bearer) > MAX_BEARER_BYTES:
            raise NotAuthenticated("CREDENTIAL_INVALID", f"expected a token of at most {MAX_BEARER_BYTES} bytes")
        try:
            key = self._keys.get(str(jwt.get_unverified_header(bearer).get("kid", "")))
            if key is None:
                raise NotAuthenticated("CREDENTIAL_INVALID", "the token's `kid` names no known key")
            claims = jwt.decode(
                bearer,
                key=key,
                algorithms=[next(name for kind, name in _ALGORITHM.items() if isinstance(key, kind))],
                issuer=self._issuer,
                audience=self._audience,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
        except jwt.PyJWTError as error:
            algorithms = set(_ALGORITHM.values())
            fault = token_fault(error, issuer=self._issuer, audience=self._audience, algorithms=algorithms)
            raise NotAuthenticated("CREDENTIAL_INVALID", f"the token does not hold: {fault}") from error
        return CallerIdentity(
            organisation=_text_claim(claims, "org"),
            id=_text_claim(claims, "sub"),
            names=(_text_claim(claims, "sub"),),
            claims=claims,
            expires_at_s=float(min(int(claims["exp"]), MAX_UNIX_S)),
        )

    def _of_certificate(self, pem: bytes) -> CallerIdentity:
        try:
            certificate = x509.load_pem_x509_certificate(pem)
            extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
            names = tuple(
                extension.get_values_for_type(x509.UniformResourceIdentifier)
                + extension.get_values_for_type(x509.DNSName)
            )
            organisations = certificate.subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
        except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension) as error:
            raise NotAuthenticated("CREDENTIAL_INVALID", "the client certificate has no readable SAN") from error
        if not names or len(organisations) != 1:
            raise NotAuthenticated(
                "CREDENTIAL_INVALID", "the client certificate needs a URI or DNS SAN and one organisation"
            )
        return CallerIdentity(
            organisation=str(organisations[0].value),
            id=names[0],
            names=names,
            claims={},
            expires_at_s=certificate.not_valid_after_utc.timestamp(),
        )


def _text_claim(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not value or len(value) > 256 or not is_text(value):
        raise NotAuthenticated("CREDENTIAL_INVALID", f"the token's `{name}` must be text of 1 to 256 characters")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class CallerRule:
    """One entry of `data.settings.callers`; globs know `*` only. An agent glob may hold `{1}`, the text that the first
    `*` of the name matched, so that one entry lets each agent speak for itself alone."""

    name: re.Pattern[str]
    claims: Mapping[str, str]
    kind: str
    agents: tuple[str, ...]
    principals: tuple[re.Pattern[str], ...]
    role: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """What a caller is to this agent. `role` and `unit` are "" unless bundle data fixes them."""

    kind: str
    role: str
    unit: str


class CallerRules:
    """Who may speak for whom."""

    def __init__(self, rules: Sequence[CallerRule]) -> None:
        self._rules = tuple(rules)
        self._known: dict[tuple[CallerIdentity, str, str], Speaker] = {}

    @staticmethod
    def parse(document: object) -> CallerRules:
        """Reads `data.settings.callers`.

        Raises:
            ConfigurationError: names the entry and what is wrong with it.
        """
        if not isinstance(document, list):
            raise ConfigurationError("CALLERS_INVALID", f"`callers` must be a list, got {type(document).__name__}")
        return CallerRules([_rule(entry, index) for index, entry in enumerate(document)])

    def speaker(self, caller: CallerIdentity, agent_id: str, principal_id: str) -> Speaker:
        """Returns what `caller` is to the agent.

        Raises:
            NotPermitted: no rule lets the caller speak for this agent and principal.
        """
        key = (caller, agent_id, principal_id)
        known = self._known.get(key)
        if known is None:
            known = self._speaker(caller, agent_id, principal_id)
            if len(self._known) >= MAX_CACHED_CREDENTIALS:
                self._known.clear()
            self._known[key] = known
        return known

    def own_agent(self, caller: CallerIdentity) -> str:
        """Returns the agent that the caller is when its credential names exactly one, "" otherwise; of gateways never."""
        own: set[str] = set()
        for rule in self._rules:
            matched = _matched(rule, caller) if rule.kind == "agent" else None
            if matched is not None:
                captured = matched.group(1) if matched.re.groups else ""
                if any("*" in agent for agent in rule.agents):
                    return ""
                own.update(agent.replace("{1}", captured) for agent in rule.agents)
        return own.pop() if len(own) == 1 else ""

    def _speaker(self, caller: CallerIdentity, agent_id: str, principal_id: str) -> Speaker:
        for rule in self._rules:
            matched = _matched(rule, caller)
            if matched is None:
                continue
            captured = matched.group(1) if matched.re.groups else ""
            if not any(_glob(agent, captured).fullmatch(agent_id) for agent in rule.agents):
                continue
            if principal_id and not any(pattern.fullmatch(principal_id) for pattern in rule.principals):
                continue
            return Speaker(kind=rule.kind, role=rule.role, unit=rule.unit)
        raise NotPermitted("CALLER_NOT_PERMITTED", "the credential does not cover this agent and principal")


def verify_delegation(request: decision_pb2.DecideRequest) -> None:
    """Checks that the chain starts at the principal, ends at the agent and only narrows.

    Raises:
        NotPermitted: the chain is broken, too long or widens.
    """
    chain = request.delegation
    if len(chain) > MAX_DELEGATIONS:
        raise NotPermitted("DELEGATION_BROKEN", f"expected at most {MAX_DELEGATIONS} delegations, got {len(chain)}")
    holder, scopes = request.principal.id, frozenset[str]()
    for index, step in enumerate(chain):
        if step.delegator != holder:
            raise NotPermitted("DELEGATION_BROKEN", f"delegation {index} does not start where the one before it ended")
        offered = frozenset(step.scopes)
        if scopes and not (offered and offered <= scopes):
            raise NotPermitted("DELEGATION_WIDENED", f"delegation {index} hands on more than it was given")
        holder, scopes = step.delegate, offered or scopes
    if chain and holder != request.agent.id:
        raise NotPermitted("DELEGATION_BROKEN", "the last delegation does not end at the agent")


def _matched(rule: CallerRule, caller: CallerIdentity) -> re.Match[str] | None:
    if any(caller.claims.get(name) != value for name, value in rule.claims.items()):
        return None
    return next((match for name in caller.names if (match := rule.name.fullmatch(name))), None)


@lru_cache(maxsize=1024)  # a gateway that speaks for many people is looked up for each of them
def _glob(pattern: str, captured: str = "") -> re.Pattern[str]:
    # The captured text is quoted: an agent named `*` must not become a pattern. One `*` never crosses a `/`.
    parts = [re.escape(part).replace(r"\*", "([^/]*)") for part in pattern.split("{1}")]
    return re.compile(re.escape(captured).join(parts))


_RULE_KEYS = frozenset({"match", "kind", "agents", "principals", "role", "unit"})


def _rule(entry: object, index: int) -> CallerRule:
    where = f"`callers[{index}]`"
    if not isinstance(entry, Mapping) or not isinstance(entry.get("match"), Mapping):
        raise ConfigurationError("CALLERS_INVALID", f"{where} must be a mapping with `match`")
    match = entry["match"]
    unknown = sorted(set(entry) - _RULE_KEYS) + sorted(set(match) - {"name", "claims"})
    if unknown:
        raise ConfigurationError("CALLERS_INVALID", f"{where} has the unknown key `{unknown[0]}`")
    kind = entry.get("kind")
    if kind not in ("agent", "gateway"):
        raise ConfigurationError("CALLERS_INVALID", f"{where}: `kind` must be agent or gateway")
    name = match.get("name")
    if not isinstance(name, str) or not name:
        raise ConfigurationError("CALLERS_INVALID", f"{where}: `match.name` must be a glob")
    return CallerRule(
        name=_glob(name),
        claims={str(key): str(value) for key, value in dict(match.get("claims") or {}).items()},
        kind=kind,
        agents=_texts(entry.get("agents"), f"{where}: `agents`"),
        principals=tuple(_glob(text) for text in _texts(entry.get("principals", []), f"{where}: `principals`")),
        role=str(entry.get("role") or ""),
        unit=str(entry.get("unit") or ""),
    )


def _texts(value: object, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise ConfigurationError("CALLERS_INVALID", f"{where} must be a list of texts")
    return tuple(value)
