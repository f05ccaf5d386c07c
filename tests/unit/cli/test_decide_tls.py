"""`writ decide` over TLS: the files that it takes, and what is said of wrong ones. A real decision point is not needed."""

from __future__ import annotations

import json
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest
from cryptography import x509

from tests.certificates import Authority, make_authority
from tests.processes import writ

ACTION = {"agent": {"id": "a"}, "tool": {"server": "s", "name": "t"}, "args": {}}


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return make_authority(tmp_path, "authority")


@pytest.fixture
def action(tmp_path: Path) -> Path:
    path = tmp_path / "action.json"
    path.write_text(json.dumps(ACTION))
    return path


@pytest.mark.parametrize(
    ("option", "content", "said"),
    [
        ("--certificate", "x", "expected certificates in PEM in `{file}`, got no block"),
        ("--authority", "", "expected certificates in PEM in `{file}`, got no block"),
        ("--key", "x", "expected a private key in PEM without a password in `{file}`, got no block"),
        ("--key", None, "`{file}` is not the key of the certificate in `{certificate}`"),
    ],
    ids=["certificate", "authority", "key", "key of another"],
)
def test_a_wrong_file_is_named(
    authority: Authority, action: Path, tmp_path: Path, option: str, content: str | None, said: str
) -> None:
    certificate, key = authority.issue("client", san=[])
    files = {"--certificate": certificate, "--key": key, "--authority": authority.path}
    wrong = tmp_path / "wrong.pem"
    wrong.write_text(authority.path.with_suffix(".key").read_text() if content is None else content)
    files[option] = wrong
    done = writ("decide", "-f", action, "--target", "localhost:1", *(part for pair in files.items() for part in pair))
    assert done.returncode == 1
    assert done.stderr == f"writ: TLS_FILE_INVALID: {said.format(file=wrong, certificate=certificate)}\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--certificate"], "--certificate and --key together"),
        (["--key"], "--certificate and --key together"),
        (["--certificate", "--key"], "and --authority with them"),
    ],
)
def test_a_certificate_comes_with_its_key_and_an_authority(
    authority: Authority, action: Path, options: list[str], said: str
) -> None:
    given = [part for option in options for part in (option, authority.path)]
    done = writ("decide", "-f", action, "--target", "localhost:1", *given)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_an_authority_needs_a_target(authority: Authority, action: Path) -> None:
    done = writ("decide", "-f", action, "--authority", authority.path)
    assert done.returncode == 2
    assert "--target" in done.stderr


def test_a_server_of_another_authority_is_one_line(authority: Authority, action: Path, tmp_path: Path) -> None:
    certificate, key = make_authority(tmp_path, "other").issue("server", san=[x509.DNSName("localhost")])
    token = tmp_path / "token"
    token.write_text("t")
    server = grpc.server(ThreadPoolExecutor(max_workers=1))
    credentials = grpc.ssl_server_credentials([(key.read_bytes(), certificate.read_bytes())])
    port = server.add_secure_port("localhost:0", credentials)
    server.start()
    try:
        asked = ("decide", "-f", action, "--target", f"localhost:{port}", "--token-file", token)
        done = writ(*asked, "--authority", authority.path)
    finally:
        server.stop(None)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "DECISION_POINT_UNREACHABLE: expected a decision point, got UNAVAILABLE" in done.stderr
    assert "CERTIFICATE_VERIFY_FAILED" in done.stderr


def test_with_an_authority_alone_a_token_goes_over_tls_only(authority: Authority, action: Path, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("secret-token")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(60)
        port = listener.getsockname()[1]
        done = writ(
            *("decide", "-f", action, "--json", "--target", f"localhost:{port}"),
            *("--authority", authority.path, "--token-file", token),
        )
        taken, _ = listener.accept()
        with taken:
            heard = taken.recv(4096)
    assert json.loads(done.stdout)["error"]["reason"] == "DECISION_POINT_UNREACHABLE"
    assert heard[:2] == b"\x16\x03", "a TLS handshake (RFC 8446 5.1)"
    assert b"secret-token" not in heard
