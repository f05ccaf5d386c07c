"""Settings that are wrong stop the start: the error names the setting, what was expected and what came, and no password."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import yaml

from control_plane.config import load_config as load_control_plane
from control_plane.stack.config import load_stack_config, write_settings
from control_plane.stack.layout import Layout, make_layout
from pdp.canonicalize import MAX_ARGS_BYTES
from pdp.config import Config, Limits
from pdp.config import load_config as load_pdp
from writ.errors import ConfigurationError


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = make_layout(tmp_path / "s")
    write_settings(made, os.urandom)
    return made


def changed(layout: Layout, name: str, value: object) -> Path:
    document = section = yaml.safe_load(layout.settings.read_text())
    *parents, last = name.split(".")
    for parent in parents:
        section = section[parent]
    section[last] = value
    layout.settings.write_text(yaml.safe_dump(document))
    return layout.settings


def names(section: dict[str, Any], at: str = "") -> Iterator[str]:
    """Yields every setting of a document by its dotted name, sections too."""
    for key, value in section.items():
        yield f"{at}{key}"
        if isinstance(value, dict):
            yield from names(value, f"{at}{key}.")


ODD: tuple[Any, ...] = ("\0", "rediss://[::1", 10**30, [])


def test_whatever_a_setting_is_somebody_is_told_by_name_or_takes_it(layout: Layout) -> None:
    written = layout.settings.read_text()
    loaders = (
        lambda: load_stack_config(layout),
        *(partial(load, layout.settings) for load in (load_control_plane, load_pdp)),
    )
    tried = list(names(yaml.safe_load(written)))
    assert len(tried) > 40
    for name in tried:
        for value in ODD:
            changed(layout, name, value)
            refused = []
            for load in loaders:
                try:
                    load()
                except ConfigurationError as error:
                    refused.append(error.message)
            assert all(name in message for message in refused), (name, value, refused)
            assert refused or value == "rediss://[::1", (name, value)
            layout.settings.write_text(written)


WRONG: list[tuple[str, Any]] = [
    ("pdp.listen", "unix:"),
    ("pdp.listen", "unix:///" + "x" * 108),
    ("pdp.listen", "unix:///run/a%2Fb"),
    ("pdp.listen", "unix:///run/a,b"),
    ("pdp.listen", "zz"),
    ("pdp.listen", "host:0"),
    ("pdp.listen", "host:65536"),
    ("pdp.listen", "dns:///host:1"),
    ("pdp.health_listen", "unix:"),
    ("pdp.health_listen", "0.0.0.0:9000"),
    ("pdp.health_listen", "localhost:9000"),
    ("pdp.health_listen", "127.0.0.1"),
    ("pdp.jwt.issuer", ""),
    ("pdp.jwt.audience", "a b"),
    ("pdp.limits.max_args_bytes", 0),
    ("pdp.limits.max_args_bytes", MAX_ARGS_BYTES + 1),
    ("pdp.limits.max_request_bytes", 2**31),
    ("pdp.limits.max_batch_items", 10**9),
    ("pdp.limits.max_batch_bytes", -1),
    ("pdp.limits.queue_per_caller", 0),
    ("pdp.limits.queue_total", 10**9),
    ("pdp.limits.batches_in_flight", 65),
    ("pdp.timeouts.default_deadline_ms", 0),
    ("pdp.timeouts.opa_ms", 600_001),
    ("pdp.timeouts.redis_ms", -500),
    ("pdp.timeouts.drain_ms", 10**12),
    ("evidence.issuer", ""),
    ("evidence.segment_bytes", -1),
    ("evidence.segment_bytes", 1),
    ("evidence.segment_bytes", 2**40),
    ("telemetry.metrics_listen", "zz"),
    ("telemetry.metrics_listen", "127.0.0.1:http"),
    ("telemetry.metrics_listen", "::1:9000:"),
    ("telemetry.log_level", "loud"),
    ("telemetry.log_level", ""),
    ("telemetry.otlp_endpoint", "zz zz"),
    ("telemetry.otlp_endpoint", "http://"),
    ("telemetry.otlp_endpoint", "http://a b:1"),
    ("telemetry.otlp_endpoint", "ftp://host:1"),
    ("telemetry.otlp_endpoint", "https://user:geheim@host:port"),
    ("redis.url", "zz"),
    ("redis.url", "unix://"),
    ("redis.url", "redis://user:geheim@host:port"),
    ("redis.url", "http://user:geheim@host:1"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_of_the_decision_point_is_named(layout: Layout, name: str, value: object) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_pdp(changed(layout, name, value))
    assert caught.value.reason == "CONFIG_RANGE"
    assert caught.value.message.startswith(f"`{name}` must be ")
    assert "geheim" not in caught.value.message
    if name not in {"redis.url", "telemetry.otlp_endpoint"}:  # either may hold a password
        assert caught.value.message.endswith(f", got `{value}`")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pdp.listen", "unix:pdp.sock"),
        ("pdp.health_listen", ""),
        ("pdp.health_listen", "127.0.0.1:9000"),
        ("pdp.health_listen", "[::1]:9000"),
        ("telemetry.metrics_listen", ""),
        ("telemetry.metrics_listen", "[::1]:9000"),
        ("telemetry.metrics_listen", "localhost:9000"),
        ("telemetry.otlp_endpoint", "collector:4317"),
        ("telemetry.otlp_endpoint", "http://127.0.0.1:4317"),
        ("telemetry.otlp_endpoint", "https://collector.example"),
        ("redis.url", "rediss://user:pass%20word@host:6379/1?ssl_ca_certs=/a.pem"),
        ("redis.url", "redis://[::1]:6379"),
        ("redis.url", "unix:///a folder/redis.sock?db=1"),
        ("evidence.issuer", "spiffe://acme.example/pdp/1"),
        ("pdp.limits.max_args_bytes", MAX_ARGS_BYTES),
    ],
)
def test_what_is_right_is_taken(layout: Layout, name: str, value: object) -> None:
    found: Any = load_pdp(changed(layout, name, value))
    assert isinstance(found, Config)
    for part in name.split("."):
        found = getattr(found, part)
    assert found == value


def test_health_has_a_place_of_its_own(layout: Layout) -> None:
    with pytest.raises(ConfigurationError, match=r"`pdp\.health_listen` must differ from `pdp\.listen`"):
        load_pdp(changed(layout, "pdp.health_listen", f"unix:{layout.socket('pdp')}"))


def test_a_stack_with_tls_needs_a_place_to_ask_for_health(layout: Layout) -> None:
    files = {"certificate": "a", "key": "b", "client_authority": "c"}
    changed(layout, "pdp.tls", files)
    assert load_stack_config(layout).pdp_health == f"unix://{layout.socket('health')}"
    changed(layout, "pdp.health_listen", "")
    with pytest.raises(ConfigurationError, match=r"`pdp\.health_listen` is required"):
        load_stack_config(layout)
    changed(layout, "stack.start_pdp", False)  # others start it, and need not be told how
    assert load_stack_config(layout).pdp_health == ""


def test_a_cluster_has_no_socket(layout: Layout) -> None:
    with pytest.raises(ConfigurationError, match="unix socket"):
        load_pdp(changed(layout, "redis.cluster", True))


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("listen", "unix:", "CONFIG_INSECURE"),
        ("listen", "127.0.0.1:1", "CONFIG_INSECURE"),
        ("http_listen", "127.0.0.1:65536", "CONFIG_INSECURE"),
        ("http_listen", "0.0.0.0:80", "CONFIG_INSECURE"),
        ("http_listen", "zz", "CONFIG_INSECURE"),
        ("database", "zz", "CONFIG_RANGE"),
        ("database", "mysql://user:geheim@host/name", "CONFIG_RANGE"),
        ("bundle_key_id", "", "CONFIG_RANGE"),
        ("bundle_scope", "a b", "CONFIG_RANGE"),
        ("refresh_ms", 0, "CONFIG_RANGE"),
        ("refresh_ms", 10**9, "CONFIG_RANGE"),
        ("jwt.issuer", "", "CONFIG_RANGE"),
    ],
)
def test_a_wrong_setting_of_the_control_plane_is_named(layout: Layout, name: str, value: object, reason: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_control_plane(changed(layout, f"control_plane.{name}", value))
    assert caught.value.reason == reason
    assert caught.value.message.startswith(f"`control_plane.{name}` must be ")
    assert "geheim" not in caught.value.message


@pytest.mark.parametrize("url", ["postgresql://user@host/name", "postgresql:///name?host=/run", "sqlite:////a b/c.db"])
def test_databases_that_are_known_are_taken(layout: Layout, url: str) -> None:
    assert load_control_plane(changed(layout, "control_plane.database", url)).database == url


@pytest.mark.parametrize(
    ("name", "value"),
    [("ready_timeout_s", 3601), ("stop_timeout_s", 0), ("restart_min_ms", 10_001), ("redis_memory_mib", 10**9)],
)
def test_a_wrong_setting_of_the_stack_is_named(layout: Layout, name: str, value: object) -> None:
    changed(layout, f"stack.{name}", value)
    with pytest.raises(ConfigurationError) as caught:
        load_stack_config(layout)
    assert caught.value.reason == "CONFIG_RANGE"
    assert f"`stack.{name}`" in caught.value.message


def test_the_largest_arguments_are_those_that_their_reader_takes() -> None:
    assert Limits().max_args_bytes == MAX_ARGS_BYTES


def test_settings_without_a_section_of_telemetry_start(layout: Layout) -> None:
    document = yaml.safe_load(layout.settings.read_text())
    del document["telemetry"]
    layout.settings.write_text(yaml.safe_dump(document))
    assert load_stack_config(layout).metrics_listen == load_pdp(layout.settings).telemetry.metrics_listen == ""
