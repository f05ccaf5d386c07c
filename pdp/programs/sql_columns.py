"""Which columns a PostgreSQL statement names as `alias.name`, and whose they have to be: any other name is a call.

PostgreSQL runs `name(alias)` for `alias.name` when what stands in FROM under that alias has no such column, be it a table,
a view, a subquery, a CTE, a join or a function (PostgreSQL 17, 4.2.4 and 8.16.5). A name without an alias before it never
runs anything. Whether a table has a column is for the catalog to say, so the names are handed on with their tables.

A name has to be a column under each meaning that its alias may have at that place: in FROM, whose items do not see each
other without LATERAL, an alias may also be that of a query around this one. `(row).name` is no column to sqlglot, and the
walker of expressions refuses it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from sqlglot import exp

from pdp.programs.model import ColumnUse
from pdp.programs.sql_functions import word_set
from pdp.programs.sql_lexical import NotUnderstood, quote
from writ.frozen import frozen

_SYSTEM = word_set("cmax cmin ctid tableoid xmax xmin")
_IN_FROM = frozenset({"from_", "joins", "laterals", "using"})
_OPENING = (exp.Select, exp.Subquery, exp.Insert, exp.Update, exp.Delete, exp.Merge)
_LEAVES = frozenset({exp.Identifier, exp.Literal})
_NAMED_AFTER_THEMSELVES = (exp.Avg, exp.Coalesce, exp.Count, exp.Max, exp.Min, exp.Sum)
_KEY_AND_VALUE = word_set("key value")
_FUNCTION_COLUMNS = MappingProxyType(
    {
        **dict.fromkeys(word_set("json_each jsonb_each json_each_text jsonb_each_text"), _KEY_AND_VALUE),
        **dict.fromkeys(
            word_set(
                """json_array_elements jsonb_array_elements json_array_elements_text
                jsonb_array_elements_text"""
            ),
            frozenset({"value"}),
        ),
    }
)
"""Functions in FROM that name their columns themselves."""

_SCALARS = word_set("generate_subscripts json_object_keys jsonb_object_keys regexp_split_to_table string_to_table")
"""Functions in FROM with one column that is named like their alias. `unnest` is none: of rows it makes their columns."""


@frozen
class Columns:
    """What an item of FROM has: these `names`, lower case, and all columns of these `tables`, lower case."""

    names: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()


_NONE = Columns()

Names = Mapping[str, Columns]
"""CTEs in scope, lower case."""

Level = Mapping[str, list[Columns]]
"""The aliases of one query, lower case. An alias may stand there more than once, as in `a.t, b.t`."""


@frozen
class Scope:
    """What an expression may name. `levels` from the outermost query on, each with whether all its aliases are visible."""

    ctes: Names
    levels: tuple[tuple[Level, bool], ...] = ()


def column_uses(root: exp.Expr) -> Iterator[ColumnUse]:
    """Yields the columns that a statement names with an alias, one or more times.

    Raises:
        NotUnderstood: SQL_FUNCTION when no item of FROM under that alias can have such a column.
    """
    if isinstance(root, exp.Comment):  # `COMMENT ON COLUMN table.column` reads nothing
        return
    stack: list[tuple[Any, Scope]] = [(root, Scope(ctes={}))]
    while stack:
        node, scope = stack.pop()
        if isinstance(node, exp.Column):
            yield from _resolved(node, scope)
        elif "with_" in node.args or isinstance(node, _OPENING):
            stack += _children(node, scope)
        else:
            stack += [(child, scope) for child in node.iter_expressions() if type(child) not in _LEAVES]


def _resolved(column: exp.Column, scope: Scope) -> Iterator[ColumnUse]:
    alias = column.table.lower()
    if not alias or isinstance(column.this, exp.Star):
        return
    name = column.name.lower()
    known = False
    for level, is_whole in reversed(scope.levels):
        for columns in level.get(alias, ()):
            known = True
            if name in columns.names:
                continue
            if not columns.tables:
                raise _may_run(column)
            yield ColumnUse(name=name, tables=columns.tables)
        if known and is_whole:
            break
    if not known:
        raise _may_run(column)


def _may_run(column: exp.Column) -> NotUnderstood:
    return NotUnderstood(
        "SQL_FUNCTION",
        f"expected columns that FROM is known to have, since PostgreSQL runs any other name, got {quote(column.name)}"
        f" of {quote(column.table)}",
    )


def _children(node: exp.Expr, scope: Scope) -> Iterator[tuple[Any, Scope]]:
    """Yields the nodes below one, each with what it may name."""
    clause = node.args.get("with_")
    if clause:
        ctes = scope.ctes
        for cte, inside, ctes in _ctes(clause, scope.ctes):  # noqa: B007 - the last of them holds behind the WITH
            yield cte.this, Scope(ctes=inside, levels=scope.levels)
        scope = Scope(ctes=ctes, levels=scope.levels)
    level = _level(node, scope.ctes)
    for key, value in node.args.items():
        if key == "with_" or not value:
            continue
        inner = scope
        # The rows that an INSERT gets see nothing of its table.
        if level and not (isinstance(node, exp.Insert) and key == "expression"):
            whole = key not in _IN_FROM and not isinstance(node, exp.Subquery)
            inner = Scope(ctes=scope.ctes, levels=(*scope.levels, (level, whole)))
        for item in value if isinstance(value, list) else (value,):
            if isinstance(item, exp.Expr):
                yield item, inner


def _ctes(clause: Any, ctes: Names) -> Iterator[tuple[exp.CTE, Names, Names]]:
    """Yields each CTE with the CTEs that it sees and those in scope behind it."""
    recursive = bool(clause.args.get("recursive"))
    if recursive:  # they may name one another in any order; what is not known yet has no columns
        ctes = {**ctes, **{cte.alias.lower(): _NONE for cte in clause.expressions}}
    for cte in clause.expressions:
        behind = {**ctes, cte.alias.lower(): _renamed(cte, _shown(cte.this, ctes))}
        yield cte, behind if recursive else ctes, behind
        ctes = behind


def _level(node: exp.Expr, ctes: Names) -> Level:
    """Returns the aliases that a node brings into scope, none for most nodes."""
    found: list[tuple[str, Columns]] = []
    if isinstance(node, exp.Select):
        found += _from(node, ctes)
    elif _is_bracket(node):
        found += _sources(node.this, ctes)  # seen by the conditions of these joins, whatever the alias of them all is
    elif isinstance(node, exp.Insert | exp.Update | exp.Delete | exp.Merge):
        target = node.this.this if isinstance(node.this, exp.Schema) else node.this
        if not isinstance(target, exp.Table):
            return {}  # inside MERGE, whose aliases hold
        written = [columns for _, columns in _sources(target, ctes)][:1]
        found += _sources(target, ctes)
        found += [(alias, columns) for alias in ("excluded", "old", "new") for columns in written]
        found += _from(node, ctes)
    level: dict[str, list[Columns]] = {}
    for alias, columns in found:
        level.setdefault(alias, []).append(columns)
    return level


def _from(node: exp.Expr, ctes: Names) -> Iterator[tuple[str, Columns]]:
    clause = node.args.get("from_")
    if clause:
        yield from _sources(clause.this, ctes)
    using = node.args.get("using") or []
    for item in using if isinstance(using, list) else [using]:
        yield from _sources(item, ctes)
    yield from _joined(node, ctes)


def _joined(node: exp.Expr, ctes: Names) -> Iterator[tuple[str, Columns]]:
    for join in node.args.get("joins") or ():
        yield from _sources(join.this, ctes)
    for lateral in node.args.get("laterals") or ():
        yield from _sources(lateral, ctes)


def _sources(node: exp.Expr, ctes: Names) -> Iterator[tuple[str, Columns]]:
    """Yields the aliases that an item of FROM makes visible, with what each of them has."""
    alias = node.alias.lower()
    if _is_bracket(node):
        inner = list(_sources(node.this, ctes))
        if alias:
            inner = [(alias, _renamed(node, _union(columns for _, columns in inner)))]
        yield from inner
    elif isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
        yield alias or node.name.lower(), _renamed(node, _table(node, ctes))
    elif isinstance(node, exp.Table | exp.Lateral | exp.Unnest) and not isinstance(node.this, exp.Subquery):
        yield _function(node)
    else:
        query = node.this if isinstance(node, exp.Lateral) else node
        yield alias, _renamed(node, _shown(query, ctes))
    if isinstance(node, exp.Table | exp.Subquery):  # the joins behind its alias
        yield from _joined(node, ctes)


def _is_bracket(node: exp.Expr) -> bool:
    """True for brackets around joins, which show the aliases inside unless they have one of their own."""
    inner = node.this if isinstance(node, exp.Subquery) else None
    if isinstance(inner, exp.Subquery):
        return bool(inner.args.get("joins") or inner.args.get("alias")) or _is_bracket(inner)
    return isinstance(inner, exp.Table)


def _table(node: exp.Table, ctes: Names) -> Columns:
    name = ".".join(part.name.lower() for part in (node.args.get("catalog"), node.args.get("db"), node.this) if part)
    quoted = node.this.args.get("quoted") and node.name != node.name.lower()
    if name in ctes and not quoted:
        return ctes[name]
    return Columns(names=_SYSTEM, tables=frozenset({name}))


def _function(node: exp.Expr) -> tuple[str, Columns]:
    call = node.this
    name = call.name.lower() if isinstance(call, exp.Anonymous) else ""
    if isinstance(call, exp.GenerateSeries | exp.ExplodingGenerateSeries):
        name = "generate_series"
    alias = node.alias.lower() or name
    known = _FUNCTION_COLUMNS.get(name, frozenset())
    if name in _SCALARS or name == "generate_series":
        known = frozenset({alias})
    columns = _renamed(node, Columns(names=known))
    offset = node.args.get("offset")
    if isinstance(offset, exp.Identifier):  # the last name of `unnest(…) WITH ORDINALITY AS u(x, n)`
        columns = Columns(names=columns.names | {offset.name.lower()})
    return alias, columns


def _renamed(node: exp.Expr, columns: Columns) -> Columns:
    """Returns the columns behind `AS alias (columns)`. Those that such a list leaves as they are do not count."""
    alias = node.args.get("alias")
    named = alias.args.get("columns") if isinstance(alias, exp.TableAlias) else None
    return Columns(names=frozenset(item.name.lower() for item in named)) if named else columns


def _shown(query: Any, ctes: Names) -> Columns:
    """Returns the columns of a query's rows. A name that PostgreSQL makes up for an expression counts where it is plain."""
    while isinstance(query, exp.SetOperation | exp.Subquery) and not _is_bracket(query):
        clause = query.args.get("with_")
        if clause:
            *_, (_, _, ctes) = _ctes(clause, ctes)
        query = query.this
    if isinstance(query, exp.Values):
        row = query.expressions[0]
        count = len(row.expressions) if isinstance(row, exp.Tuple) else 1
        return Columns(names=frozenset(f"column{number}" for number in range(1, count + 1)))
    clause = query.args.get("with_")
    if clause:
        *_, (_, _, ctes) = _ctes(clause, ctes)
    if isinstance(query, exp.Subquery):
        return _without_system(_union(columns for _, columns in _sources(query.this, ctes)))
    returning = query.args.get("returning")
    shown = query.expressions if isinstance(query, exp.Select) else returning.expressions if returning else ()
    level = _level(query, ctes)
    return _union(_item(item, level) for item in shown)


def _item(item: exp.Expr, level: Level) -> Columns:
    while isinstance(item, exp.Cast | exp.Paren):
        item = item.this
    if isinstance(item, exp.Star):
        return _without_system(_union(columns for found in level.values() for columns in found))
    if isinstance(item, exp.Column) and isinstance(item.this, exp.Star):
        return _without_system(_union(level.get(item.table.lower(), ())))
    if isinstance(item, exp.Alias | exp.Column):
        return Columns(names=frozenset({item.alias_or_name.lower()}))
    if isinstance(item, _NAMED_AFTER_THEMSELVES):
        return Columns(names=frozenset({item.sql_name().lower()}))
    return _NONE


def _union(found: Iterable[Columns]) -> Columns:
    items = list(found)
    return Columns(
        names=frozenset().union(*(item.names for item in items)),
        tables=frozenset().union(*(item.tables for item in items)),
    )


def _without_system(columns: Columns) -> Columns:
    """Returns what `*` shows of columns: those of the system are only those of a table itself."""
    return replace(columns, names=columns.names - _SYSTEM)
