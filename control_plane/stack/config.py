"""The section `stack` of `writ.yaml` and what the supervisor needs of the others; the file itself for a first start.

`load_stack_config` reads strictly; the decision point and the control plane validate their own sections.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

from control_plane import opa_config
from control_plane.stack.keys import ISSUER
from control_plane.stack.layout import Layout
from control_plane.stack.places import CHECKOUT
from control_plane.stack.tokens import AUDIENCE
from writ.cli.settings_file import read_settings
from writ.errors import ConfigurationError
from writ.setting_rules import between
from writ.settings import build

TEMPLATE = Path(__file__).with_name("writ.yaml")

PORTS = range(20_000, 32_000)
"""Below the ports that the kernel hands to outgoing connections, so that a later start finds its port free."""


Seconds = Annotated[int, between(1, 3600)]
Pause = Annotated[int, between(1, 3_600_000)]
"""Milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stack:
    """Which processes `writ up` starts, and how."""

    start_redis: bool = True  # false: `redis.url` names a server that others run
    start_opa: bool = True  # false: `opa.socket` belongs to a sidecar that others run
    start_control_plane: bool = True  # false: OPA gets its bundle elsewhere; nothing is built or pushed
    start_pdp: bool = True
    # Most that its data may take; 0: half of the memory of the machine or its control group.
    redis_memory_mib: Annotated[int, between(0, 16_777_216)] = 0
    rego: Path = CHECKOUT / "rego"  # the sources of the bundle
    ready_timeout_s: Seconds = 60  # for each process
    stop_timeout_s: Seconds = 15  # then it is killed
    restart_min_ms: Pause = 200  # first pause after a crash, doubled with each further one
    restart_max_ms: Pause = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StackConfig:
    """What the supervisor needs. Addresses of the processes that it starts and asks."""

    stack: Stack
    pdp_listen: str
    health_listen: str  # where health alone is answered; "": nowhere
    pdp_health: str  # where `pdp_listen` needs a client certificate; "": nowhere
    native_front: bool
    opa_socket: Path
    control_plane_listen: str
    control_plane_http: str
    metrics_listen: str


def load_stack_config(layout: Layout) -> StackConfig:
    """Reads `writ.yaml` of the state folder.

    Raises:
        ConfigurationError: the file cannot be read, is no YAML, or a setting is unknown, missing or wrong.
    """
    document = read_settings(layout.settings)
    stack = build(Stack, _section(document, "stack"), "stack")
    _check(stack, layout, _text(_section(document, "redis"), "redis.url"))
    pdp, control_plane = _section(document, "pdp"), _section(document, "control_plane")
    if stack.start_control_plane:
        _check_push(control_plane)
    telemetry = _section({"telemetry": {}} | document, "telemetry")
    return StackConfig(
        stack=stack,
        pdp_listen=_text(pdp, "pdp.listen"),
        health_listen=str(pdp.get("health_listen") or ""),
        pdp_health=_health(stack, pdp),
        native_front=pdp.get("front") is not None,
        opa_socket=layout.root / _text(_section(document, "opa"), "opa.socket"),
        control_plane_listen=_text(control_plane, "control_plane.listen"),
        control_plane_http=_text(control_plane, "control_plane.http_listen"),
        metrics_listen=str(telemetry.get("metrics_listen", "")),
    )


def _check(stack: Stack, layout: Layout, redis_url: str) -> None:
    if stack.restart_min_ms > stack.restart_max_ms:
        raise ConfigurationError(
            "CONFIG_RANGE",
            f"`stack.restart_max_ms` must be at least `stack.restart_min_ms`, got {stack.restart_max_ms}",
        )
    # Else what is done for our own server, after a crash of it too, would be done to the state of somebody else.
    if stack.start_redis and not _names(redis_url, layout.socket("redis")):
        raise ConfigurationError(
            "CONFIG_RANGE",
            f"`redis.url` must be `unix://{layout.socket('redis')}`, which `stack.start_redis` starts, got another server",
        )


def _names(address: str, socket_path: Path) -> bool:
    try:
        return Path(unquote(urlsplit(address).path)) == socket_path
    except ValueError:  # brackets around what is no IPv6 address
        return False


def _check_push(control_plane: dict[str, Any]) -> None:
    """Else the control plane would start, and refuse the bundle: now, or when its sources change next."""
    wanted = {
        "jwt.issuer": ISSUER,
        "jwt.audience": AUDIENCE,
        "bundle_key_id": opa_config.BUNDLE_NAME,
        "bundle_scope": opa_config.BUNDLE_NAME,
    }
    given = {
        **control_plane,
        **{f"jwt.{name}": value for name, value in _section(control_plane, "control_plane.jwt").items()},
    }
    for name, own in wanted.items():
        if (came := given.get(name, own)) != own:
            raise ConfigurationError(
                "CONFIG_RANGE",
                f"`control_plane.{name}` must be `{own}` with `stack.start_control_plane`, which signs and pushes the bundle so,"
                f" got `{came}`",
            )


def _health(stack: Stack, pdp: dict[str, Any]) -> str:
    """Where the decision point says without a client certificate whether it serves."""
    if pdp.get("tls") is None:
        return _text(pdp, "pdp.listen")
    if stack.start_pdp and not pdp.get("health_listen"):
        raise ConfigurationError(
            "CONFIG_KEY_MISSING",
            "`pdp.health_listen` is required with `pdp.tls` and `stack.start_pdp`: `writ up` asks there, for example"
            " `unix://FOLDER/health.sock`",
        )
    return str(pdp.get("health_listen") or "")


def _section(document: object, path: str) -> dict[str, Any]:
    section = document.get(path.rpartition(".")[2]) if isinstance(document, dict) else None
    if not isinstance(section, dict):
        raise ConfigurationError("CONFIG_KEY_MISSING", f"section `{path}` is required, got {type(section).__name__}")
    return section


def _text(section: dict[str, Any], path: str) -> str:
    value = section.get(path.rpartition(".")[2])
    if not isinstance(value, str) or not value:
        raise ConfigurationError("CONFIG_TYPE", f"`{path}` must be text, got {type(value).__name__}")
    return value


def write_settings(layout: Layout, random: Callable[[int], bytes]) -> bool:
    """Writes `writ.yaml` with every setting, once; returns whether it was missing. `random(n)` picks the ports."""
    if layout.settings.exists():
        return False
    values = {
        "state": _quoted(layout.root),
        "rego": _quoted(CHECKOUT / "rego"),
        "http_port": str(free_port(random)),
        "metrics_port": str(free_port(random)),
        "issuer": ISSUER,
        "audience": AUDIENCE,
        "bundle": opa_config.BUNDLE_NAME,
    }
    partial = layout.settings.with_suffix(".partial")
    partial.write_text(Template(TEMPLATE.read_text(encoding="utf-8")).substitute(values), encoding="utf-8")
    partial.chmod(0o600)
    partial.replace(layout.settings)
    return True


def _quoted(path: Path) -> str:
    """Returns a path as it stands between double quotes in YAML, which escapes as JSON does."""
    return json.dumps(str(path), ensure_ascii=False)[1:-1]


def free_port(random: Callable[[int], bytes]) -> int:
    """Returns a loopback port of `PORTS` that nobody listens on now.

    Raises:
        ConfigurationError: none was found in 100 tries.
    """
    for _ in range(100):
        port = PORTS[int.from_bytes(random(4), "big") % len(PORTS)]
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ConfigurationError("PORT_MISSING", f"found no free loopback port from {PORTS.start} to {PORTS.stop - 1}")
