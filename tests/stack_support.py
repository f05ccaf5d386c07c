"""Real decision points for tests: one stack by `writ up`, or single processes on a Redis and an OPA of their own.

`running_stack` is what an operator has: supervised, restarted when killed. `Ground` and `DecisionPoint` are for tests that
kill, pause and corrupt: nothing brings a process back but the test. Waiting has an upper bound and is never asserted.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import grpc
import yaml
from google.protobuf.duration_pb2 import Duration
from grpc_health.v1 import health_pb2
from prometheus_client.parser import text_string_to_metric_families

from control_plane.bundles.build import BuiltBundle, build_bundle
from control_plane.stack.keys import make_keys
from control_plane.stack.layout import Layout, make_layout
from control_plane.stack.ready import HEALTH_CHECK
from control_plane.stack.tokens import AUDIENCE, ISSUER, mint_token
from control_plane.stack.tools import tool_path
from pdp.declarations import StateContext
from pdp.evaluate import OpaJudge
from pdp.evidence_read import log_entries
from pdp.lane import Lane
from pep.client import Client
from tests.control_plane_server import free_port
from tests.opa_server import KEY_ID, SCOPE, OpaServer, SigningKey
from tests.redis_server import RedisCluster, RedisServer
from tests.state_support import open_state, value_now
from writ.keys import KeySet, parse_public_keys
from writ.v1 import decision_pb2, fact_pb2

CHECKOUT = Path(__file__).parents[1]
PATIENCE_S = 120.0
"""Upper bound of waiting for a process on a busy machine."""

ORGANISATION = "acme"
FEED = "feed/crm"
GATEWAY = "gateway/mcp"
CUSTOMER = "7"
UPDATES_A_MONTH = 1_000
"""What the invoice pack allows an agent without an approval."""

PATIENT = {"timeouts": {"opa_ms": 60_000, "lease_ms": 90_000}}
"""Overrides of `pdp` for tests that hold a decision in the middle, or that must not depend on how busy the machine is."""

SERVING = health_pb2.HealthCheckResponse.SERVING


def until(condition: Callable[[], object], what: str = "the condition") -> None:
    """Waits until the condition holds. Raises AssertionError after `PATIENCE_S`."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline_s, f"waited in vain for {what}"
        time.sleep(0.01)


def environment() -> dict[str, str]:
    """Returns ours, with the checkout on the module path."""
    paths = [str(CHECKOUT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def writ(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Runs the command line to its end."""
    command = [sys.executable, "-m", "writ.cli.main", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=PATIENCE_S, check=False, env=environment(), cwd=CHECKOUT
    )


# Requests ------------------------------------------------------------------------------------------------------------


def request(
    request_id: str,
    tool: str = "invoices.get",
    *,
    agent: str = "billing-1",
    args: Mapping[str, object] | None = None,
    **fields: Any,
) -> decision_pb2.DecideRequest:
    """Returns a request to the invoice server; `args` default to one invoice of the assigned customer."""
    arguments = {"customer": CUSTOMER, "invoice": "INV-71"} if args is None else args
    return decision_pb2.DecideRequest(
        request_id=request_id,
        agent=decision_pb2.Agent(id=agent, role="billing-assistant", unit="finance"),
        tool=decision_pb2.Tool(server="billing-mcp", name=tool),
        args_json=json.dumps(arguments).encode(),
        environment="production",
        **fields,
    )


def update(request_id: str, agent: str, *, customer: str = CUSTOMER, **fields: Any) -> decision_pb2.DecideRequest:
    """Returns a payment status update, which counts towards the month's limit of its agent."""
    args = {"customer": customer, "invoice": f"INV-{request_id}", "status": "paid"}
    return request(request_id, "invoices.update_status", agent=agent, args=args, **fields)


def assignment(agent: str, customer: str = CUSTOMER, *, ttl_s: int = 3_600) -> fact_pb2.Fact:
    """Returns the fact that an agent serves a customer."""
    return fact_pb2.Fact(name="assignment", key=[agent, customer], value_json=b"true", ttl=Duration(seconds=ttl_s))


def effect(decision: decision_pb2.Decision) -> str:
    """Returns the short name of the effect."""
    return decision_pb2.Effect.Name(decision.effect).removeprefix("EFFECT_")


def codes(decision: decision_pb2.Decision) -> list[str]:
    """Returns the reasons in order of precedence."""
    return [reason.code for reason in decision.reasons]


# Bundles -------------------------------------------------------------------------------------------------------------


def build_policy(folder: Path, key: SigningKey, *, name: str = "policy", **rules: str) -> BuiltBundle:
    """Builds the real policy of the checkout, with further Rego files in its invoice pack (`name="..."`)."""
    source = folder / f"{name}-source"
    shutil.copytree(CHECKOUT / "rego", source)
    for rule, text in rules.items():
        (source / "packs" / "invoices" / f"{rule}.rego").write_text(text, encoding="utf-8")
    return build_bundle(
        source=source,
        out=folder / f"{name}.tar.gz",
        opa=tool_path("opa"),
        capabilities=source / "capabilities.json",
        signing_key=key.private,
        key_id=KEY_ID,
        scope=SCOPE,
    )


# Processes -----------------------------------------------------------------------------------------------------------


class Ground:
    """What several decision points share: keys, a Redis and an OPA, which the test may kill, pause and restart.

    `bundle` is a control plane's address; without it OPA takes the policy from disk, with `rules` added to it.
    """

    def __init__(
        self,
        *,
        bundle: str = "",
        key: SigningKey | None = None,
        redis: RedisServer | RedisCluster | None = None,
        **rules: str,
    ) -> None:
        # Not pytest's folder: its path is too long for a socket.
        self.folder = Path(tempfile.mkdtemp(prefix="writ-"))
        self.layout = make_layout(self.folder / "s")
        make_keys(self.layout, os.urandom)
        self.key = key or SigningKey()
        self.bundle = build_policy(self.folder, self.key, **rules)
        self.redis = RedisServer()  # what most tests run on; with another backend it is not started
        self.backend: RedisServer | RedisCluster = redis or self.redis
        self.opa = OpaServer(self.folder, self.key, bundle or self.bundle.path)
        self.points: list[DecisionPoint] = []

    def start(self) -> Self:
        """Starts Redis and OPA, and begins the state."""
        self.backend.start()
        self.opa.start()
        with contextlib.closing(self.backend.client()) as client:
            client.set("{writ}:epoch", "0123456789abcdef", nx=True)
        return self

    def point(self, name: str = "pdp-1", **sections: Mapping[str, Any]) -> DecisionPoint:
        """Returns a decision point of this name, not started; `sections` override settings."""
        point = DecisionPoint(self, name, sections)
        self.points.append(point)
        return point

    def token(self, subject: str = "agent/billing-1", *, ttl_s: int = 3_600, **claims: Any) -> str:
        """Mints a credential."""
        return mint_token(self.layout, subject=subject, now_s=int(time.time()), ttl_s=ttl_s, **claims)

    def assign(self, point: DecisionPoint, *agents: str, customer: str = CUSTOMER) -> None:
        """Has the feed say that the agents serve the customer."""
        with point.client(FEED) as feed:
            assert feed.put_facts([assignment(agent, customer) for agent in agents]) == len(agents)

    def open_reservations(self) -> int:
        """Returns how many decisions hold something in Redis that is not settled."""
        with contextlib.closing(self.backend.client()) as client:
            epoch: Any = client.hget(f"{{{ORGANISATION}}}:m", "e")
            return 0 if epoch is None else int(client.hlen(f"{{{ORGANISATION}}}:o:{epoch.decode()}"))

    @contextlib.contextmanager
    def redis_unreachable(self) -> Iterator[None]:
        """Cuts every connection to Redis and lets nobody in, so that nothing sent meanwhile is served later either."""
        socket = Path(self.redis.socket)
        aside = socket.with_name("aside.sock")
        with self.redis.client() as client:
            client.ping()  # opens the connection, which the next line would prevent
            socket.rename(aside)
            client.client_kill_filter(_type="normal", skipme=True)
        try:
            yield
        finally:
            aside.rename(socket)

    def settled(self) -> None:
        """Waits until nothing is pending in Redis."""
        until(lambda: self.open_reservations() == 0, "everything to be settled")

    def counted(self, agent: str) -> tuple[int, int]:
        """Returns the status updates of an agent in this month as the next decision would see them: committed, pending."""
        return asyncio.run(self._counted(agent))

    async def _counted(self, agent: str) -> tuple[int, int]:
        judge = OpaJudge(self.opa.socket)
        state = open_state(self.backend.url, writer="onlooker", cluster=isinstance(self.backend, RedisCluster))
        try:
            lane = Lane.build(await judge.activation())
            wanted = update("look", agent)
            call = lane.canonicalizer.canonicalize("billing-mcp", wanted.tool.name, "", wanted.args_json)
            context = StateContext(
                organisation=ORGANISATION,
                agent_id=agent,
                agent_role=wanted.agent.role,
                agent_unit=wanted.agent.unit,
                principal_id="",
                session_id="",
                tool_server="billing-mcp",
                tool_name=wanted.tool.name,
                environment=call.environment,
                action=call.action,
                args_bytes=len(wanted.args_json),
            )
            (reservation,) = lane.declarations.reservations(context, int(time.time() * 1000))
            return await value_now(state, reservation, ORGANISATION)
        finally:
            judge.close()
            await state.client.close()

    def public_keys(self, name: str) -> KeySet:
        """Returns the public half of `receipt` or `permit`."""
        return parse_public_keys((self.layout.public_keys / f"{name}.pem").read_bytes())

    def stop(self) -> None:
        """Ends everything."""
        for point in self.points:
            point.kill()
        self.opa.kill()
        self.backend.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def __enter__(self) -> Self:
        try:
            return self.start()
        except BaseException:
            self.stop()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


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


class Stack:
    """A stack that `writ up` keeps running in the state folder `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.layout = Layout(root)
        self.settings = yaml.safe_load(self.layout.settings.read_text(encoding="utf-8"))
        self.target = str(self.settings["pdp"]["listen"])

    def pid(self, name: str) -> int:
        """Returns the process id of the child `name`: redis, control-plane, opa or pdp."""
        return int(self.layout.process(name).read_text().split()[0])

    def kill(self, name: str) -> None:
        """SIGKILL to a child, which the supervisor starts again."""
        os.kill(self.pid(name), signal.SIGKILL)

    def pause(self, name: str) -> None:
        """SIGSTOP to a child."""
        os.kill(self.pid(name), signal.SIGSTOP)

    def resume(self, name: str) -> None:
        """SIGCONT to a child."""
        os.kill(self.pid(name), signal.SIGCONT)

    def token(self, subject: str = "agent/billing-1", *, ttl_s: int = 3_600, **claims: Any) -> str:
        """Mints a credential."""
        return mint_token(self.layout, subject=subject, now_s=int(time.time()), ttl_s=ttl_s, **claims)

    def client(self, subject: str = "agent/billing-1", *, timeout_s: float = 60.0, **claims: Any) -> Client:
        """Returns a connection of its own with a credential of its own."""
        return Client(self.target, token=self.token(subject, **claims), timeout_s=timeout_s)

    def token_of_the_past(self, subject: str = "agent/billing-1") -> str:
        """Mints a credential that expired a minute ago."""
        return mint_token(self.layout, subject=subject, now_s=int(time.time()) - 120, ttl_s=60)

    def entries(self) -> list[dict[str, Any]]:
        """Returns the predicates of the evidence log, in order."""
        return [entry.predicate() for entry in log_entries(self.root / "evidence")]

    def public_keys(self, name: str) -> KeySet:
        """Returns the public half of `receipt` or `permit`."""
        return parse_public_keys((self.layout.public_keys / f"{name}.pem").read_bytes())


@contextlib.contextmanager
def running_stack() -> Iterator[Stack]:
    """Starts `writ up` in a folder of its own and stops it at the end."""
    folder = Path(tempfile.mkdtemp(prefix="writ-"))
    root, mark, output = folder / "s", folder / "ready", folder / "log"
    command = [sys.executable, "-m", "writ.cli.main", "up", "--state", str(root), "--once-ready", str(mark)]
    with output.open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment(), cwd=CHECKOUT
        )
    try:
        until(lambda: mark.exists() or process.poll() is not None, "the stack to be ready")
        assert process.poll() is None, output.read_text(errors="replace")[-3000:]
        yield Stack(root)
    finally:
        process.terminate()
        process.wait(PATIENCE_S)
        shutil.rmtree(folder, ignore_errors=True)
