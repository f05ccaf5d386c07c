"""`writ decide -f -`: one bad line takes no answer away from the others. A real decision point is not needed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import grpc
import pytest
from click.testing import CliRunner

from control_plane import auth
from control_plane.bundles.client import BundleClient
from pdp.authenticate import MAX_BEARER_BYTES
from pep import action_file
from pep.action_file import parse_action
from pep.client import Client
from pep.receipts import keep_receipt
from tests.unit.cli.watchdog import watched
from writ.cli import tokens
from writ.cli.lines import lines
from writ.cli.main import cli
from writ.errors import ConfigurationError, InvalidInput
from writ.v1 import decision_pb2

GOOD = b'{"agent": {"id": "a"}, "tool": {"server": "s", "name": "t"}, "args": {}}'


def decide(arguments: list[str], text: bytes) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "writ.cli.main", "decide", *arguments]
    return subprocess.run(command, input=text, capture_output=True, check=False)


def answers(tmp_path: Path, text: bytes, source: tuple[str, ...] = ("-f", "-")) -> list[str]:
    token = tmp_path / "token"
    token.write_text("t")
    arguments = [*source, "--json", "--token-file", str(token), "--target", f"unix://{tmp_path}/none.sock"]
    done = decide(arguments, text)
    assert done.returncode == 1
    return [json.loads(line)["error"]["reason"] for line in done.stdout.splitlines()]


def test_every_line_is_answered_in_order_whatever_stands_in_it(tmp_path: Path) -> None:
    given = [GOOD, b"{", b"", b"[]", b"\xff", b"[" * 100_000, GOOD]
    unreadable, unreachable = "ACTION_UNREADABLE", "DECISION_POINT_UNREACHABLE"
    assert answers(tmp_path, b"\n".join(given)) == [unreachable, *[unreadable] * 4, unreachable]


def test_one_action_over_many_lines_is_one(tmp_path: Path) -> None:
    assert answers(tmp_path, json.dumps(json.loads(GOOD), indent=2).encode()) == ["DECISION_POINT_UNREACHABLE"]


def test_a_file_may_hold_lines_as_standard_input_does(tmp_path: Path) -> None:
    file = tmp_path / "actions.jsonl"
    file.write_bytes(GOOD + b"\n{\n" + GOOD + b"\n")
    unreachable = "DECISION_POINT_UNREACHABLE"
    assert answers(tmp_path, b"", ("-f", str(file))) == [unreachable, "ACTION_UNREADABLE", unreachable]


@pytest.mark.parametrize("agent", ["", "a\0b", "a" * 300_000], ids=["none", "NUL", "too long"])
def test_a_line_whose_agent_can_have_no_credential_ends_no_other(tmp_path: Path, agent: str) -> None:
    bad = json.dumps({**json.loads(GOOD), "request_id": "r-1", "agent": {"id": agent}}).encode()
    done = decide(["-f", "-", "--json", "--state", str(tmp_path)], b"\n".join([GOOD, bad, GOOD]))
    said = [json.loads(line) for line in done.stdout.splitlines()]
    # A folder without keys mints nothing: that, too, is the answer to its line alone.
    assert [answer["error"]["reason"] for answer in said] == ["VERB_FAILED", "ACTION_UNREADABLE", "VERB_FAILED"]
    assert said[1]["request_id"] == "r-1"
    assert "expected" in said[1]["error"]["message"]
    assert "Usage" not in done.stdout.decode()
    assert (done.returncode, done.stderr) == (1, b"")


class FlakyPoint(grpc.GenericRpcHandler):
    """Answers the first request, refuses the credential of the second, allows the third, and is broken from then on."""

    def __init__(self) -> None:
        self.asked = 0

    def service(self, _: object) -> grpc.RpcMethodHandler[decision_pb2.DecideRequest, decision_pb2.DecideResponse]:
        return grpc.unary_unary_rpc_method_handler(
            self._decide,
            request_deserializer=decision_pb2.DecideRequest.FromString,
            response_serializer=decision_pb2.DecideResponse.SerializeToString,
        )

    def _decide(
        self, request: decision_pb2.DecideRequest, context: grpc.ServicerContext
    ) -> decision_pb2.DecideResponse:
        self.asked += 1
        if self.asked == 2:
            context.set_trailing_metadata((("writ-reason", "CREDENTIAL_EXPIRED"),))
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "CREDENTIAL_EXPIRED: the credential has expired")
        if self.asked > 3:
            context.abort(grpc.StatusCode.UNAVAILABLE, "gone")
        decision = decision_pb2.Decision(effect=decision_pb2.EFFECT_ALLOW, decision_id=f"d{self.asked}")
        decision.permit.token = "p"  # noqa: S105  a permit that is no more than not empty
        decision.receipt.body = b"{}"
        return decision_pb2.DecideResponse(request_id=request.request_id, decision=decision)


@pytest.fixture
def asked(tmp_path: Path) -> Iterator[list[str]]:
    """How to ask a `FlakyPoint`."""
    server = grpc.server(ThreadPoolExecutor(max_workers=1), handlers=[FlakyPoint()])
    target = f"unix:{tmp_path}/pdp.sock"
    server.add_insecure_port(target)
    server.start()
    token = tmp_path / "token"
    token.write_text("t")
    yield ["-", "--json", "--target", target, "--token-file", str(token)]
    server.stop(None)


def test_the_time_that_is_shown_is_that_of_the_decision(
    tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]

    def mint(_: object) -> str:
        now[0] += 5.0
        return "t"

    monkeypatch.setattr("pep.cli.output_of", mint)
    monkeypatch.setattr("pep.cli.time", SimpleNamespace(perf_counter=lambda: now[0]))
    (tmp_path / "action").write_bytes(GOOD)
    said = CliRunner().invoke(cli, ["decide", "-f", str(tmp_path / "action"), "--target", asked[3]])
    assert said.stdout.startswith("ALLOW  UNSPECIFIED  score 0  0.0 ms\n")


def test_a_refused_credential_a_lost_receipt_or_a_server_that_goes_ends_no_other_line(
    tmp_path: Path, asked: list[str]
) -> None:
    no_folder = tmp_path / "token" / "receipts"
    done = decide([*asked, "--receipts", str(no_folder)], b"\n".join([GOOD] * 5))
    said = [json.loads(line) for line in done.stdout.splitlines()]
    gone = "DECISION_POINT_UNREACHABLE"
    assert [answer["error"]["reason"] if "error" in answer else answer["effect"] for answer in said] == [
        *("EFFECT_ALLOW", "CREDENTIAL_EXPIRED", "EFFECT_ALLOW", gone, gone)
    ]
    assert done.stderr.decode().splitlines() == [
        f"writ: the receipt of {name} is not kept: `{no_folder}`: Not a directory" for name in ("d1", "d3")
    ]
    assert done.returncode == 1


def test_a_receipt_is_kept_whatever_becomes_of_the_output(tmp_path: Path, asked: list[str]) -> None:
    command = [sys.executable, "-m", "writ.cli.main", "decide", *asked, "--receipts", str(tmp_path / "receipts")]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, input=GOOD, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert done.stderr == b"writ: FILE_UNUSABLE: `output` cannot be read or written: No space left on device\n"
    (kept,) = (tmp_path / "receipts").iterdir()
    assert (kept.name, kept.stat().st_mode & 0o777) == ("d1.json", 0o600)


@pytest.mark.parametrize("name", ["", "../d1", "/d1", ".", "a\nb", "d" * 65])
def test_who_answers_does_not_choose_where_its_receipt_is_written(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "receipts"
    folder.mkdir()
    with pytest.raises(InvalidInput, match="RECEIPT_UNNAMED: expected a decision id"):
        keep_receipt(folder, decision_pb2.Decision(decision_id=name))
    assert [*tmp_path.rglob("*")] == [folder]


@pytest.mark.parametrize(
    "held", [b"", b"bad token here", b"a\nb", b"a\xffb", b"x" * 9_000, b"-----BEGIN PRIVATE KEY-----\nMC4C\n"]
)
def test_a_file_that_holds_no_token_is_named_and_not_quoted(tmp_path: Path, held: bytes) -> None:
    token = tmp_path / "file"
    token.write_bytes(held)
    done = decide(["-", "--target", f"unix:{tmp_path}/none.sock", "--token-file", str(token)], GOOD)
    assert done.returncode == 1
    said = done.stderr.decode()
    assert "TOKEN_FILE_INVALID" in said
    assert f"`{token}`" in said
    assert len(said.splitlines()) == 1
    assert not held or held.decode("ascii", "replace") not in said


@pytest.mark.parametrize("before", [b"", b"\n \n", b"x\n", b"{\n", b'{"agent": {"id": "a"},\n', b"[" * 100_000 + b"\n"])
def test_a_line_is_answered_before_the_next_one_comes(asked: list[str], before: bytes) -> None:
    command = [sys.executable, "-m", "writ.cli.main", "decide", *asked]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process, watched(process):
        assert process.stdin is not None
        assert process.stdout is not None
        for effect in ("EFFECT_ALLOW", None, "EFFECT_ALLOW"):
            process.stdin.write(before + GOOD + b"\n")
            process.stdin.flush()
            for _ in before.splitlines() if before.strip() else ():
                assert "ACTION_UNREADABLE" in process.stdout.readline().decode()
            assert json.loads(process.stdout.readline()).get("effect") == effect


def test_the_rest_of_a_line_that_is_too_long_is_no_action_of_its_own(tmp_path: Path) -> None:
    for padding in (action_file.MAX_ACTION_BYTES, 2 * action_file.MAX_ACTION_BYTES + 1):
        long = b" " * padding + GOOD + b"\n" + GOOD
        assert answers(tmp_path, long) == ["ACTION_UNREADABLE", "DECISION_POINT_UNREACHABLE"]


def test_an_action_over_many_lines_that_is_too_long_is_one_refusal(tmp_path: Path) -> None:
    values = b",\n".join([b'"' + b"x" * 1_000_000 + b'"'] * 40)
    assert answers(tmp_path, b'{"args": {"a": [\n' + values + b"]}}\n" + GOOD) == ["ACTION_UNREADABLE"]


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_a_line_may_have_as_many_bytes_as_the_bound_without_its_end(end: bytes) -> None:
    assert list(lines(BytesIO(b"a" * 10 + end + b"b"), 10)) == ([b"a" * 10, b"b"] if end else [b"a" * 10 + b"b"])
    assert [len(line) > 10 for line in lines(BytesIO(b"a" * 11 + end), 10)] == [True]
    assert [len(line) > 10 for line in lines(BytesIO(b"\r" * 200_000 + b"{}" + end), 10)] == [True]


def test_numbers_go_out_as_they_were_written() -> None:
    request = parse_action(b'{"tool": {"name": "t"}, "args": {"a": 1.10, "b": 12345678901234567890, "c": 1e3}}', "r-1")
    assert request.args_json == b'{"a":1.10,"b":12345678901234567890,"c":1e3}'


def test_a_key_given_twice_is_refused_and_not_chosen_from() -> None:
    for text in (b'{"args": {"a": 1, "a": 2}}', b'{"args": {}, "dry_run": true, "dry_run": false}'):
        with pytest.raises(InvalidInput, match="once, got one twice"):
            parse_action(text, "r-1")


def test_a_dash_is_standard_input_as_a_file_and_as_an_argument(tmp_path: Path) -> None:
    assert answers(tmp_path, GOOD, source=("-",)) == answers(tmp_path, GOOD)


def test_what_is_refused_here_is_what_servers_refuse() -> None:
    assert tokens.MAX_TOKEN_CHARS == MAX_BEARER_BYTES == auth.MAX_TOKEN_CHARS


@pytest.mark.parametrize("address", ["pdp.example:443", "127.0.0.1:1", "dns:///pdp.example:443", ""])
def test_a_token_is_sent_over_no_network_as_it_is(tmp_path: Path, address: str) -> None:
    for connect in (lambda: Client(address, token="t"), lambda: BundleClient(address, "t")):
        with pytest.raises(ConfigurationError, match="TARGET_INSECURE"):
            connect()
    Client(address).close()
    token = tmp_path / "token"
    token.write_text("t")
    if address:
        done = decide(["-", "--json", "--target", address, "--token-file", str(token)], GOOD + b"\n" + GOOD)
        assert [json.loads(line)["error"]["reason"] for line in done.stdout.splitlines()] == ["TARGET_INSECURE"] * 2
