"""Says why an address cannot be listened on: gRPC's core says no more than that."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from writ.errors import DependencyFailed


@contextmanager
def bound(address: str, setting: str) -> Iterator[None]:
    """Turns what grpcio raises when it cannot bind `address` into DependencyFailed `ADDRESS_UNAVAILABLE`."""
    try:
        yield
    except RuntimeError as error:
        why = refused(address) or "gRPC cannot bind it"
        raise DependencyFailed("ADDRESS_UNAVAILABLE", f"cannot listen on `{address}` of `{setting}`: {why}") from error


def refused(address: str) -> str:
    """Returns what the kernel says of `host:port`, or "" when it gives it, or for a socket."""
    host, _, port = address.rpartition(":")
    if address.startswith("unix:") or not port.isdigit():
        return ""
    try:
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as gRPC does
            probe.bind((host.strip("[]"), int(port)))
    except (OSError, OverflowError) as error:
        return getattr(error, "strerror", None) or str(error)
    return ""
