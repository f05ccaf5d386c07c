"""A real control plane for tests, as the process that production runs, with keys and tokens of its own."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType

import jwt
import yaml
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from control_plane.bundles.client import BundleClient
from control_plane.stack.tools import tool_path
from tests.opa_server import KEY_ID, SCOPE, SigningKey, capabilities_file

CHECKOUT = Path(__file__).parents[1]
ISSUER = "https://ci.example"
AUDIENCE = "writ-control-plane"


def free_port() -> int:
    """Returns a loopback port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ControlPlaneServer:
    """A child process in `folder`; `address` is its gRPC socket, `url` its bundle endpoint."""

    def __init__(self, folder: Path, key: SigningKey, database: str = "sqlite:///control_plane.db") -> None:
        self.socket = folder / "control_plane.sock"
        self.address = f"unix://{self.socket}"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "control_plane.log"
        self._token_key = Ed25519PrivateKey.generate()
        self._config_file = folder / "writ.yaml"
        self._process: subprocess.Popen[bytes] | None = None
        (folder / "jwt").mkdir()
        (folder / "jwt" / "ci.pem").write_bytes(
            self._token_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )
        (folder / "bundle.pem").write_text(key.public_pem)
        settings = {
            "listen": self.address,
            "http_listen": f"127.0.0.1:{self.port}",
            "database": database,
            "opa": str(tool_path("opa")),
            "capabilities": str(capabilities_file(folder)),
            "bundle_public_key": "bundle.pem",
            "bundle_key_id": KEY_ID,
            "bundle_scope": SCOPE,
            "refresh_ms": 200,
            "jwt": {"issuer": ISSUER, "audience": AUDIENCE, "public_keys": "jwt"},
        }
        self._config_file.write_text(
            yaml.safe_dump({"control_plane": settings, "pdp": {"owned": "by another process"}})
        )

    def __enter__(self) -> ControlPlaneServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def start(self) -> None:
        """Starts and waits until it answers."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "control_plane.server", "--config", str(self._config_file)],
                env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + 20
        while True:
            assert self._process.poll() is None, f"control plane ended: {self.log.read_text()}"
            assert time.monotonic() < until, f"control plane does not answer: {self.log.read_text()}"
            try:
                if self.get("/health")[0] == 200:
                    return
            except OSError:
                time.sleep(0.02)

    def get(self, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
        """Returns status, headers (names in lower case) and body of a GET."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def token(self, scope: str = "bundle:push", *, subject: str = "ci", kid: str = "ci", **claims: object) -> str:
        """Returns a bearer token that lives for five minutes."""
        now_s = int(time.time())
        body = {"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "scope": scope, "exp": now_s + 300, **claims}
        return jwt.encode(body, self._token_key, algorithm="EdDSA", headers={"kid": kid})

    def client(self, scope: str = "bundle:push") -> BundleClient:
        """Returns a client whose token has the scope."""
        return BundleClient(self.address, self.token(scope))

    def stop(self) -> int:
        """Ends it as its supervisor does, and returns its exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it as a crash does."""
        self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(number)
        code = self._process.wait(10)
        self._process = None
        return code
