"""The control plane as one process: `python -m control_plane.server --config FILE`.

gRPC on a unix socket for whoever pushes and reads, HTTP on loopback for OPA. Stops on SIGTERM and SIGINT. It is not on
the way of a decision: while it is down, OPA goes on with the bundle it has.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import grpc
import uvicorn

from control_plane.auth import Authenticator
from control_plane.bundles.endpoint import bundle_app
from control_plane.bundles.model import MAX_ARCHIVE_BYTES
from control_plane.bundles.publish import Publication
from control_plane.bundles.service import BundleService
from control_plane.bundles.signature import parse_verification_key
from control_plane.bundles.store import BundleStore
from control_plane.bundles.verify import VerificationPolicy
from control_plane.config import ControlPlaneConfig, http_address, load_config
from control_plane.storage import open_storage
from writ.cli.files import MAX_PEM_BYTES, OTHERS, read_file
from writ.cli.token_keys import load_token_keys
from writ.errors import ConfigurationError, DependencyFailed, WritError
from writ.v1 import bundle_pb2_grpc

MAX_MESSAGE_BYTES = MAX_ARCHIVE_BYTES + 64 * 1024
"""One archive and what stands around it."""

DRAIN_S = 2.0
"""Seconds that a call under way has to end."""

SOCKET_UMASK = 0o177
"""The socket gets mode 0600 at the moment it appears."""


class _HttpServer(uvicorn.Server):
    """Leaves signals to the process, which has two servers to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def running(config: ControlPlaneConfig) -> AsyncIterator[int]:
    """Starts everything, yields the port of the bundle endpoint, and stops everything.

    Raises ConfigurationError or DependencyFailed when it cannot start.
    """
    engine = open_storage(config.database)
    try:
        store = BundleStore(engine)
        publication = Publication(store)
        await publication.refresh()
        http = _HttpServer(
            uvicorn.Config(
                bundle_app(publication), lifespan="off", log_config=None, access_log=False, server_header=False
            )
        )
        listener = _listener(config)
        front = await _grpc_server(config, store, publication)
        refreshing = asyncio.create_task(_refreshing(publication, config.refresh_ms / 1000))
        serving = asyncio.create_task(http.serve(sockets=[listener]))
        try:
            yield int(listener.getsockname()[1])
        finally:
            publication.close()
            refreshing.cancel()
            http.should_exit = True
            await front.stop(DRAIN_S)
            await asyncio.gather(serving, refreshing, return_exceptions=True)
    finally:
        engine.dispose()


def _listener(config: ControlPlaneConfig) -> socket.socket:
    host, port = http_address(config)
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise DependencyFailed(
            "ADDRESS_UNAVAILABLE",
            f"cannot listen on `{config.http_listen}` of `control_plane.http_listen`: {error.strerror}",
        ) from error
    return listener


async def _grpc_server(config: ControlPlaneConfig, store: BundleStore, publication: Publication) -> grpc.aio.Server:
    policy = _policy(config)
    authenticator = Authenticator(
        keys=load_token_keys(config.jwt.public_keys), issuer=config.jwt.issuer, audience=config.jwt.audience
    )
    front = grpc.aio.server(
        options=(
            ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
            ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
        )
    )
    service = BundleService(store=store, publication=publication, policy=policy, authenticator=authenticator)
    bundle_pb2_grpc.add_BundleServiceServicer_to_server(service, front)
    before = os.umask(SOCKET_UMASK)
    try:
        front.add_insecure_port(config.listen)
    except RuntimeError as error:
        raise DependencyFailed(
            "ADDRESS_UNAVAILABLE", f"cannot listen on `{config.listen}` of `control_plane.listen`"
        ) from error
    finally:
        os.umask(before)
    await front.start()
    return front


async def _refreshing(publication: Publication, every_s: float) -> None:
    """Sees what another control plane on the same database serves."""
    while True:
        await asyncio.sleep(every_s)
        try:
            await publication.refresh()
        except DependencyFailed as error:
            _log("error", error.reason, error.message)


def _policy(config: ControlPlaneConfig) -> VerificationPolicy:
    try:
        pem = read_file(config.bundle_public_key, MAX_PEM_BYTES)
    except OSError as error:
        raise ConfigurationError(
            "KEY_INVALID", f"cannot read `{config.bundle_public_key}`: {error.strerror}"
        ) from error
    parse_verification_key(pem)  # a wrong key must not wait for the first push
    return VerificationPolicy(
        opa=config.opa,
        capabilities=config.capabilities,
        public_key_pem=pem,
        key_id=config.bundle_key_id,
        scope=config.bundle_scope,
    )


async def _serve(config: ControlPlaneConfig) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with running(config) as port:
        _log("info", "STARTED", f"control plane listens on `{config.listen}` and http port {port}")
        await stop.wait()
    _log("info", "STOPPED", "control plane stopped")


def check(config: ControlPlaneConfig) -> None:
    """Reads the keys, as a start would, and changes nothing. Raises ConfigurationError."""
    load_token_keys(config.jwt.public_keys)
    _policy(config)


def _log(level: str, reason: str, message: str) -> None:
    """One JSON object a line, with the names that the decision point's log has."""
    line = {"time_ms": int(time.time() * 1000), "level": level, "reason": reason, "message": message}
    sys.stderr.write(json.dumps(line) + "\n")
    sys.stderr.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs until a signal. Returns 0, or 1 when it could not start."""
    parser = argparse.ArgumentParser(
        prog="control_plane.server", description="Serves bundles to OPA and takes new ones."
    )
    parser.add_argument("--config", type=Path, required=True, metavar="FILE", help="YAML settings")
    parser.add_argument("--check", action="store_true", help="read settings and keys, say what is wrong, and end")
    parsed = parser.parse_args(arguments)
    os.umask(OTHERS)  # database and temporary files
    try:
        config = load_config(parsed.config)
        if parsed.check:
            check(config)
        else:
            asyncio.run(_serve(config))
    except WritError as error:
        if parsed.check:  # for people, who asked
            sys.stderr.write(f"control plane: {error}\n")
        else:
            _log("critical", error.reason, error.message)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
