"""Where the decision point of a state folder takes calls, by its `writ.yaml`.

Reads two settings and checks no other: that is for the server, which would not have started.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography import x509

from writ.cli.files import MAX_PEM_BYTES, read_file
from writ.cli.places import SETTINGS_NAME
from writ.cli.settings_file import read_settings
from writ.errors import ConfigurationError, InvalidInput

_ANY_HOST = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}  # noqa: S104  who listens everywhere is asked on this machine
"""Addresses that can be listened on and not be called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPoint:
    """`address` as gRPC takes it. `certificate` is the server's own, PEM, where callers need one too (`pdp.tls`)."""

    address: str
    certificate: Path | None = None

    @property
    def name(self) -> str:
        """The name that the server's certificate is for. Raises ConfigurationError `TLS_FILE_INVALID`."""
        if self.certificate is None:
            return ""
        try:
            held = x509.load_pem_x509_certificate(read_file(self.certificate, MAX_PEM_BYTES))
            names = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except (OSError, InvalidInput, ValueError, x509.ExtensionNotFound) as e:
            raise self._unnamed() from e
        addresses = map(str, names.get_values_for_type(x509.IPAddress))
        for name in (*names.get_values_for_type(x509.DNSName), *addresses):
            return name.replace("*", "pdp", 1)
        raise self._unnamed()

    def _unnamed(self) -> ConfigurationError:
        return ConfigurationError(
            "TLS_FILE_INVALID", f"expected a certificate with a DNS name in `{self.certificate}`, got none"
        )


def own_point(state: Path) -> OwnPoint:
    """Returns where the decision point of the state folder listens; without settings, where it would.

    Raises:
        ConfigurationError: the settings cannot be read, or say no place.
    """
    settings = state / SETTINGS_NAME
    if not settings.exists():
        return OwnPoint(address=f"unix://{(state / 'pdp.sock').resolve()}")
    pdp = _section(read_settings(settings), "pdp")
    listen, tls = pdp.get("listen"), pdp.get("tls")
    if not isinstance(listen, str):
        raise ConfigurationError("CONFIG_TYPE", f"`pdp.listen` must be text, got {type(listen).__name__}")
    host, colon, port = listen.rpartition(":")
    address = listen if listen.startswith("unix:") else f"{_ANY_HOST.get(host, host)}{colon}{port}"
    if tls is None:
        return OwnPoint(address=address)
    certificate = _section(pdp, "tls").get("certificate")
    if not isinstance(certificate, str):
        raise ConfigurationError("CONFIG_TYPE", f"`pdp.tls.certificate` must be text, got {type(certificate).__name__}")
    return OwnPoint(address=address, certificate=settings.resolve().parent / certificate)


def _section(document: object, name: str) -> dict[str, Any]:
    section = document.get(name) if isinstance(document, dict) else None
    if not isinstance(section, dict):
        raise ConfigurationError("CONFIG_KEY_MISSING", f"section `{name}` is required, got {type(section).__name__}")
    return section
