"""The error tree. Everything that Writ raises for bad data or a failed dependency is a `WritError`.

    WritError
    ├── InvalidInput          the bytes that came cannot be read        -> gRPC INVALID_ARGUMENT
    ├── NotAuthenticated      no credential, or one that does not hold  -> gRPC UNAUTHENTICATED
    ├── NotPermitted          the credential does not cover the request -> gRPC PERMISSION_DENIED
    ├── Overloaded            a bounded queue is full                   -> gRPC RESOURCE_EXHAUSTED
    ├── NotReady              no active bundle                          -> gRPC UNAVAILABLE
    ├── DeadlineExceeded      the caller's deadline passed              -> gRPC DEADLINE_EXCEEDED
    ├── VerificationFailed    a receipt, permit, signature or path does not hold
    ├── ConfigurationError    a setting or a declared document is wrong
    └── DependencyFailed      Redis, OPA, a disk or a child process did not do its part
        ├── StateFailed       Redis
        ├── EvaluationFailed  OPA
        └── EvidenceFailed    the evidence log

A defect of Writ itself is never a `WritError` but a `RuntimeError` or whatever Python raises.

Every error carries a stable UPPER_SNAKE `reason` and a message: lower case, no final period, what was expected and what
came, and never a secret or an argument value.
"""

from __future__ import annotations


class WritError(Exception):
    """Root of the tree. `reason` is stable and documented in `docs/reasons.md`; the message is for people."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message

    def __str__(self) -> str:
        return f"{self.reason}: {self.message}"


class InvalidInput(WritError):
    """The bytes that came cannot be read as what they should be."""


class NotAuthenticated(WritError):
    """There is no credential, or it does not hold."""


class NotPermitted(WritError):
    """The credential holds but does not cover the request."""


class Overloaded(WritError):
    """A bounded queue is full."""


class NotReady(WritError):
    """There is no active bundle to decide by."""


class DeadlineExceeded(WritError):
    """The caller's deadline passed before there was a decision."""


class VerificationFailed(WritError):
    """Evidence does not hold."""


class ConfigurationError(WritError):
    """A setting or a declared document is wrong."""


class DependencyFailed(WritError):
    """A process or device that Writ needs did not do its part."""


class StateFailed(DependencyFailed):
    """Redis did not answer, or not as it must."""


class EvaluationFailed(DependencyFailed):
    """OPA did not answer, or not as it must."""


class EvidenceFailed(DependencyFailed):
    """The evidence log could not be written or read."""
