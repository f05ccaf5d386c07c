"""Walks the writing part of a SQL parse tree: INSERT, UPDATE, DELETE and MERGE, each narrowed by what WHERE proves.

What the database does by itself (triggers, rules, cascades of foreign keys) cannot be seen in a statement.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlglot import exp

from pdp.programs.model import SqlEffect
from pdp.programs.sql_definitions import DefinitionWalker
from pdp.programs.sql_functions import word_set
from pdp.programs.sql_lexical import NotUnderstood
from pdp.programs.sql_nodes import check_args, not_named
from pdp.programs.sql_predicates import limit_of, literal
from pdp.programs.sql_query import Names, Source
from pdp.programs.sql_targets import ALIASED_TARGETS, aliased_target, qualifiers, table_alias, written_first
from writ.action import Verb

_INSERT = word_set("with_ this expression conflict returning alternative ignore default")
_UPDATE = word_set("with_ this expressions from_ where returning order limit")
_DELETE = word_set("with_ tables this using where returning order limit")
_MERGE = word_set("with_ this using on whens returning")
_CONFLICT = word_set("duplicate expressions action conflict_keys index_predicate constraint where")


class StatementWalker(DefinitionWalker):
    """Collects the effects of one program, statement by statement."""

    def statement(self, node: Any, names: Names = frozenset()) -> None:
        """Walks one statement, also one inside WITH. Raises NotUnderstood."""
        walk = _STATEMENTS.get(type(node))
        if walk is None:
            self.query(node, names)
        else:
            walk(self, node, names)

    def _insert(self, node: exp.Insert, names: Names) -> None:
        check_args(node, _INSERT)
        names = self.ctes(node, names)
        target = node.this
        columns: list[str] | None = None
        if isinstance(target, exp.Schema):
            columns = [item.name.lower() for item in target.expressions]
            target = target.this
        table = self.target(target, names)[1] or ""
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
        sources = [self.target(node.this, inner, joined=self.dialect in ALIASED_TARGETS)]
        assigned = self._assigned(node.expressions, inner)
        written = 1
        if node.this.args.get("joins"):
            self._sources(node.this, inner, sources)
            sources, written = written_first(qualifiers(node.expressions, sources), sources)
        if node.args.get("from_"):
            others: list[Source] = []
            self._source(node.args["from_"].this, inner, others)
            # Only where the target may be named by its alias does FROM tell which table it is.
            means_alias = self.dialect in ALIASED_TARGETS and not node.this.args.get("db")
            sources = aliased_target(sources[0], others) if means_alias else [*sources, *others]
        self._write(Verb.UPDATE, node, sources, inner, assigned if written == 1 else {}, written)

    def _delete(self, node: exp.Delete, names: Names) -> None:
        check_args(node, _DELETE)
        inner = self.ctes(node, names)
        named = [table_alias(item) for item in node.args.get("tables") or ()]
        sources: list[Source] = []
        if node.this:
            sources.append(self.target(node.this, inner, joined=self.dialect in ALIASED_TARGETS))
            self._sources(node.this, inner, sources)
        else:
            sources += [self.target(item, inner) for item in node.args.get("tables") or ()]
        if self.dialect in ALIASED_TARGETS and node.args.get("using"):
            named, sources = [alias for alias, _ in sources], []
        for item in node.args.get("using") or ():
            self._source(item, inner, sources)
        written = 1
        if named:
            sources, written = written_first(named, sources)
        self._write(Verb.DELETE, node, sources, inner, {}, written)

    def _write(
        self,
        verb: Verb,
        node: exp.Expr,
        sources: list[Source],
        names: Names,
        assigned: Mapping[str, str],
        written: int,
    ) -> None:
        """Adds the writes of the first `written` sources, narrowed like a query's tables, and the reads of the others."""
        tables = self.narrow(sources, node.args.get("where"))
        limit = limit_of(node.args) if len(sources) == 1 else None
        for table, narrowed in tables[:written]:
            self.add(SqlEffect(verb=verb, table=table, equalities=narrowed, assignments=assigned, limit=limit))
        for name, equal in tables[written:]:
            self.add(SqlEffect(verb=Verb.READ, table=name, equalities=equal))
        if node.args.get("returning"):
            table, narrowed = tables[0]
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
        table = self.target(node.this, inner)[1] or ""
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
        exp.TruncateTable: StatementWalker.truncate,
        exp.Copy: StatementWalker.copy,
        exp.Create: StatementWalker.create,
        exp.Drop: StatementWalker.drop,
        exp.Alter: StatementWalker.alter,
        exp.Grant: StatementWalker.administer,
        exp.Revoke: StatementWalker.administer,
        exp.Comment: StatementWalker.administer,
        exp.Attach: StatementWalker.administer,
        exp.Detach: StatementWalker.administer,
        exp.Set: StatementWalker.set,
    }
)
