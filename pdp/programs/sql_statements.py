"""Walks the writing part of a SQL parse tree: INSERT, UPDATE, DELETE, MERGE, TRUNCATE, COPY, DDL, rights and settings.

Data that a definition destroys counts as DELETE beside its ADMIN. What the database does by itself (triggers, rules,
cascades of foreign keys) cannot be seen in a statement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlglot import exp

from pdp.programs.model import FileEffect, SqlEffect
from pdp.programs.sql_functions import PRAGMAS, SETTINGS
from pdp.programs.sql_lexical import NotUnderstood
from pdp.programs.sql_predicates import limit_of, literal
from pdp.programs.sql_query import Names, QueryWalker, Source, check_args, not_named
from writ.action import Verb

_INSERT = frozenset("with_ this expression conflict returning alternative ignore default stored source".split())
_UPDATE = frozenset("with_ this expressions from_ where returning order limit".split())
_DELETE = frozenset("with_ this using where returning order limit".split())
_MERGE = frozenset("with_ this using on whens returning".split())
_CONFLICT = frozenset("duplicate expressions action conflict_keys index_predicate constraint where".split())
_TRUNCATE = frozenset("expressions exists only identity option".split())
_OF_DATA = frozenset({"TABLE", "DATABASE", "SCHEMA", "COLUMN", "MATERIALIZED VIEW"})


class StatementWalker(QueryWalker):
    """Collects the effects of one program, statement by statement."""

    def statement(self, node: Any, names: Names = frozenset()) -> None:
        """Walks one statement, also one inside WITH. Raises NotUnderstood."""
        walk = _STATEMENTS.get(type(node))
        if walk is None:
            self.query(node, names)
        else:
            walk(self, node, names)

    def _target(self, node: Any, names: Names) -> Source:
        if not isinstance(node, exp.Table):
            raise not_named(node)
        check_args(node, frozenset({"this", "alias", "db", "catalog", "only"}))
        alias, table = self.source(node, names)
        if table is None:
            # T-SQL deletes through a CTE from the table below it; the others refuse.
            raise NotUnderstood("SQL_TARGET", "expected a table to write to, by its own name")
        return alias, table

    def _insert(self, node: exp.Insert, names: Names) -> None:
        check_args(node, _INSERT)
        names = self.ctes(node, names)
        target = node.this
        columns: list[str] | None = None
        if isinstance(target, exp.Schema):
            columns = [item.name.lower() for item in target.expressions]
            target = target.this
        table = self._target(target, frozenset())[1] or ""
        assigned = _inserted(columns, node.expression)
        self.add(SqlEffect(verb=Verb.CREATE, table=table, assignments=assigned))
        if node.expression is not None and not node.args.get("default"):
            self.query(node.expression, names)
        alternative = str(node.args.get("alternative") or "").upper()
        if alternative == "REPLACE":
            self.add(SqlEffect(verb=Verb.DELETE, table=table))
        elif alternative not in ("", "IGNORE", "ABORT", "FAIL", "ROLLBACK"):
            raise NotUnderstood("SQL_NOT_NAMED", "expected a known way to solve conflicts")
        self._conflict(node.args.get("conflict"), table, names)
        self._rest_of(node.args.get("returning"), names)

    def _conflict(self, node: Any, table: str, names: Names) -> None:
        if node is None:
            return
        check_args(node, _CONFLICT)
        action = node.args.get("action")
        if node.expressions:
            self.add(SqlEffect(verb=Verb.UPDATE, table=table, assignments=self._assigned(node.expressions, names)))
        elif action is None or action.name.upper() not in ("DO NOTHING", "NOTHING"):
            raise NotUnderstood("SQL_NOT_NAMED", "expected a known way to solve conflicts")
        self._rest(node, ("conflict_keys", "index_predicate", "where"), names)

    def _update(self, node: exp.Update, names: Names) -> None:
        check_args(node, _UPDATE)
        inner = self.ctes(node, names)
        target = self._target(node.this, inner)
        sources = [target]
        if node.args.get("from_"):
            self._source(node.args["from_"].this, inner, sources)
        self._write(Verb.UPDATE, node, sources, inner, self._assigned(node.expressions, inner))

    def _delete(self, node: exp.Delete, names: Names) -> None:
        check_args(node, _DELETE)
        inner = self.ctes(node, names)
        sources = [self._target(node.this, inner)]
        for item in node.args.get("using") or ():
            self._source(item, inner, sources)
        self._write(Verb.DELETE, node, sources, inner, {})

    def _write(
        self, verb: Verb, node: exp.Expr, sources: list[Source], names: Names, assigned: Mapping[str, str]
    ) -> None:
        """Adds the write of the first source, narrowed like a query's table, and the reads of the others."""
        (table, narrowed), *others = self.narrow(sources, node.args.get("where"))
        limit = limit_of(node.args) if len(sources) == 1 else None
        self.add(SqlEffect(verb=verb, table=table, equalities=narrowed, assignments=assigned, limit=limit))
        for name, equal in others:
            self.add(SqlEffect(verb=Verb.READ, table=name, equalities=equal))
        if node.args.get("returning"):
            self.add(SqlEffect(verb=Verb.READ, table=table, equalities=narrowed, limit=limit))
            self._rest_of(node.args["returning"], names)
        self._rest(node, ("where", "order", "limit"), names)

    def _assigned(self, items: Sequence[Any], names: Names) -> dict[str, str]:
        """Returns the literal values of SET; empty as soon as one is no literal, for then the rest says too little."""
        assigned: dict[str, str] = {}
        complete = True
        for item in items:
            if not isinstance(item, exp.EQ):
                raise not_named(item)
            self.expression(item, names)
            value = literal(item.expression, exact=False)
            if not isinstance(item.this, exp.Column) or value is None or item.this.name.lower() in assigned:
                complete = False
            else:
                assigned[item.this.name.lower()] = value
        return assigned if complete else {}

    def _rest_of(self, returning: Any, names: Names) -> None:
        if returning:
            check_args(returning, frozenset({"expressions"}))
            self._rest(returning, ("expressions",), names)

    def _merge(self, node: exp.Merge, names: Names) -> None:
        check_args(node, _MERGE)
        inner = self.ctes(node, names)
        table = self._target(node.this, inner)[1] or ""
        sources: list[Source] = []
        self._source(node.args["using"], inner, sources)
        for when in node.args["whens"].expressions:
            self._when(when, table, inner)
        for name, _ in self.narrow(sources, None):
            self.add(SqlEffect(verb=Verb.READ, table=name))
        self._rest(node, ("on",), inner)
        self._rest_of(node.args.get("returning"), inner)

    def _when(self, node: exp.When, table: str, names: Names) -> None:
        check_args(node, frozenset({"matched", "source", "condition", "then"}))
        self._rest(node, ("condition",), names)
        then = node.args["then"]
        if isinstance(then, exp.Insert):
            check_args(then, frozenset({"this", "expression"}))
            self.add(SqlEffect(verb=Verb.CREATE, table=table))
            self._rest(then, ("this", "expression"), names)
        elif isinstance(then, exp.Update):
            check_args(then, frozenset({"expressions"}))
            self.add(SqlEffect(verb=Verb.UPDATE, table=table, assignments=self._assigned(then.expressions, names)))
        elif isinstance(then, exp.Var) and then.name.upper() == "DELETE":
            self.add(SqlEffect(verb=Verb.DELETE, table=table))
        elif not isinstance(then, exp.Var) or then.name.upper() != "DO NOTHING":
            raise not_named(then)

    def _truncate(self, node: exp.TruncateTable, names: Names) -> None:
        check_args(node, _TRUNCATE)
        if str(node.args.get("option") or "").upper() == "CASCADE":
            raise NotUnderstood("SQL_CASCADE", "expected every table that is emptied to be named")
        for table in node.expressions:
            self.add(SqlEffect(verb=Verb.DELETE, table=self._target(table, names)[1] or ""))

    def _copy(self, node: exp.Copy, names: Names) -> None:
        check_args(node, frozenset({"this", "kind", "files", "credentials", "params", "format"}))
        files = node.args.get("files") or []
        if len(files) != 1:
            raise NotUnderstood("SQL_COPY", "expected one file, stdin or stdout")
        into = bool(node.args.get("kind"))
        target = node.this.this if isinstance(node.this, exp.Schema) else node.this
        if isinstance(target, exp.Table):
            table = self._target(target, names)[1] or ""
            self.add(SqlEffect(verb=Verb.CREATE if into else Verb.READ, table=table))
        elif into:
            raise not_named(target)
        else:
            self.query(target, names)
        place = files[0]
        if isinstance(place, exp.Literal) and place.args.get("is_string"):
            self.add(FileEffect(verb=Verb.READ if into else Verb.UPDATE, paths=(place.name,)))
        elif place.name.lower() != ("stdin" if into else "stdout"):
            raise NotUnderstood("SQL_COPY", "expected a literal file, stdin or stdout")

    def _create(self, node: exp.Create, names: Names) -> None:
        this = node.this
        if isinstance(this, exp.Schema):
            this = this.this
        if isinstance(this, exp.Index):
            this = this.args.get("table")
        table = self.table_name(this) if isinstance(this, exp.Table) else ""
        if node.args.get("replace") and node.args.get("kind") == "TABLE":
            self.add(SqlEffect(verb=Verb.DELETE, table=table))
        self.add(SqlEffect(verb=Verb.ADMIN, table=table))
        if node.args.get("expression") is not None:
            if node.args.get("kind") not in ("TABLE", "VIEW"):
                raise NotUnderstood("SQL_NOT_NAMED", "expected no body that runs later")
            self.query(node.args["expression"], self.ctes(node, names))

    def _drop(self, node: exp.Drop, _names: Names) -> None:
        if node.args.get("cascade"):
            raise NotUnderstood("SQL_CASCADE", "expected everything that is dropped to be named")
        for item in node.args.get("tables") or [None]:
            table = self.table_name(item) if isinstance(item, exp.Table) else ""
            self.add(SqlEffect(verb=Verb.ADMIN, table=table))
            if node.args.get("kind") in _OF_DATA:
                self.add(SqlEffect(verb=Verb.DELETE, table=table))

    def _alter(self, node: exp.Alter, _names: Names) -> None:
        table = self.table_name(node.this) if isinstance(node.this, exp.Table) else ""
        self.add(SqlEffect(verb=Verb.ADMIN, table=table))
        for action in node.args.get("actions") or ():
            if isinstance(action, exp.Drop) and action.args.get("kind") in _OF_DATA:
                self.add(SqlEffect(verb=Verb.DELETE, table=table))

    def _administer(self, node: exp.Expr, _names: Names) -> None:
        named = node.args.get("securable") or node.this
        self.add(SqlEffect(verb=Verb.ADMIN, table=self.table_name(named) if isinstance(named, exp.Table) else ""))

    def _set(self, node: exp.Set, _names: Names) -> None:
        for item in node.expressions:
            name = item.this.this.name.lower() if isinstance(item.this, exp.EQ) else ""
            if name not in SETTINGS:
                raise NotUnderstood("SQL_SETTING", "expected only settings that change no meaning")
        self.add(SqlEffect(verb=Verb.ADMIN, table=""))

    def pragma(self, words: Sequence[str]) -> None:
        """Adds a SQLite pragma by its words, the first of them `pragma`."""
        name = words[3] if words[2:3] == ["."] and len(words) > 3 else words[1] if len(words) > 1 else ""
        self.add(SqlEffect(verb=Verb.READ if name in PRAGMAS else Verb.ADMIN, table=""))


def _inserted(columns: list[str] | None, values: Any) -> dict[str, str]:
    """Returns the literal values of a one-row INSERT with a column list, else nothing."""
    if not columns or not isinstance(values, exp.Values) or len(values.expressions) != 1:
        return {}
    row = values.expressions[0]
    items = row.expressions if isinstance(row, exp.Tuple) else [row]
    found = [literal(item, exact=False) for item in items]
    texts = [text for text in found if text is not None]
    if len(texts) != len(columns) or len(found) != len(columns) or len(set(columns)) != len(columns):
        return {}
    return dict(zip(columns, texts, strict=True))


_STATEMENTS: Mapping[type, Callable[[StatementWalker, Any, Names], None]] = MappingProxyType(
    {
        exp.Insert: StatementWalker._insert,
        exp.Update: StatementWalker._update,
        exp.Delete: StatementWalker._delete,
        exp.Merge: StatementWalker._merge,
        exp.TruncateTable: StatementWalker._truncate,
        exp.Copy: StatementWalker._copy,
        exp.Create: StatementWalker._create,
        exp.Drop: StatementWalker._drop,
        exp.Alter: StatementWalker._alter,
        exp.Grant: StatementWalker._administer,
        exp.Revoke: StatementWalker._administer,
        exp.Comment: StatementWalker._administer,
        exp.Attach: StatementWalker._administer,
        exp.Detach: StatementWalker._administer,
        exp.Set: StatementWalker._set,
    }
)
