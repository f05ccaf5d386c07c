"""SQL clients on a command line: psql, mysql and sqlite3. Pure.

Their SQL goes through the SQL parser, each effect with the client's name and the database that it was told. What the
client itself reads (backslash commands, variables, dot commands, files) is not understood.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from pdp.programs.command_options import Grammar, Input, Options, Runner, grammar, read_options
from pdp.programs.model import Program, SqlEffect
from pdp.programs.shell_words import NotUnderstood, Word, names
from pdp.programs.sql import parse_sql
from writ.action import Verb
from writ.frozen import frozen


@frozen
class Client:
    """How a client takes its SQL. `commands` are options that carry it, `files` those that name a file of it."""

    dialect: str
    known: Grammar
    commands: tuple[str, ...]
    files: tuple[str, ...]
    outputs: tuple[str, ...]
    host: tuple[str, ...] = ()
    port: tuple[str, ...] = ()
    database: tuple[str, ...] = ()
    usual_port: str = ""
    operands: int = 0


CLIENTS = {
    "psql": Client(
        dialect="postgres",
        known=grammar(
            # Not -S: there a line break ends a statement, and `delete from t` is run before its WHERE on the next line.
            "wWtAqXx1abeEnsz0H",
            "cfhdUpvFPoLRT",
            """command= file= host= dbname= username= port= set= variable= output= log-file= field-separator= pset=
            record-separator= no-psqlrc quiet tuples-only no-align expanded single-transaction csv html echo-all
            echo-queries no-password password""",
        ),
        commands=("c", "command"),
        files=("f", "file"),
        outputs=("o", "output", "L", "log-file"),
        host=("h", "host"),
        port=("p", "port"),
        database=("d", "dbname"),
        usual_port="5432",
        operands=2,
    ),
    "mysql": Client(
        dialect="mysql",
        known=grammar(
            "BNstvrEHXCfnqA",
            "ehPuD",
            "execute= host= port= user= database= password=? batch skip-column-names silent table raw",
            optional="p",
        ),
        commands=("e", "execute"),
        files=(),
        outputs=(),
        host=("h", "host"),
        port=("P", "port"),
        database=("D", "database"),
        usual_port="3306",
        operands=1,
    ),
}
_SQLITE = "sqlite3"
CLIENT_NAMES = frozenset({*CLIENTS, _SQLITE}) | names(
    """mariadb pgcli mycli litecli sqlcmd mssql-cli bcp osql isql sqlplus usql duckdb cqlsh snowsql clickhouse-client mongo
    mongosh cypher-shell influx rqlite trino"""
)
_SQLITE_FLAGS = names(
    """ascii bail batch box column csv echo header noheader html json line list markdown quote readonly safe
    table tabs"""
)
_URI = re.compile(r"postgres(?:ql)?://(?:[^@/?#%]*@)?([A-Za-z0-9.-]*)(?::([0-9]+))?(?:/([A-Za-z0-9_.-]*))?")
_NAME = re.compile(r"[A-Za-z0-9_.-]*")
_VARIABLE = re.compile(r"(?<!:):(?:[A-Za-z_'\"{]|$)")
_PSQL_ASKS = re.compile(r"\s*\\(?:d[tvisnufpmEx]{0,2}S?\+?|l\+?|z|conninfo)(?:[ \t]+[\w.*]+)?\s*", re.ASCII)
_SQLITE_ASKS = re.compile(r"\s*\.(?:tables|schema|indexes|databases)(?:[ \t]+[\w%]+)?\s*", re.ASCII)
_ASKED = Program(effects=(SqlEffect(verb=Verb.READ, table=""),))
"""Commands of a client that only show what the database holds."""

_SETTING = re.compile(r"ON_ERROR_STOP(?:=[a-z0-9]*)?")


def run_client(name: str, args: Sequence[Word], given: Input, runner: Runner) -> None:
    """Hands the effects of a client's SQL to `runner`. Raises NotUnderstood when the SQL is not on the line."""
    if name not in runner.sql_clients:
        raise NotUnderstood("expected an SQL client that the catalog declares")
    if name == _SQLITE:
        _sqlite(args, given, runner)
        return
    client = CLIENTS.get(name)
    if client is None:
        raise NotUnderstood("expected an SQL client whose options are known")
    found = read_options(args, client.known)
    if found.open or len(found.operands) > client.operands:
        raise NotUnderstood("expected literal arguments of an SQL client")
    target = _target(client, found)
    if any(not _SETTING.fullmatch(word.literal or "") for word in found.values("v", "set", "variable")):
        raise NotUnderstood("expected no variables of an SQL client")
    if found.has(*client.files):
        raise NotUnderstood("expected SQL on the command line, not in a file")
    outputs = found.values(*client.outputs)
    if any((word.text or "|").lstrip()[:1] == "|" for word in outputs):  # psql pipes into a command
        raise NotUnderstood("expected the output of a client to go to a literal file")
    runner.files(Verb.UPDATE, outputs)
    texts = [word.literal for word in found.values(*client.commands)]
    if not texts:
        texts = [given.text]
        if given.text is not None and _VARIABLE.search(given.text):
            raise NotUnderstood("expected SQL without variables of the client")
    for text in texts:
        _include(runner, _parse(text, client.dialect), name, target)


def _sqlite(args: Sequence[Word], given: Input, runner: Runner) -> None:
    rest = list(args)
    while rest and (rest[0].text or "")[:1] == "-":
        if (rest.pop(0).literal or "").lstrip("-") not in _SQLITE_FLAGS:
            raise NotUnderstood("expected options that are known")
    database = rest[0].literal if rest else None
    if not database or (runner.moved and not database.startswith("/")):
        raise NotUnderstood("expected a literal database file")
    for text in [word.literal for word in rest[1:]] or [given.text]:
        if text is not None and _SQLITE_ASKS.fullmatch(text):
            _include(runner, _ASKED, _SQLITE, database)
            continue
        if text is not None and re.search(r"^\s*[.#]|^\s*(?:go|/)\s*$", text, re.MULTILINE | re.IGNORECASE):
            raise NotUnderstood("expected SQL without commands of the client")
        _include(runner, _parse(text, "sqlite"), _SQLITE, database)


def _parse(text: str | None, dialect: str) -> Program:
    if text is None:
        raise NotUnderstood("expected literal SQL for a client")
    if dialect == "postgres" and _PSQL_ASKS.fullmatch(text):
        return _ASKED
    if "\\" in text:
        raise NotUnderstood("expected SQL without backslash commands")
    return parse_sql(text, dialect)


def _include(runner: Runner, program: Program, client: str, target: str) -> None:
    effects = tuple(
        replace(effect, client=client, target=target) if isinstance(effect, SqlEffect) else effect
        for effect in program.effects
    )
    columns = tuple(replace(use, client=client, target=target) for use in program.columns)
    runner.include(Program(effects=effects, findings=program.findings, columns=columns))


def _target(client: Client, found: Options) -> str:
    """Returns the database that the client is told: a name, a host, or `host/name` when it is told both.

    The last of several options counts; a port that is not the usual one stands after the host.
    """
    host = _last(found, client.host)
    port = _last(found, client.port)
    told = found.values(*client.database)
    database = _literal(told[-1] if told else found.operands[0]) if told or found.operands else ""
    if uri := _URI.fullmatch(database):
        host, port, database = uri[1] or host, uri[2] or port, uri[3] or ""
    # A name with `=` or `://` is a whole connection string to psql, and a host may be a list or a socket folder.
    if not all(_NAME.fullmatch(text) for text in (host, port, database)):
        raise NotUnderstood("expected a plain host, port and database")
    if port and port != client.usual_port:
        host = f"{host}:{port}"
    return "/".join(part for part in (host, database) if part)


def _last(found: Options, names: tuple[str, ...]) -> str:
    values = found.values(*names)
    return _literal(values[-1]) if values else ""


def _literal(word: Word) -> str:
    if word.literal is None:
        raise NotUnderstood("expected literal arguments of an SQL client")
    return word.literal
