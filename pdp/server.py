"""The decision point as a process: `python -m pdp.server --config writ.yaml`.

The only module that builds real clients. Order of start: evidence log (locks and checks it), state (checks the server and
gives back what a crash left reserved), front, and SERVING only once OPA runs an activated bundle. Order of stop: no new
calls, drain, settle, sync.
"""

from __future__ import annotations

import argparse
import asyncio
import hmac
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import grpc
import uvloop
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from pdp import heap, resident
from pdp.addresses import bound
from pdp.authenticate import Authenticator
from pdp.calls import deliver
from pdp.circumstances import Circumstances
from pdp.companions import Companion
from pdp.conclude import Concluder
from pdp.config import Config, Jwt, Pdp, Redis, load_config
from pdp.decide import Engine
from pdp.digests import BundleDigests
from pdp.evaluate import OpaJudge
from pdp.evidence.read import EvidenceReader
from pdp.evidence.record import LogRecorder
from pdp.evidence.recover import recover
from pdp.front import FrontProtocol
from pdp.front_process import FrontProcess
from pdp.keyring import Keyring, load_keyring
from pdp.keystore import load_master_key
from pdp.lanes import Lanes
from pdp.offload import Offloader
from pdp.report import Reporter
from pdp.results import Results
from pdp.service import DecisionFront
from pdp.state.client import Client, NodeClient
from pdp.state.continuity import Continuity
from pdp.state.files import recent_organisations
from pdp.state.node import parse_address
from pdp.state.redis_state import RedisState
from pdp.state.sealed_answers import SealedAnswers
from pdp.telemetry import Telemetry, set_up_logging
from pdp.transform.apply import Transformer
from writ.errors import StateFailed, WritError
from writ.permit import PermitSigner
from writ.v1 import decision_pb2, fact_pb2

log = logging.getLogger("writ.server")

FOLLOW_S = 1.0
"""How often an idle decision point looks whether OPA has activated another bundle."""

MAX_PROBES = 64
"""Questions about health that may be open at once where no credential is asked for; a prober has one."""

TRIM_S = 10.0
"""How often free memory is returned to the kernel; it takes up to 1 ms."""

SERVICES = (
    decision_pb2.DESCRIPTOR.services_by_name["DecisionService"].full_name,
    fact_pb2.DESCRIPTOR.services_by_name["FactService"].full_name,
)


def now_ms() -> int:
    """Returns Unix milliseconds."""
    return int(time.time() * 1000)


class DecisionPoint:
    """All parts of one decision point, built from its settings."""

    def __init__(self, config: Config) -> None:
        self.config = config
        self.telemetry = Telemetry(otlp_endpoint=config.telemetry.otlp_endpoint)
        keys = load_keyring(config)
        self.recorder = _recorder(config, keys, self._evidence_failed)
        self.circumstances = circumstances = Circumstances(derived_key(config, "names"))
        self.state = connect_state(config, generation=now_ms(), companions=circumstances.companions())
        self.state.continuity.lacking = self._state_lacking
        self.judge = OpaJudge(config.opa.socket)
        self.lanes = Lanes(
            self.judge,
            complete=BundleDigests(config.evidence.folder, config.opa.archive).complete,
        )
        self.offloader = Offloader(limit_s=config.pdp.timeouts.parse_ms / 1000)
        self.authenticator = authenticator = _authenticator(config.pdp.jwt, keys)
        self.engine = Engine(
            limits=config.pdp.limits,
            timeouts=config.pdp.timeouts,
            authenticator=authenticator,
            lanes=self.lanes,
            state=self.state,
            judge=self.judge,
            concluder=Concluder(
                recorder=self.recorder,
                permits=PermitSigner(keys.permit),
                random=os.urandom,
                evidence=self.telemetry.evidence_failing,
                finals=circumstances.finals,
            ),
            offloader=self.offloader,
            transformer=Transformer(derived_key(config, "tokens")),
            circumstances=circumstances,
            telemetry=self.telemetry,
            deliver=deliver,
        )
        self.front = DecisionFront(
            engine=self.engine,
            authenticator=authenticator,
            lanes=self.lanes,
            reporter=Reporter(
                decisions=self.state,
                recorder=self.recorder,
                lanes=self.lanes,
                results=Results(derived_key(config, "names")),
                random=os.urandom,
                failure=self.telemetry.failure,
            ),
            state=self.state,
            limits=config.pdp.limits,
            timeouts=config.pdp.timeouts,
            behind_front=config.pdp.front is not None,
        )

    def _evidence_failed(self, reason: str) -> None:
        self.telemetry.failure(reason)
        log.error("evidence log cannot be written", extra={"reason": reason})

    def _state_lacking(self, organisation: str, lacking: bool) -> None:
        self.telemetry.state_lost(1 if lacking else -1)
        if lacking:
            log.warning("state lost or never begun", extra={"organisation": organisation})
        else:
            log.info("state found again", extra={"organisation": organisation})

    async def serve(self, stop: asyncio.Event) -> None:
        """Serves until `stop` is set, then drains."""
        config = self.config
        await self.state.check_server()
        await self._recover()
        server = grpc.aio.server(
            options=[
                ("grpc.max_receive_message_length", 4 * config.pdp.limits.max_request_bytes),
                ("grpc.so_reuseport", 0),
                ("grpc.max_concurrent_streams", 1024),
                ("grpc.http2.bdp_probe", 0),  # pings that size windows for bulk data; a request is a few KiB
            ]
        )
        healths = health.aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(healths, server)
        reflection.enable_server_reflection((*SERVICES, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
        server.add_generic_rpc_handlers(tuple(self.front.handlers()))
        await self._set_health(healths, serving=False)
        look = asyncio.Event()
        front = self._native_front(look.set)
        async with (
            AsyncExitStack() as undo
        ):  # a start that fails leaves no front behind, and no server to the garbage collector
            if front is not None:
                undo.push_async_callback(front.stop)
                await front.start()  # before grpcio has threads, which a fork would trip over
            undo.push_async_callback(server.stop, None)
            await _listen(server, config.pdp, front.rest if front else None)
            probed = await _listen_for_probes(healths, config.pdp.health_listen)
            if config.telemetry.metrics_listen:
                host, _, port = config.telemetry.metrics_listen.rpartition(":")
                self.telemetry.listen(host.strip("[]"), int(port))
            undo.pop_all()
        follower = asyncio.create_task(self._follow(healths, front, look))
        await stop.wait()
        follower.cancel()
        with suppress(asyncio.CancelledError):
            await follower
        await self._set_health(healths, serving=False)
        if front is not None:
            await front.stop()
        await server.stop(config.pdp.timeouts.drain_ms / 1000)
        if probed is not None:
            await probed.stop(None)
        with suppress(TimeoutError):
            await asyncio.wait_for(self.engine.drain(), config.pdp.timeouts.drain_ms / 1000)
        await self.state.close()
        self.judge.close()
        await self.offloader.aclose()
        self.recorder.close()

    def _native_front(self, changed: Callable[[], None]) -> FrontProcess | None:
        pdp = self.config.pdp
        if pdp.front is None:
            return None
        default_s = pdp.timeouts.default_deadline_ms / 1000
        front = FrontProcess(
            pdp,
            pdp.front,
            lambda: FrontProtocol(self.engine.offer, self.authenticator, default_s),
            max_message_bytes=4 * pdp.limits.max_request_bytes,
            changed=changed,
        )
        front.prepare()
        return front

    async def _recover(self) -> None:
        """Settles by the log what an earlier process of this name left reserved."""
        folder = self.config.evidence.folder
        reader = EvidenceReader(folder)
        # By the state too: who was killed in its first decision for an organisation has no entry of it in the log.
        organisations = recent_organisations(folder) | await self.state.continuity.organisations()
        committed, given_back = await recover(self.state, self.state.writer, organisations, reader.was_allowed)
        if committed or given_back:
            log.warning("recovered", extra={"committed": committed, "given_back": given_back})

    async def _follow(
        self, healths: health.aio.HealthServicer, front: FrontProcess | None, look: asyncio.Event
    ) -> None:
        """Says whether callers are served: there is a bundle, and somebody takes their calls. `look` cuts a pause short."""
        serving, kept, trimmed_s = False, None, 0.0
        while True:
            await self.lanes.refresh()
            if self.lanes.current is not kept:
                kept = self.lanes.current
                heap.keep()
                resident.give_back()
            if time.monotonic() - trimmed_s >= TRIM_S:
                trimmed_s = time.monotonic()
                resident.trim()
                with suppress(StateFailed):  # decisions tell
                    await self.state.continuity.begun()
            ready = self.lanes.current is not None and (front is None or front.serving)
            self.telemetry.ready(ready)
            if ready != serving:
                serving = ready
                await self._set_health(healths, serving=ready)
                log.info("serving" if ready else "not serving")
            with suppress(TimeoutError):
                await asyncio.wait_for(look.wait(), FOLLOW_S if ready else FOLLOW_S / 10)
            look.clear()

    async def _set_health(self, healths: health.aio.HealthServicer, *, serving: bool) -> None:
        kind = health_pb2.HealthCheckResponse.ServingStatus
        status = kind.Value("SERVING" if serving else "NOT_SERVING")
        for service in ("", *SERVICES):
            await healths.set(service, status)


def derived_key(config: Config, purpose: str) -> bytes:
    """Returns 32 bytes for one purpose, from the key that decision points share."""
    shared = load_master_key(config.redis.name_key or config.evidence.vault_master_key)
    return hmac.digest(shared, f"writ.{purpose}/v1".encode(), "sha256")


def connect_state(config: Config, *, generation: int, companions: Sequence[Companion] = ()) -> RedisState:
    """Returns the state client; `generation` is the Unix time in milliseconds at which this process started."""
    deadline_s = config.pdp.timeouts.redis_ms / 1000
    client = _client(config.redis, deadline_s)
    return RedisState(
        client=client,
        writer=config.evidence.issuer,
        generation=generation,
        continuity=Continuity(client=client),
        answers=SealedAnswers(derived_key(config, "answers")),
        companions=companions,
    )


def _client(redis: Redis, deadline_s: float) -> Client:
    if not redis.cluster:
        return NodeClient(redis.url, deadline_s=deadline_s)
    from pdp.state.cluster import ClusterClient  # redis-py takes 12 MiB, and a single node needs none

    return ClusterClient(redis.url, deadline_s=deadline_s)


async def _listen(server: grpc.aio.Server, pdp: Pdp, rest: Path | None) -> None:
    if pdp.tls is not None and rest is None:
        credentials = grpc.ssl_server_credentials(
            [(pdp.tls.key.read_bytes(), pdp.tls.certificate.read_bytes())],
            root_certificates=pdp.tls.client_authority.read_bytes(),
            require_client_auth=True,
        )
        with bound(pdp.listen, "pdp.listen"):
            server.add_secure_port(pdp.listen, credentials)
        await server.start()
        return
    with bound(str(rest or pdp.listen), "pdp.front.folder" if rest else "pdp.listen"):
        await _listen_at(server, rest or Path(pdp.listen.removeprefix("unix:").removeprefix("//")))


async def _listen_for_probes(healths: health.aio.HealthServicer, address: str) -> grpc.aio.Server | None:
    """A server of its own, so that no call but health's can be made where no certificate is asked for."""
    if not address:
        return None
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)], maximum_concurrent_rpcs=MAX_PROBES)
    health_pb2_grpc.add_HealthServicer_to_server(healths, server)
    try:
        with bound(address, "pdp.health_listen"):
            if address.startswith("unix:"):
                await _listen_at(server, Path(address.removeprefix("unix:").removeprefix("//")))
            else:
                server.add_insecure_port(address)
                await server.start()
    except BaseException:
        await server.stop(None)
        raise
    return server


async def _listen_at(server: grpc.aio.Server, path: Path) -> None:
    path.unlink(missing_ok=True)
    # The socket must never exist with wider rights, not even for a moment.
    before = os.umask(0o177)
    try:
        server.add_insecure_port(f"unix:{path}")
        await server.start()
    finally:
        os.umask(before)


def _recorder(config: Config, keys: Keyring, failure: Callable[[str], None]) -> LogRecorder:
    evidence = config.evidence
    return LogRecorder.open(
        folder=evidence.folder,
        vault_folder=evidence.vault_folder,
        issuer=evidence.issuer,
        key=keys.receipt,
        master_key=load_master_key(evidence.vault_master_key),
        now_ms=now_ms,
        segment_bytes=evidence.segment_bytes,
        failure=failure,
    )


def _authenticator(jwt: Jwt | None, keys: Keyring) -> Authenticator:
    if jwt is None:
        return Authenticator(issuer="", audience="", keys={})
    return Authenticator(issuer=jwt.issuer, audience=jwt.audience, keys=keys.callers)


async def _main(config: Config) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    await DecisionPoint(config).serve(stop)


def check(config: Config) -> None:
    """Reads the keys and looks at the address of the state, as a start would, and changes nothing. Raises ConfigurationError."""
    load_keyring(config)
    if not config.redis.cluster:
        parse_address(config.redis.url)


def main() -> int:
    """Runs the decision point until SIGINT or SIGTERM. Exit 0 after a clean stop, 1 when it cannot start."""
    parser = argparse.ArgumentParser(prog="pdp.server", description="Writ decision point")
    parser.add_argument("--config", type=Path, required=True, help="settings, for example writ.yaml")
    parser.add_argument("--check", action="store_true", help="read settings and keys, say what is wrong, and end")
    arguments = parser.parse_args()
    try:
        config = load_config(arguments.config)
        if arguments.check:
            check(config)
            return 0
        set_up_logging(config.telemetry.log_level)
        uvloop.run(_main(config))
    except (WritError, OSError) as error:
        if arguments.check:
            print(f"pdp: {error}", file=sys.stderr)  # noqa: T201  for people, who asked
        else:
            set_up_logging("critical")  # what is wrong may be the settings that say how to log
            reason, message = (error.reason, error.message) if isinstance(error, WritError) else ("", str(error))
            log.critical(message, extra={"reason": reason})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
