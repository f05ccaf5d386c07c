"""`writ decide`: asks a running decision point, or judges a recorded decision again."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import BinaryIO

import click
from google.protobuf.json_format import MessageToDict

from pep.action_file import MAX_ACTION_BYTES, parse_action, verify_agent
from pep.client import Client, DecisionRefused, permits, tls_credentials
from pep.own_point import OwnPoint, own_point
from pep.receipts import keep_receipt
from pep.verbs import command, output_of
from writ.body_schema import parse_body
from writ.cli.failure import told
from writ.cli.files import read_file
from writ.cli.lines import lines, one_line
from writ.cli.places import SETTINGS_NAME, state_folder
from writ.cli.tokens import read_token
from writ.errors import ConfigurationError, WritError
from writ.receipt import MAX_FILE_BYTES, parse_receipt
from writ.v1 import decision_pb2

_PEM = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(
    epilog="""\b
Examples:
  writ decide -f action.json
  cat actions.jsonl | writ decide - --json
  writ decide -f action.json --target pdp.example:27071 --authority ca.pem --certificate me.pem --key me.key
  writ decide --replay receipt.json"""
)
@click.argument("dash", required=False, type=click.Choice(["-"]), metavar="[-]")
@click.option("-f", "--file", "source", type=click.File("rb"), help="An action as JSON, or JSON Lines; `-` for stdin.")
@click.option("--replay", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Receipt to judge again.")
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    default=state_folder,
    help="State folder.  [default: .writ in the checkout, else ~/.local/state/writ]",
)
@click.option("--target", help="Decision point, `unix:///path` or `host:port`; default: the one of the state folder.")
@click.option("--authority", type=_PEM, help="Authority of its certificate, PEM: TLS, with --target.")
@click.option("--certificate", type=_PEM, help="Certificate that says who asks, PEM: mTLS, no token.")
@click.option("--key", type=_PEM, help="Private key of that certificate, PEM.")
@click.option(
    "--token-file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="JWT; default: a demo one."
)
@click.option("--receipts", type=click.Path(file_okay=False, path_type=Path), help="Folder to keep the receipts in.")
@click.option("--dry-run", is_flag=True, help="Judge without counting, permitting or recording.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a decision.")
def decide(
    dash: str | None,
    source: BinaryIO | None,
    replay: Path | None,
    state: Path,
    target: str | None,
    authority: Path | None,
    certificate: Path | None,
    key: Path | None,
    token_file: Path | None,
    receipts: Path | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Asks for decisions, of standard input with `-`. Exit 0: all may run; 1: one may not, or an error; 2: usage."""
    if sum(given is not None for given in (dash, source, replay)) != 1:
        raise click.UsageError("expected one of `-`, --file and --replay, got none or several")
    if replay is not None:
        sys.exit(_replay(replay, state, as_json))
    if source is None:
        source = sys.stdin.buffer
    if (certificate is None) != (key is None) or (certificate is not None and target is not None and authority is None):
        raise click.UsageError(
            "expected --certificate and --key together, and --authority with them and --target; got one without"
        )
    if authority is not None and target is None:
        raise click.UsageError("expected --target with --authority, got none")
    point = _own_point(state, certificate) if target is None else OwnPoint(address=target)
    # Whoever has its settings knows its very certificate, and need not be told who issued it.
    verified_by = authority or point.certificate
    credentials = tls_credentials(verified_by, certificate, key) if verified_by else None
    name = point.name
    asker = _Asker(
        state=state,
        connect=lambda token: Client(point.address, token=token, credentials=credentials, server_name=name),
        token=read_token(token_file) if token_file else "",
        named=certificate is not None or token_file is not None,
        receipts=receipts,
        dry_run=dry_run,
        as_json=as_json,
    )
    with closing(asker):
        answers = [asker.answer(text) for text in _texts(source)]
    sys.exit(0 if all(answers) else 1)


def _own_point(state: Path, certificate: Path | None) -> OwnPoint:
    """Returns the decision point of the state folder. Raises ConfigurationError, and UsageError for a certificate that it would
    not look at."""
    point = own_point(state)
    if point.certificate is not None and certificate is None:
        raise ConfigurationError(
            "CERTIFICATE_MISSING",
            f"expected --certificate and --key: by `{state / SETTINGS_NAME}` (`pdp.tls`) `{point.address}` asks callers for one,"
            " got neither",
        )
    if point.certificate is None and certificate is not None:
        raise click.UsageError(
            "expected --target and --authority with --certificate: the state folder has no `pdp.tls`, got neither"
        )
    return point


@dataclass(slots=True, kw_only=True)
class _Asker:
    """Asks for one action after the other. `connect` takes a token. `named`: who asks is said by `token`, or by a certificate
    where it is "", for all; else each agent gets a demo token. `receipts` is where receipts are kept, if anywhere."""

    state: Path
    connect: Callable[[str], Client]
    token: str
    named: bool
    receipts: Path | None
    dry_run: bool
    as_json: bool
    _clients: dict[str, Client] = field(default_factory=dict)

    def answer(self, text: bytes) -> bool:
        """Prints the answer to one action, and tells whether it may run. Nothing that one action meets ends the others."""
        request_id = ""
        try:
            request = parse_action(text, f"cli-{uuid.uuid4()}")
            request_id = request.request_id
            verify_agent(request)
            request.dry_run = request.dry_run or self.dry_run
            client = self._client(request.agent.id)  # before the clock: a token is minted by a process of its own
            started = time.perf_counter()
            decision = client.decide(request)
        except WritError as error:
            _refused(request_id, error, self.as_json)
            return False
        latency_ms = (time.perf_counter() - started) * 1000
        is_kept = self._is_kept(decision)
        if self.as_json:
            document = MessageToDict(decision, preserving_proto_field_name=True)
            click.echo(json.dumps({"request_id": request_id, **document}))
        else:
            _print(decision, latency_ms)
        may_run = permits(decision) or (request.dry_run and decision.effect == decision_pb2.EFFECT_ALLOW)
        return is_kept and may_run

    def close(self) -> None:
        """Closes all connections."""
        for client in self._clients.values():
            client.close()

    def _client(self, agent_id: str) -> Client:
        """Returns the connection of an agent, or the one that all share. Raises DependencyFailed when there is no credential."""
        key = "" if self.named else agent_id
        if key not in self._clients:
            mint = ["token", "--state", str(self.state), "--subject", f"agent/{agent_id}"]
            token = self.token if self.named else output_of(mint).strip()
            self._clients[key] = self.connect(token)
        return self._clients[key]

    def _is_kept(self, decision: decision_pb2.Decision) -> bool:
        """Keeps the receipt, before its answer is printed: an output that fails costs no evidence. The decision stands whatever
        becomes of the file."""
        if self.receipts is None or not decision.HasField("receipt"):
            return True
        try:
            self.receipts.mkdir(parents=True, exist_ok=True, mode=0o700)
            keep_receipt(self.receipts, decision)
        except (OSError, WritError) as error:
            why = f"`{error.filename}`: {error.strerror}" if isinstance(error, OSError) else error
            click.echo(one_line(f"writ: the receipt of {decision.decision_id} is not kept: {why}"), err=True)
            return False
        return True


def _replay(receipt: Path, state: Path, as_json: bool) -> int:
    """Fetches the recorded revision, has it judge the recorded input again, and returns the exit code."""
    body = parse_body(parse_receipt(read_file(receipt, MAX_FILE_BYTES)).body)
    revision = body.statement["predicate"].get("bundle", {}).get("revision", "")
    with tempfile.TemporaryDirectory(prefix="writ-replay-") as work:
        token, bundle = Path(work) / "token", Path(work) / "bundle.tar.gz"
        minted = output_of(["token", "--state", str(state), "--subject", "operator/replay", "--scope", "bundle:read"])
        token.touch(mode=0o600)
        token.write_text(minted)
        address = f"unix://{(state / 'control-plane.sock').resolve()}"
        output_of(["bundle", "get", revision, "--out", str(bundle), "--address", address, "--token-file", str(token)])
        keys = state / "keys" / "public" / "receipt.pem"
        arguments = ["replay", str(receipt), "--config", str(state / "writ.yaml"), "--keys", str(keys)]
        arguments += ["--bundle", str(bundle), "--opa", str(state / "bin" / "opa"), *(["--json"] if as_json else [])]
        return subprocess.run(command(arguments), check=False).returncode


def _texts(source: BinaryIO) -> Iterator[bytes]:
    """Yields the actions of a file or of standard input: one a line, each as it comes, or one over however many lines. Which it
    is shows at the first line that cannot stand where it does in one JSON text; until then lines are held, at most
    `MAX_ACTION_BYTES` of them."""
    rest = lines(source, MAX_ACTION_BYTES)
    held = [next(rest, b"")]
    if not _is_beginning(held[0]):
        yield from chain(held, rest)
        return
    held_bytes = len(held[0])
    for line in rest:
        goes_on = _goes_on(held[-1], line)
        held.append(line)
        if len(held) == 2:  # exactly, for a line that was cut off is mostly followed by a whole one
            goes_on = goes_on and (_is_beginning(b"\n".join(held)) or _is_json(b"\n".join(held)))
        if not goes_on:
            yield from chain(held, rest)
            return
        held_bytes += len(line) + 1
        if held_bytes > MAX_ACTION_BYTES:
            break  # as one it is refused by its size; no end of it is an action of its own
    text = b"\n".join(held)
    is_one = held_bytes > MAX_ACTION_BYTES or _is_json(text) or not any(_is_json(line) for line in held)
    yield from [text] if is_one else held


def _is_beginning(text: bytes) -> bool:
    """True for the first line or lines of an object that goes on below."""
    if len(text) > MAX_ACTION_BYTES or text.lstrip()[:1] != b"{":
        return False
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return error.pos >= len(error.doc.rstrip())
    except (ValueError, RecursionError):
        return False
    return False


def _goes_on(before: bytes, line: bytes) -> bool:
    """True where a line can follow another one in one JSON text: between two values stands a comma, before a name an object's
    beginning or a comma. No string goes over two lines."""
    last, first = before.rstrip()[-1:], line.lstrip()[:1]
    if last == b"{":
        return first in b'"}'
    return last in b"[,:" or first in b",:]}"


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _refused(request_id: str, error: WritError, as_json: bool) -> None:
    decision_id = error.decision_id if isinstance(error, DecisionRefused) else ""
    if as_json:
        named = {"decision_id": decision_id} if decision_id else {}
        click.echo(json.dumps({"request_id": request_id, **told(error), **named}))
    else:
        recorded = f"  (on record as {decision_id})" if decision_id else ""
        click.echo(one_line(f"{request_id}  no decision  {error}{recorded}".strip()), err=True)


def _print(decision: decision_pb2.Decision, latency_ms: float) -> None:
    effect = decision_pb2.Effect.Name(decision.effect).removeprefix("EFFECT_")
    tier = decision_pb2.Tier.Name(decision.tier).removeprefix("TIER_")
    click.secho(f"{effect}  {tier}  score {decision.risk.score}  {latency_ms:.1f} ms", bold=True)
    for reason in decision.reasons:
        click.echo(one_line(f"  {reason.rule_id} [{reason.outcome} {reason.code}] {reason.message}"))
        if reason.remediation:
            click.echo(one_line(f"    {reason.remediation}"))
    click.echo(one_line(f"  action    {decision.action_json.decode()}"))
    click.echo(f"  digests   action {decision.action_digest}")
    click.echo(f"            execution {decision.execution_digest}")
    if decision.transformed_execution_digest:
        click.echo(f"            transformed {decision.transformed_execution_digest}")
    click.echo(f"  bundle    {decision.bundle.revision}")
    click.echo(f"  decision  {decision.decision_id}")
