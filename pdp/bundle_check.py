"""Tells the control plane whether the decision point could read a bundle: entry point of group `writ.bundle_checks`.

Makes the same lane from the same activation as a running decision point would, and throws it away. It does not say what the
policy decides; `opa test` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pdp.lane import Lane
from pdp.model import Activation
from writ.errors import ConfigurationError


def check_activation(activation: Mapping[str, Any]) -> None:
    """Reads `data.writ.activation` of a bundle.

    Raises:
        ConfigurationError: callers, counters, facts, feeds, catalog or tables are not what this version reads; the message
            names the key.
    """
    revision = activation.get("revision")
    if not isinstance(revision, str) or not revision:
        raise ConfigurationError("ACTIVATION_INVALID", f"`revision`: expected text, got {type(revision).__name__}")
    Lane.build(Activation(revision=revision, etag="", data=activation))
