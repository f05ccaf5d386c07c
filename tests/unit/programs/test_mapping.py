"""What programs come to by a catalog: columns behind an alias, and how much a program that runs may touch."""

from __future__ import annotations

import orjson
import pytest

from pdp.canonicalize import Canonicalizer
from pdp.cli.canonicalize import _CATALOG, read_catalog
from pdp.model import CanonicalCall
from writ.action import Scope, Verb

CANONICALIZER = Canonicalizer(read_catalog(_CATALOG), tuple(Verb))


def sql(text: str) -> CanonicalCall:
    return CANONICALIZER.canonicalize("billing-db", "sql.query", "", orjson.dumps({"sql": text}))


def bash(command: str) -> CanonicalCall:
    return CANONICALIZER.canonicalize("ops-shell", "bash", "", orjson.dumps({"command": command}))


def messages(call: CanonicalCall) -> list[tuple[str, str]]:
    return [(finding.code, finding.message) for finding in call.action.findings]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT i.purge FROM invoices i WHERE i.id = 1",
        "SELECT id FROM invoices WHERE id = 1 AND invoices.purge IS NOT NULL",
        "SELECT count(*) FROM public.invoices i GROUP BY i.purge",
        "SELECT i.id FROM invoices i ORDER BY i.purge",
        "SELECT p.id FROM payments p JOIN invoices i ON i.purge = p.id",
        "SELECT s.purge FROM (SELECT * FROM invoices) s",
        "SELECT s.purge FROM (SELECT * FROM invoices, payments) s",
        "DELETE FROM invoices WHERE id = 1 RETURNING invoices.purge",
    ],
)
def test_a_name_behind_a_table_that_the_catalog_does_not_map_is_unknown(text: str) -> None:
    call = sql(text)
    assert call.action.operations[0].verb is Verb.UNKNOWN
    assert [code for code, _ in messages(call)] == ["COLUMN_NOT_MAPPED"]
    assert "got `purge` of `" in messages(call)[0][1]
    shell = bash(f'psql -c "{text}"')
    assert shell.action.operations[0].verb is Verb.UNKNOWN
    assert [code for code, _ in messages(shell)] == ["COLUMN_NOT_MAPPED"]


def test_many_names_behind_a_table_are_one_finding() -> None:
    names = ", ".join(f"i.purge_{number}, p.purge_{number}" for number in range(50))
    found = messages(sql(f"SELECT i.status, {names} FROM invoices i, payments p"))  # noqa: S608 - only parsed
    assert [code for code, _ in found] == ["COLUMN_NOT_MAPPED", "COLUMN_NOT_MAPPED"]
    assert {message.rpartition(" of ")[2] for _, message in found} == {"`invoices`", "`payments`"}


@pytest.mark.parametrize(
    "text",
    [
        "SELECT i.id, i.customer_id, i.status, i.created_at, i.ctid FROM invoices i WHERE i.id = 1",
        "SELECT purge FROM invoices WHERE id = 1",
        "SELECT s.status, s.customer FROM (SELECT i.*, c.name AS customer FROM invoices i, customers c) s",
        "SELECT s.name FROM (SELECT * FROM invoices, customers) s",
    ],
)
def test_mapped_and_bare_columns_are_columns(text: str) -> None:
    call = sql(text)
    assert call.action.operations[0].verb in (Verb.READ, Verb.LIST)
    assert messages(call) == []


def test_messages_name_the_table_and_the_column_that_came() -> None:
    assert messages(sql("SELECT * FROM hr.Salaries")) == [
        ("TABLE_NOT_MAPPED", "expected a table that the catalog maps, got `hr.salaries`")
    ]
    assert messages(sql("UPDATE invoices SET colour = 'secret' WHERE id = 1")) == [
        ("COLUMN_NOT_MAPPED", "expected columns that the catalog maps, got `colour`")
    ]
    (found,) = messages(sql(f'SELECT * FROM "{"x" * 90}"'))  # noqa: S608 - only parsed
    assert found[1].endswith(f"got `{'x' * 64}…`")


@pytest.mark.parametrize(
    "command",
    [
        "terraform destroy -auto-approve",
        "redis-cli FLUSHALL",
        "kubectl delete pods --all",
        "git clean -fdx",
        "aws s3 rm s3://x --recursive",
        "docker system prune -f",
        "rsync --delete a b",
        "dropdb billing",
        "crontab -r",
    ],
)
def test_a_program_that_deletes_has_no_bound(command: str) -> None:
    operation = next(item for item in bash(command).action.operations if item.resource_type == "program")
    assert (operation.verb, operation.scope, operation.max_rows) == (Verb.DELETE, Scope.ALL, None)
    assert operation.resource_ids == (command.split()[0],)


@pytest.mark.parametrize(
    ("command", "verb"),
    [("useradd eve", Verb.ADMIN), ("kubectl auth reconcile", Verb.ADMIN), ("scp a host:b", Verb.SEND)],
)
def test_a_program_that_administers_or_sends_has_no_bound(command: str, verb: Verb) -> None:
    operations = [item for item in bash(command).action.operations if item.verb is verb]
    assert [(item.scope, item.max_rows) for item in operations] == [(Scope.ALL, None)]


def test_a_program_that_runs_is_the_one_that_runs() -> None:
    (operation,) = bash("make report").action.operations
    assert (operation.verb, operation.scope, operation.resource_ids) == (Verb.EXECUTE, Scope.SINGLE, ("make",))
