"""Settings of the control plane: the section `control_plane` of the one YAML file, validated at start.

Relative paths are taken from the folder of the file. Unknown keys are errors; secrets are file paths.
"""

from __future__ import annotations

import dataclasses
import ipaddress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from writ.cli.settings_file import read_settings
from writ.errors import ConfigurationError
from writ.setting_rules import NAME, SOCKET, WORD, between, is_host_port, url
from writ.settings import build

SECTION = "control_plane"

DATABASE = url(
    *("sqlite", "postgresql", "postgresql+psycopg"), expected="`sqlite:///FILE` or `postgresql://user@host/name`"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Jwt:
    """How bearer tokens of pushers and readers are verified."""

    issuer: Annotated[str, WORD]
    audience: Annotated[str, WORD]
    public_keys: Path  # folder of PEM files, Ed25519 or P-256; the file name without suffix is the `kid`


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPlaneConfig:
    """Everything that the control plane needs."""

    listen: str  # gRPC: unix:///path, mode 0600
    database: Annotated[str, DATABASE]  # a password belongs into ~/.pgpass
    opa: Path  # the binary that checks what is pushed
    capabilities: Path  # OPA capabilities file with the allowed built-ins
    bundle_public_key: Path  # ECDSA P-256, PEM: who may sign
    jwt: Jwt
    bundle_key_id: Annotated[str, NAME] = "writ"  # name of that key in signatures and in OPA's configuration
    bundle_scope: Annotated[str, NAME] = "writ"  # what the key signs for; a bundle signed for another scope is refused
    http_listen: str = "127.0.0.1:8281"  # loopback: OPA fetches the bundle here
    # How soon a change by another control plane on the same database is seen.
    refresh_ms: Annotated[int, between(10, 3_600_000)] = 2_000


def load_config(path: Path) -> ControlPlaneConfig:
    """Reads and validates the section `control_plane`.

    Raises:
        ConfigurationError: the file cannot be read, is no YAML, or a setting is unknown, missing or wrong.
    """
    document = read_settings(path)
    if not isinstance(document, dict) or SECTION not in document:
        raise ConfigurationError("CONFIG_KEY_MISSING", f"`{SECTION}` is required and was not given")
    config = _absolute(build(ControlPlaneConfig, document[SECTION], SECTION), path.resolve().parent)
    _check(config)
    return config


def http_address(config: ControlPlaneConfig) -> tuple[str, int]:
    """Returns host and port of the bundle endpoint."""
    host, _, port = config.http_listen.rpartition(":")
    return host.strip("[]"), int(port)


def _absolute(config: ControlPlaneConfig, folder: Path) -> ControlPlaneConfig:
    paths = {name: folder / getattr(config, name) for name in ("opa", "capabilities", "bundle_public_key")}
    jwt = dataclasses.replace(config.jwt, public_keys=folder / config.jwt.public_keys)
    database = config.database
    if database.startswith("sqlite:///") and not database.startswith("sqlite:////"):
        database = f"sqlite:///{folder / database.removeprefix('sqlite:///')}"
    return dataclasses.replace(config, jwt=jwt, database=database, **paths)


def _check(config: ControlPlaneConfig) -> None:
    if not SOCKET.holds(config.listen):
        raise ConfigurationError(
            "CONFIG_INSECURE", f"`control_plane.listen` must be {SOCKET.expected}, got `{config.listen}`"
        )
    host, _, _ = config.http_listen.rpartition(":")
    try:
        loopback = ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        loopback = False
    if not loopback or not is_host_port(config.http_listen, least=0):  # 0: any port, which the log then names
        raise ConfigurationError(
            "CONFIG_INSECURE",
            f"`control_plane.http_listen` must be a loopback address and port, got `{config.http_listen}`",
        )
