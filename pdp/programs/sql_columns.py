"""Which columns a PostgreSQL statement names as `alias.name`, and whose they have to be: any other name is a call.

PostgreSQL runs `name(alias)` for `alias.name` when what stands in FROM under that alias has no such column, be it a table,
a view, a subquery, a CTE, a join or a function (PostgreSQL 17, 4.2.4 and 8.16.5). A name without an alias before it never
runs anything. Whether a table has a column is for the catalog to say, so the names are handed on with their tables.

A name has to be a column under each meaning that its alias may have at that place: in FROM, whose items do not see each
other without LATERAL, an alias may also be that of a query around this one. `(row).name` is no column to sqlglot, and the
walker of expressions refuses it.

Names are compared as PostgreSQL does (4.1.1): without quotes in lower case, in quotes as they stand. Of the tables of the
catalog only: it knows their names and those of their columns in lower case.
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

MAX_NAME_BYTES = 63
"""Longest name that PostgreSQL does not cut off (NAMEDATALEN). Of longer ones two may be one to it, in its own encoding."""

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
    """What an item of FROM has: columns of these `names` exactly, and all columns of these `tables`, lower case."""

    names: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()


_NONE = Columns()

Level = Mapping[str, list[Columns]]
"""The aliases of one query. An alias may stand there more than once, as in `a.t, b.t`."""


class Ctes:
    """The CTEs in scope, and what has been told with them, by the id of its node: each query is looked at once."""

    __slots__ = ("clauses", "named", "shown")

    def __init__(self, named: Mapping[str, Columns]) -> None:
        self.named = named
        self.shown: dict[int, Columns] = {}
        self.clauses: dict[int, list[tuple[exp.CTE, Ctes, Ctes]]] = {}

    def __or__(self, named: Mapping[str, Columns]) -> Ctes:
        return Ctes({**self.named, **named})


@frozen
class Scope:
    """What an expression may name. `levels` from the outermost query on, each with whether all its aliases are visible."""

    ctes: Ctes
    levels: tuple[tuple[Level, bool], ...] = ()


def column_uses(root: exp.Expr) -> Iterator[ColumnUse]:
    """Yields the columns that a statement names with an alias, one or more times.

    Raises:
        NotUnderstood: SQL_FUNCTION when no item of FROM under that alias can have such a column, SQL_NAME for a name that
            PostgreSQL cuts off.
    """
    if isinstance(root, exp.Comment):  # `COMMENT ON COLUMN table.column` reads nothing
        return
    stack: list[tuple[Any, Scope]] = [(root, Scope(ctes=Ctes({})))]
    while stack:
        node, scope = stack.pop()
        if isinstance(node, exp.Column):
            yield from _resolved(node, scope)
        elif "with_" in node.args or isinstance(node, _OPENING):
            stack += _children(node, scope)
        else:
            stack += [(child, scope) for child in node.iter_expressions() if type(child) not in _LEAVES]


def _resolved(column: exp.Column, scope: Scope) -> Iterator[ColumnUse]:
    alias = _name(column.args.get("table"))
    if not alias or isinstance(column.this, exp.Star):
        return
    name = _name(column.this)
    known = False
    for level, is_whole in reversed(scope.levels):
        for columns in level.get(alias, ()):
            known = True
            if name in columns.names:
                continue
            if not columns.tables:
                raise _may_run(column)
            yield ColumnUse(name=name.lower(), tables=columns.tables)
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


def _name(identifier: Any) -> str:
    """Returns a name as PostgreSQL compares it, "" where none stands."""
    if identifier is None:
        return ""
    name: str = identifier.name
    if len(name.encode()) > MAX_NAME_BYTES:
        raise NotUnderstood("SQL_NAME", f"expected names of at most {MAX_NAME_BYTES} bytes, got {quote(name)}")
    return name if identifier.args.get("quoted") else name.lower()


def _alias(node: exp.Expr) -> str:
    """Returns the alias of an item of FROM, a CTE or an expression, "" for none."""
    alias = node.args.get("alias")
    return _name(alias.args.get("this") if isinstance(alias, exp.TableAlias) else alias)


def _children(node: exp.Expr, scope: Scope) -> Iterator[tuple[Any, Scope]]:
    """Yields the nodes below one, each with what it may name."""
    clause = node.args.get("with_")
    for cte, inside, _ in _ctes(clause, scope.ctes) if clause else ():
        yield cte.this, Scope(ctes=inside, levels=scope.levels)
    scope = Scope(ctes=_behind(node, scope.ctes), levels=scope.levels)
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


def _ctes(clause: Any, ctes: Ctes) -> list[tuple[exp.CTE, Ctes, Ctes]]:
    """Returns each CTE with the CTEs that it sees and those in scope behind it."""
    known = ctes.clauses.get(id(clause))
    if known is not None:
        return known
    found = ctes.clauses[id(clause)] = []
    recursive = bool(clause.args.get("recursive"))
    if recursive:  # they may name one another in any order; what is not known yet has no columns
        ctes |= {_alias(cte): _NONE for cte in clause.expressions}
    for cte in clause.expressions:
        behind = ctes | {_alias(cte): _renamed(cte, _shown(cte.this, ctes))}
        found.append((cte, behind if recursive else ctes, behind))
        ctes = behind
    return found


def _behind(query: exp.Expr, ctes: Ctes) -> Ctes:
    """Returns the CTEs in scope behind the WITH of a query, if it has one."""
    clause = query.args.get("with_")
    return _ctes(clause, ctes)[-1][2] if clause else ctes


def _level(node: exp.Expr, ctes: Ctes) -> Level:
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


def _from(node: exp.Expr, ctes: Ctes) -> Iterator[tuple[str, Columns]]:
    clause = node.args.get("from_")
    if clause:
        yield from _sources(clause.this, ctes)
    using = node.args.get("using") or []
    for item in using if isinstance(using, list) else [using]:
        yield from _sources(item, ctes)
    yield from _joined(node, ctes)


def _joined(node: exp.Expr, ctes: Ctes) -> Iterator[tuple[str, Columns]]:
    for join in node.args.get("joins") or ():
        yield from _sources(join.this, ctes)
    for lateral in node.args.get("laterals") or ():
        yield from _sources(lateral, ctes)


def _sources(node: exp.Expr, ctes: Ctes) -> Iterator[tuple[str, Columns]]:
    """Yields the aliases that an item of FROM makes visible, with what each of them has."""
    alias = _alias(node)
    if _is_bracket(node):
        inner = list(_sources(node.this, ctes))
        if alias:
            inner = [(alias, _renamed(node, _union(columns for _, columns in inner)))]
        yield from inner
    elif isinstance(node, exp.Table) and isinstance(node.this, exp.Identifier):
        yield alias or _name(node.this), _renamed(node, _table(node, ctes))
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


def _table(node: exp.Table, ctes: Ctes) -> Columns:
    schema = [part.name for part in (node.args.get("catalog"), node.args.get("db")) if part]
    name = _name(node.this)
    if not schema and name in ctes.named:
        return ctes.named[name]
    return Columns(names=_SYSTEM, tables=frozenset({".".join([*schema, name]).lower()}))


def _function(node: exp.Expr) -> tuple[str, Columns]:
    call = node.this
    name = call.name.lower() if isinstance(call, exp.Anonymous) else ""
    if isinstance(call, exp.GenerateSeries | exp.ExplodingGenerateSeries):
        name = "generate_series"
    alias = _alias(node) or name
    known = _FUNCTION_COLUMNS.get(name, frozenset())
    if name in _SCALARS or name == "generate_series":
        known = frozenset({alias})
    columns = _renamed(node, Columns(names=known))
    offset = node.args.get("offset")
    if isinstance(offset, exp.Identifier):  # the last name of `unnest(…) WITH ORDINALITY AS u(x, n)`
        columns = Columns(names=columns.names | {_name(offset)})
    return alias, columns


def _renamed(node: exp.Expr, columns: Columns) -> Columns:
    """Returns the columns behind `AS alias (columns)`. Those that such a list leaves as they are do not count."""
    alias = node.args.get("alias")
    named = alias.args.get("columns") if isinstance(alias, exp.TableAlias) else None
    return Columns(names=frozenset(map(_named, named))) if named else columns


def _named(item: exp.Expr) -> str:
    """Returns the name in a list of columns; behind the alias of a function it may have a type."""
    return _name(item.this if isinstance(item, exp.ColumnDef) else item)


def _shown(query: Any, ctes: Ctes) -> Columns:
    """Returns the columns of a query's rows. A name that PostgreSQL makes up for an expression counts where it is plain."""
    known = ctes.shown.get(id(query))
    if known is None:
        known = ctes.shown[id(query)] = _look_at(query, ctes)
    return known


def _look_at(query: Any, ctes: Ctes) -> Columns:
    ctes = _behind(query, ctes)
    if _is_bracket(query):
        return _without_system(_union(columns for _, columns in _sources(query.this, ctes)))
    if isinstance(query, exp.SetOperation | exp.Subquery):
        return _shown(query.this, ctes)
    if isinstance(query, exp.Values):
        row = query.expressions[0]
        count = len(row.expressions) if isinstance(row, exp.Tuple) else 1
        return Columns(names=frozenset(f"column{number}" for number in range(1, count + 1)))
    returning = query.args.get("returning")
    shown = query.expressions if isinstance(query, exp.Select) else returning.expressions if returning else ()
    level = _level(query, ctes)
    every = {alias: _without_system(_union(found)) for alias, found in level.items()}
    of_all = _union(every.values())
    return _union({of_all if isinstance(item, exp.Star) else _item(item, every) for item in map(_plain, shown)})


def _plain(item: exp.Expr) -> exp.Expr:
    """Returns an item of a SELECT list without the casts and brackets that leave it its name."""
    while isinstance(item, exp.Cast | exp.Paren):
        item = item.this
    return item


def _item(item: exp.Expr, every: Mapping[str, Columns]) -> Columns:
    """Returns the columns that an item of a SELECT list makes. `every`: what `alias.*` shows of each alias."""
    if isinstance(item, exp.Column) and isinstance(item.this, exp.Star):
        return every.get(_name(item.args.get("table")), _NONE)
    if isinstance(item, exp.Alias):
        return Columns(names=frozenset({_alias(item)}))
    if isinstance(item, exp.Column):
        return Columns(names=frozenset({_name(item.this)}))
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
