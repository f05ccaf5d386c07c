"""The network addresses that a start of the stack wants, and whether they can be had. Sockets in the state folder are its own."""

from __future__ import annotations

import socket

from control_plane.stack.config import StackConfig
from control_plane.stack.layout import Layout
from writ.errors import DependencyFailed


def wanted(config: StackConfig) -> dict[str, str]:
    """Returns `host:port` by setting, of those that our own servers will listen on."""
    addresses = {}
    if config.stack.start_control_plane:
        addresses["control_plane.http_listen"] = config.control_plane_http
    if config.stack.start_pdp:
        addresses["pdp.listen"] = config.pdp_listen
        addresses["pdp.health_listen"] = config.health_listen
        addresses["telemetry.metrics_listen"] = config.metrics_listen
    return {setting: address for setting, address in addresses.items() if address and not address.startswith("unix:")}


def cannot_listen(address: str) -> str:
    """Returns why nobody can listen on `host:port` now, "" when one can."""
    host, _, port = address.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the servers do
            probe.bind((host.strip("[]"), int(port)))
    except (OSError, ValueError, OverflowError) as error:
        return getattr(error, "strerror", None) or str(error)
    return ""


def check_addresses(config: StackConfig, layout: Layout) -> None:
    """Raises DependencyFailed `ADDRESS_UNAVAILABLE` for the first that cannot be had.

    Asked before anything runs: who has the address may answer there in our name, and a child that ends says so late.
    """
    for setting, address in wanted(config).items():
        if said := cannot_listen(address):
            raise DependencyFailed(
                "ADDRESS_UNAVAILABLE", f"cannot listen on `{address}`, `{setting}` in `{layout.settings}`: {said}"
            )
