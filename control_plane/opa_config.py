"""How the OPA sidecar is configured and started: in one place, so that tests run what production runs.

Does not start anything. The settings that matter are measured (design, section 8): one processor, a lazy garbage
collector, errors only in the log, no decision log (receipts replace it), a unix socket.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from writ.errors import ConfigurationError

BUNDLE_NAME = "writ"
"""Name of the one bundle; Rego reads `data.system.bundles.writ`."""

BUNDLE_PATH = "/bundles/writ"
"""Path of the control plane's endpoint that serves it."""

SIGNING_ALGORITHM = "ES256"
"""OPA's configuration refuses EdDSA for bundle keys."""

OPA_ENVIRONMENT = {"GOMAXPROCS": "1", "GOGC": "400"}
"""Added to the environment of the sidecar: more processors cost CPU a decision, and its heap is small."""

LONG_POLL_S = 30
"""Seconds that a bundle request may stay open: a change arrives at once, and a dead peer is noticed within it."""

RETRY_MIN_S = 1
RETRY_MAX_S = 5
"""Seconds between downloads while the control plane does not answer or does not hold requests open."""

MAX_BUNDLE_BYTES = 64 * 1024 * 1024
"""Of one file in the bundle, as OPA reads it; the control plane's own limits are far below."""

SOCKET_MODE = "600"
"""Who may ask OPA may also write its data: its owner alone."""

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SidecarSettings:
    """What one sidecar needs to know.

    `bundle_url` is the base address of the control plane (`http://127.0.0.1:8281`); `public_key_pem` an ECDSA P-256
    public key; `state_folder` holds the last activated bundle over a restart. Unsigned bundles never load.
    """

    socket: Path
    bundle_url: str
    key_id: str
    public_key_pem: str
    scope: str
    state_folder: Path
    long_poll_s: int = LONG_POLL_S


def opa_config(settings: SidecarSettings) -> dict[str, Any]:
    """Returns OPA's configuration document.

    Raises ConfigurationError when key id or scope is empty or odd: without both, OPA believes what the bundle says.
    """
    for name, value in (("key id", settings.key_id), ("scope", settings.scope)):
        if _NAME.fullmatch(value) is None:
            raise ConfigurationError(
                "OPA_CONFIG_INVALID", f"{name} must be 1 to 64 letters, digits or `._-`, got `{value[:64]}`"
            )
    if not settings.bundle_url.startswith(("http://", "https://")):
        raise ConfigurationError(
            "OPA_CONFIG_INVALID", f"bundle address must be http or https, got `{settings.bundle_url}`"
        )
    return {
        "services": {"control_plane": {"url": settings.bundle_url.rstrip("/"), "response_header_timeout_seconds": 10}},
        "bundles": {BUNDLE_NAME: _bundle(settings)},
        "keys": {settings.key_id: {"algorithm": SIGNING_ALGORITHM, "key": settings.public_key_pem}},
        "persistence_directory": str(settings.state_folder),
        # Nothing is decided by the two paths that OPA would otherwise answer at its root.
        "default_decision": "/writ/decision",
        "default_authorization_decision": "/system/authz/allow",
    }


def _bundle(settings: SidecarSettings) -> dict[str, Any]:
    return {
        "service": "control_plane",
        "resource": BUNDLE_PATH.lstrip("/"),
        "persist": True,
        "size_limit_bytes": MAX_BUNDLE_BYTES,
        "polling": {
            "min_delay_seconds": RETRY_MIN_S,
            "max_delay_seconds": RETRY_MAX_S,
            "long_polling_timeout_seconds": settings.long_poll_s,
        },
        "signing": {"keyid": settings.key_id, "scope": settings.scope},
    }


def opa_config_json(settings: SidecarSettings) -> str:
    """Returns the configuration as text; OPA reads JSON as YAML."""
    return json.dumps(opa_config(settings), indent=2, sort_keys=True) + "\n"


def opa_command(opa: Path, socket: Path, config_file: Path) -> list[str]:
    """Returns the command of the sidecar. Run it with `OPA_ENVIRONMENT` added to the environment."""
    return [
        str(opa),
        "run",
        "--server",
        "--addr",
        f"unix://{socket}",
        "--unix-socket-perm",
        SOCKET_MODE,
        "--config-file",
        str(config_file),
        "--log-level",
        "error",
        "--log-format",
        "json",
        "--skip-version-check",
        # The supervisor restarts what does not stop; nobody waits for idle long polls.
        "--shutdown-grace-period",
        "2",
    ]
