"""A real OPA for tests, configured by the same code as in production; and bundles built for it.

`OpaServer` runs as a child process: `start`, `stop`, `kill`, `pause` (SIGSTOP) and `resume`. It takes its bundle from a
control plane's address, or from an archive on disk when only judging is under test.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from control_plane.bundles.build import BuiltBundle, build_bundle
from control_plane.opa_config import BUNDLE_NAME, OPA_ENVIRONMENT, SidecarSettings, opa_command, opa_config
from control_plane.stack.tools import tool_path

KEY_ID = "test"
SCOPE = "writ"
SETTINGS = Path(__file__).parents[1] / "rego" / "settings" / "data.yaml"
TINY = Path(__file__).parent / "vectors" / "bundles" / "tiny"
FORBIDDEN = ("http.send", "net.lookup_ip_addr", "opa.runtime", "rand.intn", "time.now_ns", "uuid.rfc4122")


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A key pair for one test."""

    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    @property
    def public_pem(self) -> str:
        """The public half, PEM."""
        return self.private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    @property
    def private_pem(self) -> bytes:
        """The private half, PKCS #8 PEM."""
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def capabilities_file(folder: Path) -> Path:
    """Writes OPA's capabilities without what a policy must not do, and returns the file."""
    path = folder / "capabilities.json"
    if not path.exists():
        _, text = _run_unbounded("capabilities", "--current")
        document = json.loads(text)
        document["builtins"] = [entry for entry in document["builtins"] if entry["name"] not in FORBIDDEN]
        path.write_text(json.dumps(document))
    return path


def _run_unbounded(*arguments: str) -> tuple[int, str]:
    done = subprocess.run([str(tool_path("opa")), *arguments], capture_output=True, check=True)
    return done.returncode, done.stdout.decode()


def copy_tiny(folder: Path, mark: str, **files: str) -> Path:
    """Copies the tiny policy library with its own mark and further files (`name="..."` becomes `name.rego`)."""
    source = folder / f"tiny-{mark}"
    for path in sorted(TINY.rglob("*")):
        if path.is_file():
            target = source / path.relative_to(TINY)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    # Settings that a decision point can read, whatever it asks for, and the mark.
    settings = SETTINGS.read_text(encoding="utf-8")
    (source / "settings" / "data.yaml").write_text(f"{settings}\nmark: {mark}\n", encoding="utf-8")
    for name, text in files.items():
        (source / f"{name}.rego").write_text(text)
    return source


def signed_bundle(source: Path, out: Path, key: SigningKey, capabilities: Path | None = None) -> BuiltBundle:
    """Builds what the servers of tests take: signed by `key`, with the capabilities of its own folder unless others are given."""
    return build_bundle(
        source=source,
        out=out,
        opa=tool_path("opa"),
        capabilities=capabilities or source / "capabilities.json",
        signing_key=key.private,
        key_id=KEY_ID,
        scope=SCOPE,
    )


def build_tiny(folder: Path, key: SigningKey, mark: str = "blue", **files: str) -> BuiltBundle:
    """Builds a tiny bundle whose outcomes carry `mark`."""
    return signed_bundle(copy_tiny(folder, mark, **files), folder / f"{mark}.tar.gz", key, capabilities_file(folder))


class OpaServer:
    """A child process on the unix socket `folder/opa.sock`. `bundle` is a control plane's address, or an archive."""

    def __init__(self, folder: Path, key: SigningKey, bundle: str | Path) -> None:
        self.socket = folder / "opa.sock"
        self.log = folder / "opa.log"
        self._config_file = folder / "opa.json"
        self._process: subprocess.Popen[bytes] | None = None
        self.archive = (
            bundle if isinstance(bundle, Path) else folder / "opa-state" / "bundles" / BUNDLE_NAME / "bundle.tar.gz"
        )
        address = bundle if isinstance(bundle, str) else "http://127.0.0.1:1"
        settings = SidecarSettings(
            socket=self.socket,
            bundle_url=address,
            key_id=KEY_ID,
            public_key_pem=key.public_pem,
            scope=SCOPE,
            state_folder=folder / "opa-state",
        )
        config = opa_config(settings)
        if isinstance(bundle, Path):
            config["bundles"][BUNDLE_NAME] = {
                "resource": f"file://{bundle}",
                "signing": {"keyid": KEY_ID, "scope": SCOPE},
            }
        self._config_file.write_text(json.dumps(config))

    def __enter__(self) -> OpaServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    @property
    def pid(self) -> int:
        """Process id of the running child."""
        assert self._process is not None
        return self._process.pid

    def start(self, *, activated: bool = True) -> None:
        """Starts and waits until it answers, and with `activated` until a bundle is active."""
        self.socket.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                opa_command(tool_path("opa"), self.socket, self._config_file),
                env={**os.environ, **OPA_ENVIRONMENT},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self.wait_until("/health?bundles" if activated else "/health")

    def wait_until(self, path: str, *, within_s: float = 20) -> None:
        """Waits until a GET of `path` answers 200."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            assert self._process is not None
            assert self._process.poll() is None, f"opa ended: {self.log.read_text()}"
            if self._status(path) == 200:
                return
            time.sleep(0.02)
        raise AssertionError(f"opa did not answer `{path}` with 200: {self.log.read_text()}")

    def get(self, path: str) -> tuple[int, bytes]:
        """Returns status and body of a GET."""
        connection = http.client.HTTPConnection("opa", timeout=5)
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.settimeout(5)
        try:
            connection.sock.connect(str(self.socket))
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def _status(self, path: str) -> int:
        try:
            return self.get(path)[0]
        except OSError:
            return 0

    def stop(self) -> None:
        """Ends it as its supervisor does."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it as a crash does."""
        self._end(signal.SIGKILL)

    def pause(self) -> None:
        """Stops it from answering; connections stay open."""
        os.kill(self.pid, signal.SIGSTOP)
        # The signal stops threads one after another; until the last one stands, an answer may still come.
        while any(_state(thread) != "T" for thread in Path(f"/proc/{self.pid}/task").iterdir()):
            time.sleep(0.001)

    def resume(self) -> None:
        """Lets it go on."""
        os.kill(self.pid, signal.SIGCONT)

    def _end(self, number: signal.Signals) -> None:
        if self._process is None:
            return
        self._process.send_signal(signal.SIGCONT)
        self._process.send_signal(number)
        self._process.wait(10)
        self._process = None


def _state(thread: Path) -> str:
    return (thread / "stat").read_text().rpartition(")")[2].split()[0]
