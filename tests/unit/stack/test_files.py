"""Keys, credentials, layout and settings of a stack: what is written, and for whom."""

from __future__ import annotations

import asyncio
import dataclasses
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args, get_type_hints

import jwt
import pytest
import yaml
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from control_plane.config import load_config as load_control_plane
from control_plane.stack.config import PORTS, free_port, load_stack_config, write_settings
from control_plane.stack.keys import ISSUER, KINDS, check_vault_key, make_keys, read_private_key
from control_plane.stack.layout import Layout, link_tool, make_layout
from control_plane.stack.policy import source_digest
from control_plane.stack.redis_server import memory_bytes
from control_plane.stack.state import StackState
from control_plane.stack.tokens import AUDIENCE, MAX_TTL_S, mint_token
from pdp.config import Config
from pdp.config import load_config as load_pdp
from pdp.state.node import parse_address
from writ.errors import ConfigurationError, DependencyFailed


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return make_layout(tmp_path / "s")


def test_the_state_folder_is_for_its_owner_alone(layout: Layout) -> None:
    assert layout.root.stat().st_mode & 0o777 == 0o700


def test_a_path_too_long_for_a_socket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="at most 107"):
        make_layout(tmp_path / ("x" * 100))


def test_keys_are_made_once_and_private(layout: Layout) -> None:
    assert make_keys(layout, os.urandom) == [*KINDS, "vault"]
    before = {path.name: path.read_bytes() for path in layout.key(".").glob("*.*")}
    assert make_keys(layout, os.urandom) == []
    assert before == {path.name: path.read_bytes() for path in layout.key(".").glob("*.*")}
    assert {path.stat().st_mode & 0o777 for path in layout.key(".").glob("*.*")} == {0o600}


def test_the_folder_that_servers_trust_holds_the_issuer_alone(layout: Layout) -> None:
    make_keys(layout, os.urandom)
    assert [path.name for path in (layout.root / "keys" / "jwt").iterdir()] == ["demo.pem"]


OTHERS_RUN_IT = f"stack: {{start_control_plane: false}}\ncontrol_plane: {{jwt: {{issuer: {ISSUER}}}}}\n"


@pytest.mark.parametrize(
    "settings",
    [f"{OTHERS_RUN_IT}pdp: {{jwt: {{issuer: ours}}}}\n", f"{OTHERS_RUN_IT}pdp: {{tls: {{}}}}\n", "- [", "[]"],
    ids=["tokens of others", "certificates", "no YAML", "no mapping"],
)
def test_an_issuer_that_no_server_takes_any_more_is_not_trusted_anew(layout: Layout, settings: str) -> None:
    make_keys(layout, os.urandom)
    trusted = layout.root / "keys" / "jwt" / "demo.pem"
    layout.key("issuer.pem").unlink()
    trusted.unlink()
    layout.settings.write_text(settings)
    assert make_keys(layout, os.urandom) == []
    assert not trusted.exists()
    layout.settings.write_text(f"control_plane: {{jwt: {{issuer: {ISSUER}}}}}\n")
    assert make_keys(layout, os.urandom) == ["issuer"]
    assert trusted.exists()


@pytest.mark.parametrize("name", ["jwt.issuer", "jwt.audience", "bundle_key_id", "bundle_scope"])
def test_who_starts_a_control_plane_pushes_by_a_credential_that_it_takes(layout: Layout, name: str) -> None:
    write_settings(layout, os.urandom)
    settings = yaml.safe_load(layout.settings.read_text())
    section, _, last = name.rpartition(".")
    (settings["control_plane"][section] if section else settings["control_plane"])[last] = "ours"
    layout.settings.write_text(yaml.safe_dump(settings))
    with pytest.raises(ConfigurationError, match=f"`control_plane.{name}` must be .*, got `ours`"):
        load_stack_config(layout)
    settings["stack"]["start_control_plane"] = False
    layout.settings.write_text(yaml.safe_dump(settings))
    assert not load_stack_config(layout).stack.start_control_plane


def test_a_key_that_others_may_read_is_refused(layout: Layout) -> None:
    make_keys(layout, os.urandom)
    layout.key("receipt.pem").chmod(0o640)
    with pytest.raises(ConfigurationError, match="0640"):
        read_private_key(layout.key("receipt.pem"))


def test_a_pipe_in_the_place_of_a_public_key_is_replaced(layout: Layout) -> None:
    make_keys(layout, os.urandom)
    public = layout.public_keys / "permit.pem"
    held = public.read_bytes()
    public.unlink()
    os.mkfifo(public)
    make_keys(layout, os.urandom)
    assert public.is_file()
    assert public.read_bytes() == held


@pytest.mark.parametrize(("name", "check"), [("receipt.pem", read_private_key), ("vault.key", check_vault_key)])
def test_a_key_that_is_too_large_is_not_read(layout: Layout, name: str, check: Callable[[Path], object]) -> None:
    make_keys(layout, os.urandom)
    os.truncate(layout.key(name), 1 << 40)
    with pytest.raises(ConfigurationError, match="KEY_INVALID: expected at most 1048576 bytes"):
        check(layout.key(name))


def test_a_token_names_its_subject_and_expires(layout: Layout) -> None:
    make_keys(layout, os.urandom)
    token = mint_token(layout, subject="agent/a", now_s=1_000, ttl_s=60, scope="bundle:read")
    key: Any = load_pem_public_key((layout.root / "keys" / "jwt" / "demo.pem").read_bytes())
    options: Any = {"verify_iat": False, "verify_exp": False}
    claims = jwt.decode(token, key, algorithms=["EdDSA"], audience=AUDIENCE, issuer=ISSUER, options=options)
    assert (claims["sub"], claims["org"], claims["scope"]) == ("spiffe://writ.example/agent/a", "acme", "bundle:read")
    assert claims["exp"] == 1_060


@pytest.mark.parametrize("ttl_s", [0, -1, MAX_TTL_S + 1])
def test_a_token_is_short_lived(layout: Layout, ttl_s: int) -> None:
    make_keys(layout, os.urandom)
    with pytest.raises(ConfigurationError, match="expected a life of 1 to"):
        mint_token(layout, subject="agent/a", now_s=0, ttl_s=ttl_s)


def test_written_settings_are_read_by_every_process(layout: Layout) -> None:
    assert write_settings(layout, os.urandom)
    load_stack_config(layout)
    load_pdp(layout.settings)
    load_control_plane(layout.settings)


def test_written_settings_hold_every_setting_of_the_decision_point(layout: Layout) -> None:
    write_settings(layout, os.urandom)
    document = yaml.safe_load(layout.settings.read_text())

    def compare(kind: type, section: object, path: str) -> None:
        assert isinstance(section, dict), path
        for field in dataclasses.fields(kind):
            assert field.name in section, f"{path}{field.name} is missing"
            value = section[field.name]
            nested = [arm for arm in _arms(kind, field.name) if dataclasses.is_dataclass(arm)]
            if nested and value is not None:
                compare(nested[0], value, f"{path}{field.name}.")

    compare(Config, document, "")


def _arms(kind: type, name: str) -> tuple[type, ...]:
    hint = get_type_hints(kind)[name]
    return get_args(hint) or (hint,)


def test_written_defaults_are_the_defaults_of_the_code(layout: Layout) -> None:
    write_settings(layout, os.urandom)
    config = load_pdp(layout.settings)
    assert config.pdp.limits == type(config.pdp.limits)()
    assert config.pdp.timeouts == type(config.pdp.timeouts)()
    stack = load_stack_config(layout).stack
    assert stack == type(stack)()


@pytest.mark.parametrize(
    "name", ["a b", "ü", "x: y", "x &y", "q'r", 'd"e', "\U0001f600", "\u2028", "$HOME", "{x}", "@x", "back\\slash"]
)
def test_written_settings_are_read_as_they_were_meant_whatever_the_folder_is_called(tmp_path: Path, name: str) -> None:
    layout = make_layout(tmp_path / name)
    make_keys(layout, os.urandom)
    write_settings(layout, os.urandom)
    stack, control_plane, pdp = (
        load_stack_config(layout),
        load_control_plane(layout.settings),
        load_pdp(layout.settings),
    )
    assert stack.opa_socket == pdp.opa.socket == layout.socket("opa")
    assert stack.control_plane_listen == control_plane.listen == f"unix://{layout.socket('control-plane')}"
    assert control_plane.database == f"sqlite:///{layout.root}/control-plane.db"
    assert stack.pdp_listen == pdp.pdp.listen == f"unix://{layout.socket('pdp')}"
    assert parse_address(pdp.redis.url).path == str(layout.socket("redis"))


@pytest.mark.parametrize("name", ["a%2Fb", "C#", "a?b", "a,b", "a\tb", "a\nb", "a\x85b", "a\x9bb", "\udcff", "\uffff"])
def test_a_folder_that_no_address_can_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigurationError, match="STATE_FOLDER_UNUSABLE: expected a path in UTF-8 without"):
        make_layout(tmp_path / name)
    assert not (tmp_path / name).exists()


def test_a_folder_of_another_user_is_refused_and_left_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owner = os.geteuid()
    tmp_path.chmod(0o755)
    monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    with pytest.raises(ConfigurationError, match=f"to belong to user {owner + 1}, got user {owner}"):
        make_layout(tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_settings_are_never_written_over(layout: Layout) -> None:
    write_settings(layout, os.urandom)
    layout.settings.write_text("mine")
    assert not write_settings(layout, os.urandom)
    assert layout.settings.read_text() == "mine"


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("start_redis:", "start_rediss:", "CONFIG_KEY_UNKNOWN"),
        ("ready_timeout_s: 60", "ready_timeout_s: 0", "CONFIG_RANGE"),
        ("redis_memory_mib: 0", "redis_memory_mib: -1", "CONFIG_RANGE"),
        ("ready_timeout_s: 60", "ready_timeout_s: long", "CONFIG_TYPE"),
        ("\nredis:", "\nreddis:", "CONFIG_KEY_MISSING"),
        ("\nstack:", "\n{", "CONFIG_UNREADABLE"),
    ],
)
def test_a_wrong_setting_is_named(layout: Layout, old: str, new: str, reason: str) -> None:
    write_settings(layout, os.urandom)
    layout.settings.write_text(layout.settings.read_text().replace(old, new, 1))
    with pytest.raises(ConfigurationError) as caught:
        load_stack_config(layout)
    assert caught.value.reason == reason


def test_a_redis_that_is_started_is_the_one_that_is_used(layout: Layout) -> None:
    write_settings(layout, os.urandom)
    text, own = layout.settings.read_text(), f"unix://{layout.socket('redis')}"
    for url in ("redis://user:geheim@host:6379", "unix:///run/redis.sock"):
        layout.settings.write_text(text.replace(own, url))
        with pytest.raises(ConfigurationError, match="CONFIG_RANGE") as caught:
            load_stack_config(layout)
        assert own in caught.value.message
        assert url not in caught.value.message
        layout.settings.write_text(text.replace(own, url).replace("start_redis: true", "start_redis: false"))
        assert not load_stack_config(layout).stack.start_redis
    layout.settings.write_text(text.replace(own, f"{own}?db=1"))
    assert load_stack_config(layout).stack.start_redis


def test_a_port_is_below_those_that_the_kernel_hands_out() -> None:
    assert free_port(os.urandom) in PORTS


def test_any_change_of_the_sources_changes_their_digest(tmp_path: Path) -> None:
    (tmp_path / "a.rego").write_text("package a")
    opa = Path("/cache/opa-1/opa")
    first = source_digest(tmp_path, opa, b"key")
    assert first == source_digest(tmp_path, opa, b"key")
    others = {source_digest(tmp_path, opa, b"other"), source_digest(tmp_path, Path("/cache/opa-2/opa"), b"key")}
    (tmp_path / "a.rego").write_text("package b")
    others.add(source_digest(tmp_path, opa, b"key"))
    (tmp_path / "a.rego").rename(tmp_path / "b.rego")
    others.add(source_digest(tmp_path, opa, b"key"))
    assert len(others) == 4
    assert first not in others


def test_the_link_that_settings_name_is_there_whatever_the_file_is_called(layout: Layout, tmp_path: Path) -> None:
    link_tool(layout, "opa", tmp_path / "opa-1.22")
    assert layout.opa_link.readlink() == tmp_path / "opa-1.22"


def limited(folder: Path, mine: str, limits: dict[str, str]) -> int:
    for name, text in limits.items():
        path = folder / "cgroup" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (folder / "mine").write_text(mine)
    return memory_bytes(folder / "mine", folder / "cgroup")


@pytest.mark.parametrize(
    ("mine", "limits", "want"),
    [
        ("0::/a/b\n", {"a/memory.max": "2097152\n", "a/b/memory.max": "max\n"}, 2097152),
        ("0::/a/b\n", {"a/memory.max": "max\n", "a/b/memory.max": "1048576\n"}, 1048576),
        ("0::/\n", {"memory.max": "1048576\n"}, 1048576),
        ("5:cpu:/c\n4:memory:/a\n0::/\n", {"memory/a/memory.limit_in_bytes": "1048576\n"}, 1048576),
        # A container sees the files of its own group at the top, and its name as outside of it.
        ("4:memory:/docker/1\n", {"memory/memory.limit_in_bytes": "1048576\n"}, 1048576),
        ("5:cpu:/c\n", {"cpu/c/memory.limit_in_bytes": "1048576\n", "memory.max": "1048576\n"}, None),
        ("4:memory:/\n", {"memory/memory.limit_in_bytes": "9223372036854771712\n"}, None),
        ("0::/\n", {"memory.max": "many\n"}, None),
        ("", {}, None),
    ],
)
def test_a_control_group_has_less_memory_than_its_machine(
    tmp_path: Path, mine: str, limits: dict[str, str], want: int | None
) -> None:
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert limited(tmp_path, mine, limits) == (want or machine)


def test_a_state_that_others_decide_with_is_not_counted_again_without_their_receipts(layout: Layout) -> None:
    said: list[str] = []
    asyncio.run(StackState(layout, random=os.urandom, report=said.append).resume())
    assert said == [
        "redis came back, and by `writ.yaml` others decide with what it holds: limits have no data until `writ state rebuild`"
        " is run with the logs of all decision points"
    ]


@pytest.mark.parametrize("proof", ["sealed", "served"])
def test_a_start_that_failed_before_it_changed_anything_has_not_cost_the_proof_that_redis_is_whole(
    layout: Layout, proof: str
) -> None:
    make_keys(layout, os.urandom)
    write_settings(layout, os.urandom)
    layout.initialised.touch()
    kept: Path = getattr(layout, proof)
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    kept.write_text("0123456789abcdef" if proof == "sealed" else f"{boot} {'0' * 40}")
    with pytest.raises(DependencyFailed, match="STATE_UNAVAILABLE"):  # nobody has started Redis
        asyncio.run(StackState(layout, random=os.urandom, report=print).begin(own_redis=True))
    assert kept.exists()
