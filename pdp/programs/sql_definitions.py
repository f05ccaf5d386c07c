"""Walks what defines, rather than changes, rows in SQL: DDL, rights, settings, pragmas, and whole tables emptied or copied.

Data that a definition destroys counts as DELETE beside its ADMIN.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlglot import exp

from pdp.programs.model import FileEffect, SqlEffect
from pdp.programs.sql_functions import PRAGMAS, SETTINGS, word_set
from pdp.programs.sql_lexical import NotUnderstood, quote
from pdp.programs.sql_nodes import check_args, not_named
from pdp.programs.sql_query import Names, QueryWalker, Source
from writ.action import Verb

_TARGET = word_set("this alias db catalog only")
_TRUNCATE = word_set("expressions exists only identity option")
_COPY = word_set("this kind files credentials params format")
_OF_DATA = frozenset({"TABLE", "DATABASE", "SCHEMA", "COLUMN"})


class DefinitionWalker(QueryWalker):
    """Adds definitions to the queries. `names` are the CTEs in scope; every method may raise NotUnderstood."""

    def target(self, node: Any, names: Names, *, joined: bool = False) -> Source:
        """Returns the alias and the name of a table that is written to. `joined`: the caller walks its joins."""
        if not isinstance(node, exp.Table):
            raise not_named(node)
        check_args(node, _TARGET | {"joins"} if joined else _TARGET)
        alias, table = self.source(node, names)
        if table is None:
            # T-SQL deletes through a CTE from the table below it; the others refuse.
            raise NotUnderstood("SQL_TARGET", "expected a table to write to, by its own name")
        return alias, table

    def truncate(self, node: exp.TruncateTable, names: Names) -> None:
        """Walks TRUNCATE."""
        check_args(node, _TRUNCATE)
        if str(node.args.get("option") or "").upper() == "CASCADE":
            raise NotUnderstood("SQL_CASCADE", "expected every table that is emptied to be named")
        for table in node.expressions:
            self.add(SqlEffect(verb=Verb.DELETE, table=self.target(table, names)[1] or ""))

    def copy(self, node: exp.Copy, names: Names) -> None:
        """Walks COPY between a table or query and a file, stdin or stdout."""
        check_args(node, _COPY)
        files = node.args.get("files") or []
        if len(files) != 1:
            raise NotUnderstood("SQL_COPY", f"expected one file, stdin or stdout, got {len(files)}")
        into = bool(node.args.get("kind"))
        target = node.this.this if isinstance(node.this, exp.Schema) else node.this
        if isinstance(target, exp.Table):
            table = self.target(target, names)[1] or ""
            self.add(SqlEffect(verb=Verb.CREATE if into else Verb.READ, table=table))
        elif into:
            raise not_named(target)
        else:
            self.query(target, names)
        place = files[0]
        if isinstance(place, exp.Literal) and place.args.get("is_string"):
            self.add(FileEffect(verb=Verb.READ if into else Verb.UPDATE, paths=(place.name,)))
        elif place.name.lower() != ("stdin" if into else "stdout"):
            came = quote(place.name.lower()) if isinstance(place, exp.Identifier | exp.Var) else "something else"
            raise NotUnderstood("SQL_COPY", f"expected a literal file or {'stdin' if into else 'stdout'}, got {came}")

    def create(self, node: exp.Create, names: Names) -> None:
        """Walks CREATE; a body that runs later is not understood."""
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

    def drop(self, node: exp.Drop, _names: Names) -> None:
        """Walks DROP; what it cascades to is not understood."""
        if node.args.get("cascade"):
            raise NotUnderstood("SQL_CASCADE", "expected everything that is dropped to be named")
        for item in node.args.get("tables") or [None]:
            table = self.table_name(item) if isinstance(item, exp.Table) else ""
            self.add(SqlEffect(verb=Verb.ADMIN, table=table))
            if node.args.get("kind") in _OF_DATA or node.args.get("materialized"):
                self.add(SqlEffect(verb=Verb.DELETE, table=table))

    def alter(self, node: exp.Alter, _names: Names) -> None:
        """Walks ALTER TABLE and its like."""
        table = self.table_name(node.this) if isinstance(node.this, exp.Table) else ""
        self.add(SqlEffect(verb=Verb.ADMIN, table=table))
        for action in node.args.get("actions") or ():
            # SQLite's `DROP name` without COLUMN has no tree.
            is_bare_drop = isinstance(action, exp.Command) and action.name.upper() == "DROP"
            if is_bare_drop or (isinstance(action, exp.Drop) and action.args.get("kind") in _OF_DATA):
                self.add(SqlEffect(verb=Verb.DELETE, table=table))
            elif isinstance(action, exp.Command):
                raise not_named(action)

    def administer(self, node: exp.Expr, _names: Names) -> None:
        """Walks GRANT, REVOKE, COMMENT, ATTACH and DETACH."""
        named = node.args.get("securable") or node.this
        self.add(SqlEffect(verb=Verb.ADMIN, table=self.table_name(named) if isinstance(named, exp.Table) else ""))

    def set(self, node: exp.Set, _names: Names) -> None:
        """Walks SET of harmless settings."""
        for item in node.expressions:
            name = item.this.this.name.lower() if isinstance(item.this, exp.EQ) else ""
            if name not in SETTINGS:
                raise NotUnderstood("SQL_SETTING", "expected only settings that change no meaning")
        self.add(SqlEffect(verb=Verb.ADMIN, table=""))

    def pragma(self, words: Sequence[str]) -> None:
        """Adds a SQLite pragma by its words, the first of them `pragma`."""
        name = words[3] if words[2:3] == ["."] and len(words) > 3 else words[1] if len(words) > 1 else ""
        self.add(SqlEffect(verb=Verb.READ if name in PRAGMAS else Verb.ADMIN, table=""))
