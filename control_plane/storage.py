"""Opens the control plane's database and brings its schema up to date (Alembic, `control_plane/migrations`), or looks at it.

SQLite by default, PostgreSQL by URL. Several processes may open one PostgreSQL database; a SQLite file belongs to one.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

from alembic import command
from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from writ.errors import ConfigurationError, DependencyFailed

PROBE_TIMEOUT_S = 5
"""For a look at a database over the network; one that is there answers in milliseconds."""

MIGRATIONS = Path(__file__).parent / "migrations"

BUSY_TIMEOUT_MS = 5_000
"""How long SQLite waits for another connection's write, which takes some milliseconds."""


def open_storage(url: str) -> Engine:
    """Returns an engine on a database whose schema is the newest.

    Raises:
        ConfigurationError: the URL names no database that is known here.
        DependencyFailed: `STORAGE_UNAVAILABLE`, it cannot be opened or migrated; `STORAGE_SCHEMA_UNKNOWN`, a newer Writ has
            migrated it.
    """
    parsed = _parsed(url)
    engine = _engine(parsed)
    try:
        with engine.begin() as connection:
            _verify_schema(connection)
            settings = _alembic()
            settings.attributes["connection"] = connection
            command.upgrade(settings, "head")
    except (SQLAlchemyError, OSError) as error:
        engine.dispose()
        raise _unavailable(parsed, error) from error
    except BaseException:
        engine.dispose()
        raise
    return engine


def probe(url: str) -> str:
    """Says in words what schema a database has that `open_storage` would open, and changes nothing.

    Raises:
        ConfigurationError, DependencyFailed: as `open_storage`.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        path = Path(parsed.database or ":memory:")
        if not path.exists():
            return f"`{path}` is made at the first start"
        # Neither file nor journal of its own: a look leaves nothing.
        engine = create_engine(f"sqlite:///file:{quote(str(path))}?mode=ro&uri=true")
    else:
        engine = _engine(parsed, connect_timeout=PROBE_TIMEOUT_S)
    try:
        with engine.connect() as connection:
            revision = _verify_schema(connection)
    except (SQLAlchemyError, OSError) as error:
        raise _unavailable(parsed, error) from error
    finally:
        engine.dispose()
    return f"schema {revision}" if revision else "no schema yet, a start makes it"


def _verify_schema(connection: Connection) -> str:
    """Returns the schema's revision, "" when there is none. Raises DependencyFailed `STORAGE_SCHEMA_UNKNOWN`."""
    revision = MigrationContext.configure(connection).get_current_revision() or ""
    scripts = ScriptDirectory.from_config(_alembic())
    try:
        scripts.get_revision(revision or "base")
    except CommandError as error:
        raise DependencyFailed(
            "STORAGE_SCHEMA_UNKNOWN",
            f"expected a schema up to `{scripts.get_current_head()}`, got `{revision}`: a newer Writ has migrated this database",
        ) from error
    return revision


def _alembic() -> AlembicConfig:
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return settings


def _unavailable(url: URL, error: Exception) -> DependencyFailed:
    """The driver says best what is wrong; but of what it was given it may quote a password."""
    said = next(iter(str(getattr(error, "orig", None) or "").splitlines()), "")
    secrets = (url.password, *(value for name, value in url.query.items() if "pass" in name))
    if not said or any(secret and str(secret) in said for secret in secrets):
        said = type(error).__name__
    return DependencyFailed("STORAGE_UNAVAILABLE", f"database cannot be opened: {said}")


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except SQLAlchemyError as error:
        raise ConfigurationError(
            "STORAGE_URL_INVALID", "`database` must be a database URL, got something else"
        ) from error


def _engine(parsed: URL, **connect_args: Any) -> Engine:
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            _own_file(Path(parsed.database))
        engine = create_engine(parsed)
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    if backend == "postgresql":
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            pool_pre_ping=True,
            pool_size=4,
            max_overflow=4,
            connect_args=connect_args,
        )
    raise ConfigurationError("STORAGE_URL_INVALID", f"`database` must be sqlite or postgresql, got `{backend}`")


def _own_file(path: Path) -> None:
    """Creates the file for its owner alone, before SQLite would create it by the umask."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise DependencyFailed("STORAGE_UNAVAILABLE", f"`{path}` cannot be opened: {error.strerror}") from error


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    # FULL: an answered push is on the disk; WAL: readers never wait for it.
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
