"""What is told of the decision point, and what is said when it cannot be told."""

from __future__ import annotations

import socket

import pytest

from pdp.telemetry import Telemetry
from writ.errors import DependencyFailed


def test_an_address_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(DependencyFailed, match=f"cannot listen on `127.0.0.1:{port}`") as caught:
            Telemetry().listen("127.0.0.1", port)
    assert caught.value.reason == "ADDRESS_UNAVAILABLE"
