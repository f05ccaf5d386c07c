"""A client of `DecisionService` for agents and gateways: asks before it acts, and treats every doubt as a DENY.

Synchronous, safe to share between threads. The caller closes it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self, cast

import grpc
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificates

from writ.cli.files import MAX_PEM_BYTES, read_file
from writ.errors import ConfigurationError, InvalidInput, WritError
from writ.keys import pem_blocks
from writ.v1 import decision_pb2, decision_pb2_grpc, fact_pb2, fact_pb2_grpc

PERMITTING = frozenset({decision_pb2.EFFECT_ALLOW, decision_pb2.EFFECT_TRANSFORM})


class DecisionRefused(WritError):
    """The decision point gave no decision; `code` is the gRPC status name. The action must not run. `decision_id` names the
    receipt of the refusal in the evidence log, "" when it has none or nothing was said of it."""

    def __init__(self, code: str, reason: str, message: str, decision_id: str = "") -> None:
        super().__init__(reason, message)
        self.code = code
        self.decision_id = decision_id


def permits(decision: decision_pb2.Decision) -> bool:
    """Tells whether the action may run: effect ALLOW or TRANSFORM, and a permit came with it."""
    return decision.effect in PERMITTING and bool(decision.permit.token)


def permitted_digest(decision: decision_pb2.Decision) -> str:
    """Returns the execution digest of the call that may run: what the permit binds, and what `ReportOutcome` expects."""
    return decision.transformed_execution_digest or decision.execution_digest


class Client:
    """One connection. `target` is `unix:///path`, or `host:port` with `credentials`; `token` a JWT, or "" where they say
    who asks; `server_name` is whom the server's certificate must name, when that is not the host. Raises
    ConfigurationError `TARGET_INSECURE` for a token that would go over a network as it is."""

    def __init__(
        self,
        target: str,
        *,
        token: str = "",
        credentials: grpc.ChannelCredentials | None = None,
        server_name: str = "",
        timeout_s: float = 5.0,
    ) -> None:
        if token and credentials is None and not target.startswith("unix:"):
            raise ConfigurationError(
                "TARGET_INSECURE",
                f"expected a unix socket for a token without TLS, got `{target}`: others could read it",
            )
        options: list[tuple[str, int | str]] = [("grpc.max_receive_message_length", 16 * 1024 * 1024)]
        if server_name:
            options.append(("grpc.ssl_target_name_override", server_name))
        if credentials is None:
            self._channel = grpc.insecure_channel(target, options=options)
        else:
            self._channel = grpc.secure_channel(target, credentials, options=options)
        self._decisions = decision_pb2_grpc.DecisionServiceStub(self._channel)
        self._facts = fact_pb2_grpc.FactServiceStub(self._channel)
        self._metadata = (("authorization", f"Bearer {token}"),) if token else ()
        self._timeout_s = timeout_s

    def decide(self, request: decision_pb2.DecideRequest) -> decision_pb2.Decision:
        """Asks for one decision.

        Raises:
            DecisionRefused: there is none; the action must not run.
        """
        try:
            return self._decisions.Decide(request, metadata=self._metadata, timeout=self._timeout_s).decision
        except grpc.RpcError as error:
            raise _refused(error) from error

    def wait_decision(self, request: decision_pb2.DecideRequest, max_wait_s: float) -> decision_pb2.Decision:
        """Asks for one decision and waits while it is deferred. Raises DecisionRefused."""
        wait = decision_pb2.WaitDecisionRequest(request=request)
        wait.max_wait.FromNanoseconds(int(max_wait_s * 1e9))
        try:
            timeout_s = self._timeout_s + max_wait_s
            return self._decisions.WaitDecision(wait, metadata=self._metadata, timeout=timeout_s).decision
        except grpc.RpcError as error:
            raise _refused(error) from error

    def decide_batch(
        self, requests: Iterable[decision_pb2.DecideRequest], semantic: decision_pb2.BatchSemantic.ValueType
    ) -> list[decision_pb2.DecideResponse]:
        """Asks for a list of decisions; answers keep the order. Raises DecisionRefused."""
        batch = decision_pb2.DecideBatchRequest(requests=requests, semantic=semantic)
        try:
            answer = self._decisions.DecideBatch(batch, metadata=self._metadata, timeout=self._timeout_s)
        except grpc.RpcError as error:
            raise _refused(error) from error
        return list(answer.responses)

    def decide_stream(self, requests: Iterable[decision_pb2.DecideRequest]) -> Iterator[decision_pb2.DecideResponse]:
        """Asks for decisions as `requests` yields them; answers come in any order. Raises DecisionRefused."""
        try:
            yield from self._decisions.DecideStream(iter(requests), metadata=self._metadata)
        except grpc.RpcError as error:
            raise _refused(error) from error

    def report_outcome(self, request: decision_pb2.ReportOutcomeRequest) -> decision_pb2.ReportOutcomeResponse:
        """Reports what became of an action. Raises DecisionRefused."""
        try:
            return self._decisions.ReportOutcome(request, metadata=self._metadata, timeout=self._timeout_s)
        except grpc.RpcError as error:
            raise _refused(error) from error

    def put_facts(self, facts: Iterable[fact_pb2.Fact]) -> int:
        """Puts facts as an authorised feed; returns how many were stored. Raises DecisionRefused."""
        try:
            request = fact_pb2.PutRequest(facts=facts)
            return self._facts.Put(request, metadata=self._metadata, timeout=self._timeout_s).count
        except grpc.RpcError as error:
            raise _refused(error) from error

    def close(self) -> None:
        """Closes the connection."""
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def mtls_credentials(certificate: Path, key: Path, authority: Path) -> grpc.ChannelCredentials:
    """Returns credentials from PEM files: the client's certificate chain and key, and the server's authority.

    Raises ConfigurationError `TLS_FILE_INVALID`, with the file's name: gRPC would only fail to connect.
    """
    chain, held = _certificates(certificate), _read(key)
    try:
        matches = load_pem_private_key(held, None).public_key() == load_pem_x509_certificates(chain)[0].public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm) as e:
        raise ConfigurationError(
            "TLS_FILE_INVALID", f"expected a private key in PEM without a password in `{key}`, got {pem_blocks(held)}"
        ) from e
    if not matches:
        raise ConfigurationError("TLS_FILE_INVALID", f"`{key}` is not the key of the certificate in `{certificate}`")
    return grpc.ssl_channel_credentials(_certificates(authority), held, chain)


def tls_credentials(
    authority: Path, certificate: Path | None = None, key: Path | None = None
) -> grpc.ChannelCredentials:
    """Returns `mtls_credentials`, or without a certificate such as verify the server alone: a token says who asks then.

    Raises ConfigurationError `TLS_FILE_INVALID`, with the file's name.
    """
    if certificate is not None and key is not None:
        return mtls_credentials(certificate, key, authority)
    return grpc.ssl_channel_credentials(_certificates(authority))


def _certificates(path: Path) -> bytes:
    held = _read(path)
    try:
        load_pem_x509_certificates(held)
    except ValueError as e:
        raise ConfigurationError(
            "TLS_FILE_INVALID", f"expected certificates in PEM in `{path}`, got {pem_blocks(held)}"
        ) from e
    return held


def _read(path: Path) -> bytes:
    try:
        return read_file(path, MAX_PEM_BYTES)
    except OSError as e:
        raise ConfigurationError("TLS_FILE_INVALID", f"`{path}` cannot be read: {e.strerror}") from e
    except InvalidInput as e:
        raise ConfigurationError("TLS_FILE_INVALID", e.message) from e


def _refused(error: grpc.RpcError) -> DecisionRefused:
    call = cast("grpc.Call", error)  # every error of a finished call is one
    trailers = dict(call.trailing_metadata() or ())
    reason, decision_id = trailers.get("writ-reason"), trailers.get("writ-decision-id", "")
    details = call.details() or ""
    if not isinstance(reason, str):
        message = f"expected a decision point, got {call.code().name}: {details}"
        return DecisionRefused(call.code().name, "DECISION_POINT_UNREACHABLE", message)
    identifier = decision_id if isinstance(decision_id, str) else ""
    return DecisionRefused(call.code().name, reason, details.removeprefix(f"{reason}: "), identifier)
