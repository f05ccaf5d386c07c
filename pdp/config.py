"""Settings of one decision point: one YAML file, validated at start. Unknown keys are errors.

Secrets are file paths, but for a password in the URL of Redis. Relative paths are taken from the folder of the file. Sections
that other processes own (`stack`, `control_plane`) are passed over here.
"""

from __future__ import annotations

import dataclasses
import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, TypeVar

from writ.cli.settings_file import read_settings
from writ.errors import ConfigurationError
from writ.segment import MAX_SEGMENT_BYTES
from writ.setting_rules import EMPTY, HOST_PORT, SOCKET, WORD, Rule, between, either, is_host_port, one_of, url
from writ.settings import build

T = TypeVar("T")

Milliseconds = Annotated[int, between(1, 600_000)]
"""Up to ten minutes, which is how long a repeat is known as one: nothing of a decision may outlive that."""

REDIS = url("unix", "redis", "rediss", expected="`unix:///path`, `redis://host:port` or `rediss://host:port`")


def _is_loopback(value: str) -> bool:
    try:
        return is_host_port(value) and ipaddress.ip_address(value.rpartition(":")[0].strip("[]")).is_loopback
    except ValueError:
        return False


LOOPBACK = Rule(expected="a loopback address:port", holds=_is_loopback)

OTHERS_SECTIONS = frozenset({"stack", "control_plane"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """Server certificate and the authority whose client certificates are accepted (mTLS)."""

    certificate: Path
    key: Path
    client_authority: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Upper bounds; each is there so that one caller or one payload cannot take the decision point down."""

    # A payload that is inspected inline; larger ones belong by reference, and the reader of arguments takes no more.
    max_args_bytes: Annotated[int, between(1, 256 * 1024)] = 256 * 1024
    # Whole message, DecideBatch included; what was asked is one record of the evidence log, which may have 16 MiB.
    max_request_bytes: Annotated[int, between(1024, 8 * 1024 * 1024)] = 1024 * 1024
    # Beyond it OPA gains nothing (60 us an item at 64) and a batch holds its callers longer.
    max_batch_items: Annotated[int, between(1, 1024)] = 64
    # 250 ordinary requests; of the dearest, some 0.1 s of work.
    max_batch_bytes: Annotated[int, between(1, 8 * 1024 * 1024)] = 512 * 1024
    queue_per_caller: Annotated[int, between(1, 65_536)] = 512  # waiting requests of one caller
    queue_total: Annotated[int, between(1, 1_048_576)] = 8192  # waiting requests of all callers
    batches_in_flight: Annotated[int, between(1, 64)] = 2  # one in OPA while the next is being prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Milliseconds."""

    default_deadline_ms: Milliseconds = 5_000  # for callers that set none
    opa_ms: Milliseconds = 1_000
    redis_ms: Milliseconds = 500
    parse_ms: Milliseconds = 500
    lease_ms: Milliseconds = 5_000  # how long a claim belongs to one decision point
    # How long an item waits while no reservation before it is settled; a living one needs at most redis_ms + opa_ms + redis_ms.
    contention_ms: Milliseconds = 2_500
    drain_ms: Milliseconds = 5_000  # at shutdown


@dataclass(frozen=True, slots=True, kw_only=True)
class Jwt:
    """How bearer tokens are verified."""

    issuer: Annotated[str, WORD]
    audience: Annotated[str, WORD]
    public_keys: Path  # folder of PEM files; the file name without suffix is the `kid`


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The evidence log of this decision point."""

    folder: Path
    issuer: Annotated[str, WORD]  # name of this decision point in receipts; also the writer of its claims
    # Preallocated, then copied whole.
    segment_bytes: Annotated[int, between(64 * 1024, MAX_SEGMENT_BYTES)] = 64 * 1024 * 1024
    vault_folder: Path
    vault_master_key: Path
    receipt_key: Path  # Ed25519 private key, PEM
    permit_key: Path  # another Ed25519 private key, PEM


@dataclass(frozen=True, slots=True, kw_only=True)
class Telemetry:
    """Where telemetry goes."""

    # Host:port of the Prometheus endpoint, loopback; empty: none.
    metrics_listen: Annotated[str, either(HOST_PORT, EMPTY)] = ""
    log_level: Annotated[str, one_of("debug", "info", "warning", "error")] = "info"
    # OpenTelemetry collector, gRPC; empty: no spans
    otlp_endpoint: Annotated[str, either(HOST_PORT, url("http", "https", expected="http://host:port"), EMPTY)] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Redis:
    """State."""

    url: Annotated[str, REDIS]
    cluster: bool = False
    # 32 bytes, raw or hex, mode 0600, the same on every decision point that shares the state: names of agents and sessions in
    # the state are hashed with it. Absent: a key derived from the vault's master key, for one decision point alone.
    name_key: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opa:
    """The sidecar."""

    socket: Path
    archive: Path | None = None  # where OPA keeps or finds its bundle: its digest when OPA cannot name one


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeFront:
    """The front that accepts calls in place of grpcio and hands over whole batches."""

    binary: Path  # built from deploy/tools/front
    folder: Path  # for its two sockets; made with mode 0700


@dataclass(frozen=True, slots=True, kw_only=True)
class Pdp:
    """The gRPC front."""

    listen: Annotated[str, either(SOCKET, HOST_PORT)]  # mode 0600; or host:port with tls
    # Where health, and nothing else, is answered without TLS, for probes have no client certificate: a socket, mode 0600, or a
    # loopback port; empty: nowhere.
    health_listen: Annotated[str, either(SOCKET, LOOPBACK, EMPTY)] = ""
    front: NativeFront | None = None  # absent: grpcio listens itself
    tls: Tls | None = None
    jwt: Jwt | None = None
    limits: Limits = field(default_factory=Limits)
    timeouts: Timeouts = field(default_factory=Timeouts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything that one decision point needs."""

    pdp: Pdp
    redis: Redis
    opa: Opa
    evidence: Evidence
    telemetry: Telemetry = field(default_factory=Telemetry)


def load_config(path: Path) -> Config:
    """Reads and validates the file.

    Raises:
        ConfigurationError: the file cannot be read, is no YAML, or a setting is unknown, missing or wrong.
    """
    document = read_settings(path)
    if isinstance(document, dict):
        document = {key: value for key, value in document.items() if key not in OTHERS_SECTIONS}
    config = _absolute(build(Config, document), path.resolve().parent)
    _check(config)
    return config


def _absolute(node: T, folder: Path) -> T:
    changes: dict[str, object] = {}
    for item in dataclasses.fields(node):  # type: ignore[arg-type]  # every node of Config is a dataclass
        value = getattr(node, item.name)
        if isinstance(value, Path) and not value.is_absolute():
            changes[item.name] = folder / value
        elif dataclasses.is_dataclass(value) and not isinstance(value, type):
            changes[item.name] = _absolute(value, folder)
    return dataclasses.replace(node, **changes)  # type: ignore[type-var]


def _check(config: Config) -> None:
    pdp = config.pdp
    if not pdp.listen.startswith("unix:") and pdp.tls is None:
        raise ConfigurationError(
            "CONFIG_INSECURE", f"`pdp.listen` is `{pdp.listen}`: a network address needs `pdp.tls`"
        )
    if pdp.health_listen and _place(pdp.health_listen) == _place(pdp.listen):
        raise ConfigurationError(
            "CONFIG_RANGE", f"`pdp.health_listen` must differ from `pdp.listen`, got `{pdp.listen}`"
        )
    if pdp.tls is None and pdp.jwt is None:
        raise ConfigurationError("CONFIG_INSECURE", "neither `pdp.tls` nor `pdp.jwt` is set: callers must authenticate")
    if config.redis.cluster and config.redis.url.startswith("unix:"):
        raise ConfigurationError("CONFIG_RANGE", "`redis.url` must be a host with `redis.cluster`, got a unix socket")


def _place(address: str) -> str:
    """An address without the ways of writing one socket."""
    return address.removeprefix("unix:").removeprefix("//")
