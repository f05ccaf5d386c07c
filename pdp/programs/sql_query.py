"""Walks the reading part of a SQL parse tree: queries, joins, subqueries, CTEs and expressions.

An allow list throughout: a node class, or an argument of a query's node, that is not named here is not understood.
Functions are checked by name in `sql_lexical`, since sqlglot folds many names into one node class.
"""

from __future__ import annotations

from typing import Any

from sqlglot import exp

from pdp.programs.model import ColumnUse, Effect, SqlEffect
from pdp.programs.sql_functions import CALLABLE, word_set
from pdp.programs.sql_lexical import NotUnderstood, quote
from pdp.programs.sql_nodes import (
    EXPRESSIONS,
    MAX_EFFECTS,
    ONLY_IN,
    SIDE_EFFECTS,
    check_args,
    check_hints,
    check_output,
    check_type,
    not_named,
    too_much,
)
from pdp.programs.sql_predicates import equalities, limit_of, yields_rows
from writ.action import Finding, Verb

Names = frozenset[str]
"""Lower-case names of the CTEs in scope."""

_QUERIES = (exp.Select, exp.SetOperation, exp.Values, exp.Subquery)

_SELECT = word_set(
    "with_ expressions distinct into from_ laterals joins where group having windows order limit offset locks for_"
)
_SET_OPERATION = word_set("with_ this expression distinct order limit offset")
_SUBQUERY = word_set("this alias with_ laterals joins order limit offset")
_TABLE = word_set("this alias db catalog laterals joins ordinality only sample indexed hints")
_JOIN = word_set("this on side kind using method")
_VALUES = word_set("expressions alias order limit offset")

_MODIFIERS = word_set("low_priority high_priority delayed ignore")
"""Reserved words that MySQL takes before the table of a write; sqlglot reads `UPDATE LOW_PRIORITY invoices` as a table and its
alias."""

Narrowed = dict[str, tuple[str, ...]]
"""Column to the values that it may have."""

_CASE_BY_SETTING = frozenset({"mysql", "tsql"})
"""Dialects of databases that, by a setting or the system they run on, tell `C` from `c` as the alias of a table."""

Source = tuple[str, str | None]
"""Lower-case alias (or name) of a FROM item, and its table; None for what is no table or renames its columns."""


class QueryWalker:
    """Collects the effects of one program. Every method raises NotUnderstood for what it has no name for."""

    def __init__(self, dialect: str) -> None:
        self.dialect = dialect
        self._functions = CALLABLE[dialect]
        self.effects: list[Effect] = []
        self.findings: dict[str, Finding] = {}
        self.columns: dict[ColumnUse, None] = {}
        self._spellings: dict[str, set[str]] = {}

    def add(self, effect: Effect) -> None:
        """Keeps an effect, once."""
        if effect in self.effects[-8:]:
            return
        if len(self.effects) >= MAX_EFFECTS:
            raise too_much()
        self.effects.append(effect)

    def note(self, code: str, message: str) -> None:
        """Keeps a finding, once a code."""
        self.findings.setdefault(code, Finding(code=code, pointer="", message=message))

    def query(self, node: Any, names: Names, *, nested: bool = False, limited: bool = True) -> None:
        """Reads a query. `nested`: it stands in an expression, where a bare column may be that of a query around it and
        where it may run once a row; `limited`: its own LIMIT bounds the rows that it yields."""
        if isinstance(node, exp.Select):
            self._select(node, names, nested, limited)
        elif isinstance(node, exp.SetOperation):
            check_args(node, _SET_OPERATION)
            names = self.ctes(node, names)
            for side in (node.this, node.expression):
                self.query(side, names, nested=nested, limited=False)
            self._rest(node, ("order", "limit", "offset"), names)
        elif isinstance(node, exp.Subquery):
            check_args(node, _SUBQUERY)
            names = self.ctes(node, names)
            if isinstance(node.this, exp.Table):
                self._source(node.this, names, [])
            else:
                self.query(node.this, names, nested=nested, limited=limited)
            self._sources(node, names, [])
            self._rest(node, ("order", "limit", "offset"), names)
        elif isinstance(node, exp.Values):
            check_args(node, _VALUES)
            self._rest(node, ("expressions", "order", "limit", "offset"), names)
        else:
            raise not_named(node)

    def _select(self, node: exp.Select, names: Names, nested: bool, limited: bool) -> None:
        args = node.args
        check_args(node, _SELECT)
        names = self.ctes(node, names)
        sources: list[Source] = []
        if args.get("from_"):
            check_args(args["from_"], frozenset({"this"}))
            self._source(args["from_"].this, names, sources)
        self._sources(node, names, sources)
        check_output(args.get("for_"))
        if args.get("locks"):
            self.note("SQL_ROW_LOCK", "expected a reading statement to lock no rows")
        limit = limit_of(args) if limited and not nested and yields_rows(node) and len(sources) == 1 else None
        for table, narrowed in self.narrow(sources, args.get("where"), outer=nested):
            self.add(SqlEffect(verb=Verb.READ, table=table, equalities=narrowed, limit=limit))
        if args.get("into"):
            target = args["into"].this
            self.add(SqlEffect(verb=Verb.ADMIN, table=self.table_name(target)))
        self._rest(
            node, ("expressions", "distinct", "where", "group", "having", "windows", "order", "limit", "offset"), names
        )

    def narrow(self, sources: list[Source], where: object, *, outer: bool = False) -> list[tuple[str, Narrowed]]:
        """Returns the tables among the sources, in order, each with what WHERE proves of it. `outer`: a bare column may
        be that of a query around this one."""
        if len(sources) > MAX_EFFECTS:
            raise too_much()
        proven = equalities(where, self.dialect)
        aliases = [alias for alias, _ in sources]
        tables: list[tuple[str, Narrowed]] = []
        for alias, table in sources:
            if table is None:
                continue
            is_sure = aliases.count(alias) == 1 and len(self._spellings.get(alias, ())) == 1
            narrowed = dict(proven.get(alias, {})) if alias and is_sure else {}
            if len(sources) == 1 and not outer:
                for column, values in proven.get("", {}).items():
                    narrowed[column] = tuple(sorted({*values, *narrowed.get(column, ())}))
            tables.append((table, narrowed))
        return tables

    def _sources(self, node: exp.Expr, names: Names, sources: list[Source]) -> None:
        for join in node.args.get("joins") or ():
            check_args(join, _JOIN)
            self._source(join.this, names, sources)
            self._rest(join, ("on",), names)
        for lateral in node.args.get("laterals") or ():
            self._source(lateral, names, sources)

    def _source(self, node: Any, names: Names, sources: list[Source]) -> None:
        if isinstance(node, exp.Table):
            check_args(node, _TABLE)
            check_hints(node.args.get("hints"))
            if isinstance(node.this, exp.Identifier):
                sources.append(self.source(node, names))
            else:
                self.expression(node.this, names)
                sources.append((self._shown(node), None))
            self._rest(node, ("sample",), names)
            self._sources(node, names, sources)
        elif isinstance(node, exp.Lateral):
            check_args(node, frozenset({"this", "alias", "ordinality"}))
            if isinstance(node.this, exp.Subquery):
                self.query(node.this, names, nested=True)
            else:
                self.expression(node.this, names)
            sources.append((self._shown(node), None))
        elif isinstance(node, exp.Unnest):
            self.expression(node, names)
            sources.append((self._shown(node), None))
        elif isinstance(node, _QUERIES):
            self.query(node, names)
            sources.append((self._shown(node), None))
        else:
            raise not_named(node)

    def source(self, node: exp.Table, names: Names) -> Source:
        """Returns a named FROM item: a table of the database, or a CTE (table None)."""
        name = self.table_name(node)
        alias = node.args.get("alias")
        shown = self._shown(node)
        if name in names and not self._is_case_sensitive(node.this):
            return shown, None
        if alias is not None and alias.args.get("columns"):
            # `invoices AS i(x, id)`: the columns of the WHERE are others than those of the table.
            self.add(SqlEffect(verb=Verb.READ, table=name))
            return shown, None
        return shown, name

    def _shown(self, node: exp.Expr) -> str:
        """Returns the lower-case alias of a FROM item, or its name, and keeps how it is spelled: where `C` is another one than
        `c`, a condition on `c` may be one on a query around this one."""
        alias = node.args.get("alias")
        name = alias.this if isinstance(alias, exp.TableAlias) and alias.this else node.this
        if not isinstance(name, exp.Identifier):
            return ""
        lower = name.name.lower()
        spellings = self._spellings.setdefault(lower, set())
        spellings.add(name.name if self.dialect in _CASE_BY_SETTING else lower)
        if self._is_case_sensitive(name):
            spellings.add(name.name)
        return lower

    def table_name(self, node: Any) -> str:
        """Returns a table's name in lower case, qualified as it stands."""
        if not isinstance(node, exp.Table):
            raise not_named(node)
        parts = [part for part in (node.args.get("catalog"), node.args.get("db"), node.this) if part]
        for part in parts:
            if not isinstance(part, exp.Identifier) or "." in part.name or not part.name:
                raise NotUnderstood("SQL_NAME", "expected a table named by plain identifiers")
            if self.dialect == "mysql" and not part.args.get("quoted") and part.name.lower() in _MODIFIERS:
                raise NotUnderstood("SQL_NAME", f"expected a table's name, got {quote(part.name)}, a word before one")
            if self._is_case_sensitive(part):
                self.note("SQL_CASE_SENSITIVE_NAME", "expected a table name that means the same in any case")
        return ".".join(part.name.lower() for part in parts)

    def _is_case_sensitive(self, name: exp.Identifier) -> bool:
        return self.dialect == "postgres" and bool(name.args.get("quoted")) and name.name != name.name.lower()

    def ctes(self, node: exp.Expr, names: Names) -> Names:
        """Walks the WITH of a statement and returns the names in scope behind it."""
        clause = node.args.get("with_")
        if not clause:
            return names
        check_args(clause, frozenset({"expressions", "recursive"}))
        for cte in clause.expressions:
            check_args(cte, frozenset({"this", "alias", "materialized"}))
            name = cte.alias.lower()
            if self._is_case_sensitive(cte.args["alias"].this):
                raise NotUnderstood("SQL_NAME", "expected a CTE whose name means the same in any case")
            # Without RECURSIVE its own name inside means the table of that name; taking it for one errs towards more.
            self.statement(cte.this, names | {name} if clause.args.get("recursive") else names)
            names = names | {name}
        return names

    def statement(self, node: Any, names: Names) -> None:
        """Walks what may stand in a CTE; the walker of statements adds INSERT, UPDATE and DELETE."""
        self.query(node, names)

    def expression(self, root: Any, names: Names) -> None:
        """Walks an expression; its subqueries are read, its functions were checked by name."""
        stack = [root]
        while stack:
            node = stack.pop()
            kind = type(node)
            if isinstance(node, _QUERIES):
                self.query(node, names, nested=True)
            elif kind is exp.DataType:
                check_type(node)
                stack += node.iter_expressions()
            elif kind is exp.Anonymous and str(node.this).lower() not in self._functions:
                raise NotUnderstood(
                    "SQL_FUNCTION", f"expected functions without side effects, got {quote(str(node.this))}"
                )
            elif kind is exp.TableAlias:
                continue
            elif (
                kind in EXPRESSIONS
                or self.dialect in ONLY_IN.get(kind, ())
                or (isinstance(node, exp.Func) and not isinstance(node, SIDE_EFFECTS))
            ):
                stack += node.iter_expressions()
            else:
                raise not_named(node)

    def _rest(self, node: exp.Expr, keys: tuple[str, ...], names: Names) -> None:
        for key in keys:
            value = node.args.get(key)
            if isinstance(value, list):
                for item in value:
                    self.expression(item, names)
            elif isinstance(value, exp.Expr):
                self.expression(value, names)
