"""Opens the control plane's database and brings its schema up to date (Alembic, `control_plane/migrations`).

SQLite by default, PostgreSQL by URL. Several processes may open one PostgreSQL database; a SQLite file belongs to one.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from writ.errors import ConfigurationError, DependencyFailed

MIGRATIONS = Path(__file__).parent / "migrations"

BUSY_TIMEOUT_MS = 5_000
"""How long SQLite waits for another connection's write, which takes some milliseconds."""


def open_storage(url: str) -> Engine:
    """Returns an engine on a database whose schema is the newest.

    Raises:
        ConfigurationError: the URL names no database that is known here.
        DependencyFailed: `STORAGE_UNAVAILABLE`, it cannot be opened or migrated.
    """
    engine = _engine(url)
    try:
        with engine.begin() as connection:
            settings = AlembicConfig()
            settings.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
            settings.attributes["connection"] = connection
            command.upgrade(settings, "head")
    except (SQLAlchemyError, OSError) as error:
        engine.dispose()
        raise DependencyFailed("STORAGE_UNAVAILABLE", f"database cannot be opened: {type(error).__name__}") from error
    return engine


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
    except SQLAlchemyError as error:
        raise ConfigurationError(
            "STORAGE_URL_INVALID", "`database` must be a database URL, got something else"
        ) from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            _own_file(Path(parsed.database))
        engine = create_engine(parsed)
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    if backend == "postgresql":
        return create_engine(
            parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, pool_size=4, max_overflow=4
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
