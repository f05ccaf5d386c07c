"""Which of the tables that an UPDATE or DELETE over several names are written (MySQL 15.2.2 and 15.2.17, T-SQL).

T-SQL and MySQL take the name behind UPDATE or DELETE for an alias of FROM first: `UPDATE lines … FROM invoices AS lines`
writes invoices. PostgreSQL and SQLite take it for a table.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlglot import exp

from pdp.programs.sql_lexical import NotUnderstood
from pdp.programs.sql_nodes import MAX_EFFECTS, too_much
from pdp.programs.sql_query import Source

ALIASED_TARGETS = frozenset({"mysql", "tsql"})
"""Dialects in which the target of a write may be an alias."""


def table_alias(node: Any) -> str:
    """Returns the unqualified name of a table that is written to, lower case. Raises NotUnderstood."""
    if not isinstance(node, exp.Table) or not isinstance(node.this, exp.Identifier) or node.args.get("db"):
        raise NotUnderstood("SQL_TARGET", "expected a table to write to, by its own name")
    return node.name.lower()


def written_first(names: Iterable[str], sources: Sequence[Source]) -> tuple[list[Source], int]:
    """Returns the sources with those in front that `names` mean, and how many these are. Raises NotUnderstood."""
    written: list[Source] = []
    if len(sources) > MAX_EFFECTS:
        raise too_much()
    for name in dict.fromkeys(names):
        meant = [source for source in sources if source[0] == name]
        meant = meant or [source for source in sources if (source[1] or "").rpartition(".")[2] == name]
        if len(meant) != 1 or meant[0][1] is None:
            raise NotUnderstood("SQL_TARGET", "expected a table to write to, by its own name")
        if meant[0] not in written:
            written.append(meant[0])
    return [*written, *(source for source in sources if source not in written)], len(written)


def aliased_target(target: Source, others: Sequence[Source]) -> list[Source]:
    """Returns the sources of a FROM with the one in front that the target means, which may be the target itself."""
    if any(not alias for alias, _ in others):
        raise NotUnderstood("SQL_TARGET", "expected every table of FROM to have a name")
    if any(alias == target[0] for alias, _ in others):
        return written_first([target[0]], others)[0]
    return [target, *others]


def qualifiers(assigned: Iterable[Any], sources: Sequence[Source]) -> list[str]:
    """Returns the aliases whose columns SET names; all of them as soon as one column has no table before it."""
    columns = [item.this for item in assigned if isinstance(item, exp.EQ)]
    names = [column.table.lower() if isinstance(column, exp.Column) else "" for column in columns]
    if not names or not all(names):
        return [alias for alias, table in sources if table is not None]
    return list(dict.fromkeys(names))
