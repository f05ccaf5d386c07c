"""One decision point as a process of its own: nothing brings it back but the test that kills, pauses or starves it."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import grpc
import yaml
from grpc_health.v1 import health_pb2
from prometheus_client.parser import text_string_to_metric_families

from control_plane.stack.keys import ISSUER
from control_plane.stack.ready import HEALTH_CHECK
from control_plane.stack.tokens import AUDIENCE
from pdp.evidence.read import log_entries
from pep.client import Client
from tests.control_plane_server import free_port
from tests.processes import PATIENCE_S, environment, until
from tests.redis_server import RedisCluster

if TYPE_CHECKING:
    from tests.ground import Ground

PATIENT = {"timeouts": {"opa_ms": 60_000, "lease_ms": 90_000}}
"""Overrides of `pdp` for tests that hold a decision in the middle, or that must not depend on how busy the machine is."""

SERVING = health_pb2.HealthCheckResponse.SERVING


class DecisionPoint:
    """One `python -m pdp.server` with its own evidence log, vault, socket and metrics."""

    def __init__(self, ground: Ground, name: str, sections: Mapping[str, Mapping[str, Any]]) -> None:
        self.name = name
        self._ground = ground
        self._folder = ground.folder / name
        self._folder.mkdir(mode=0o700)
        self.evidence = self._folder / "evidence"
        self.socket = self._folder / "pdp.sock"
        self.config = self._folder / "writ.yaml"
        self.log = self._folder / "pdp.log"
        self._metrics = f"127.0.0.1:{free_port()}"
        self.launcher: tuple[str, ...] = ()
        self.inherited: tuple[int, ...] = ()
        self._process: subprocess.Popen[bytes] | None = None
        settings = self._settings()
        for section, values in sections.items():
            settings[section] |= values
        self.target = settings["pdp"]["listen"]
        self.config.write_text(yaml.safe_dump(settings), encoding="utf-8")

    def _settings(self) -> dict[str, dict[str, Any]]:
        keys = self._ground.layout.root / "keys"
        return {
            "redis": {
                "url": self._ground.backend.url,
                "cluster": isinstance(self._ground.backend, RedisCluster),
            },
            "opa": {"socket": str(self._ground.opa.socket), "archive": str(self._ground.opa.archive)},
            "pdp": {
                "listen": f"unix://{self.socket}",
                "jwt": {"issuer": ISSUER, "audience": AUDIENCE, "public_keys": str(keys / "jwt")},
            },
            "evidence": {
                "folder": str(self.evidence),
                "issuer": self.name,
                "segment_bytes": 16 * 1024 * 1024,
                "vault_folder": str(self._folder / "vault"),
                "vault_master_key": str(keys / "vault.key"),
                "receipt_key": str(keys / "receipt.pem"),
                "permit_key": str(keys / "permit.pem"),
            },
            "telemetry": {"metrics_listen": self._metrics, "log_level": "warning"},
        }

    @property
    def vault(self) -> Path:
        """Folder of the encrypted payloads."""
        return self._folder / "vault"

    @property
    def pid(self) -> int:
        """Process id of the running process."""
        assert self._process is not None, f"{self.name} is not running"
        return self._process.pid

    def start(self, *, serving: bool = True) -> Self:
        """Starts, and with `serving` waits until the health service says so. `launcher` are arguments of Python that run
        the module which follows them, `inherited` descriptors that it gets."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *(self.launcher or ("-m",)), "pdp.server", "--config", str(self.config)],
                env=environment(),
                pass_fds=self.inherited,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        if serving:
            until(self.is_serving, f"{self.name} to serve")
        return self

    def is_serving(self) -> bool:
        """Asks the health service."""
        assert self._process is not None
        assert self._process.poll() is None, f"{self.name} ended: {self.log.read_text()[-3000:]}"
        return self.health() == SERVING

    def health(self) -> int:
        """Returns the health status, 0 when nobody answers."""
        with grpc.insecure_channel(self.target) as channel:
            check = channel.unary_unary(
                HEALTH_CHECK,
                request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
                response_deserializer=health_pb2.HealthCheckResponse.FromString,
            )
            try:
                return int(check(health_pb2.HealthCheckRequest(), timeout=5).status)
            except grpc.RpcError:
                return 0

    def client(self, subject: str = "agent/billing-1", *, timeout_s: float = 60.0, **claims: Any) -> Client:
        """Returns a connection of its own with a credential of its own."""
        return Client(self.target, token=self._ground.token(subject, **claims), timeout_s=timeout_s)

    def metrics(self, name: str) -> dict[tuple[str, ...], float]:
        """Returns the samples of one metric by their label values."""
        with urllib.request.urlopen(f"http://{self._metrics}/metrics", timeout=10) as response:
            families = text_string_to_metric_families(response.read().decode())
            return {
                tuple(sample.labels.values()): sample.value
                for family in families
                for sample in family.samples
                if sample.name == name
            }

    def entries(self) -> list[dict[str, Any]]:
        """Returns the predicates of the evidence log, in order."""
        return [entry.predicate() for entry in log_entries(self.evidence)]

    def allowed(self) -> list[dict[str, Any]]:
        """Returns the predicates of the decisions that allowed."""
        return [
            entry
            for entry in self.entries()
            if entry["kind"] == "decision" and entry["effect"] in ("ALLOW", "TRANSFORM")
        ]

    def limit_file_size(self, limit: int) -> None:
        """Has every write beyond `limit` bytes fail, as on a full disk; -1 lifts it."""
        resource.prlimit(self.pid, resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))

    def pause(self) -> None:
        """SIGSTOP."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        os.kill(self.pid, signal.SIGCONT)

    def wait(self) -> int:
        """Waits until it ends by itself; returns the exit code."""
        assert self._process is not None
        code = self._process.wait(PATIENCE_S)
        self._process = None
        return code

    def stop(self) -> int:
        """Ends it as its supervisor does; returns the exit code."""
        return self._end(signal.SIGTERM)

    def kill(self) -> int:
        """Ends it as a crash does."""
        return self._end(signal.SIGKILL)

    def _end(self, number: signal.Signals) -> int:
        if self._process is None:
            return 0
        self._process.send_signal(signal.SIGCONT)
        self._process.send_signal(number)
        code = self._process.wait(PATIENCE_S)
        self._process = None
        return code
