"""Keeps bundle revisions, which never change, and the history of what was served, which only grows.

A revision is stored once: the same content pushed again keeps the first archive. The served revision is the newest
entry of the history, so that the pointer cannot be moved without a trace. Archives are checked when read.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from control_plane.bundles.model import BundleNotFound, BundleRefused, StoredBundle, VerifiedBundle, archive_digest
from writ.errors import DependencyFailed

metadata = sa.MetaData()

_bundle = sa.Table(
    "bundle",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("revision", sa.String(64), nullable=False, unique=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("archive", sa.LargeBinary, nullable=False),
    sa.Column("size_bytes", sa.Integer, nullable=False),
    sa.Column("key_id", sa.String(64), nullable=False),
    sa.Column("pushed_by", sa.String(256), nullable=False),
    sa.Column("pushed_at_ms", sa.BigInteger, nullable=False),
)

_activation = sa.Table(
    "bundle_activation",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("revision", sa.String(64), sa.ForeignKey("bundle.revision"), nullable=False),
    sa.Column("activated_by", sa.String(256), nullable=False),
    sa.Column("activated_at_ms", sa.BigInteger, nullable=False),
)

_ABOUT = [column for column in _bundle.columns if column.name not in ("id", "archive")]


class BundleStore:
    """The store over one engine. Blocking; safe from several threads. Every method raises DependencyFailed
    `STORAGE_UNAVAILABLE` when the database does not answer."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, bundle: VerifiedBundle, *, pushed_by: str, now_ms: int) -> tuple[StoredBundle, bool]:
        """Stores a revision; at return it is durable. The second value is False when it was stored before."""
        values = {
            "revision": bundle.revision,
            "digest": bundle.digest,
            "archive": bundle.archive,
            "size_bytes": len(bundle.archive),
            "key_id": bundle.key_id,
            "pushed_by": pushed_by,
            "pushed_at_ms": now_ms,
        }
        created = True
        try:
            with self._engine.begin() as connection:
                connection.execute(_bundle.insert().values(**values))
        except IntegrityError:
            created = False  # somebody stored the same content before, perhaps just now
        except SQLAlchemyError as error:
            raise _unavailable(error) from error
        return self.about(bundle.revision), created

    def activate(self, revision: str, *, by: str, now_ms: int, allow_rollback: bool) -> None:
        """Makes a stored revision the served one; at return that is durable. Nothing happens when it is served already.

        Raises:
            BundleNotFound: no such revision.
            BundleRefused: `ROLLBACK_REFUSED`, it was served before and `allow_rollback` is not set.
        """
        self.about(revision)
        try:
            with self._engine.begin() as connection:
                history = (
                    connection.execute(sa.select(_activation.c.revision).order_by(_activation.c.id)).scalars().all()
                )
                if history and history[-1] == revision:
                    return
                if revision in history and not allow_rollback:
                    raise BundleRefused(
                        "ROLLBACK_REFUSED", f"revision `{revision}` was served before; going back is refused"
                    )
                entry = {"revision": revision, "activated_by": by, "activated_at_ms": now_ms}
                connection.execute(_activation.insert().values(**entry))
        except SQLAlchemyError as error:
            raise _unavailable(error) from error

    def active_revision(self) -> str | None:
        """Returns the served revision, or None before the first."""
        try:
            with self._engine.connect() as connection:
                newest = sa.select(_activation.c.revision).order_by(_activation.c.id.desc()).limit(1)
                revision: str | None = connection.execute(newest).scalar()
        except SQLAlchemyError as error:
            raise _unavailable(error) from error
        return revision

    def about(self, revision: str) -> StoredBundle:
        """Returns what is stored about a revision. Raises BundleNotFound."""
        rows = self._rows(sa.select(*_ABOUT).where(_bundle.c.revision == revision))
        if not rows:
            raise BundleNotFound("BUNDLE_NOT_FOUND", f"revision `{revision[:64]}` is not stored")
        return rows[0]

    def newest(self, limit: int) -> list[StoredBundle]:
        """Returns at most `limit` revisions, newest first."""
        return self._rows(sa.select(*_ABOUT).order_by(_bundle.c.id.desc()).limit(limit))

    def archive(self, revision: str) -> bytes:
        """Returns the stored bytes. Raises BundleNotFound, and DependencyFailed `STORAGE_CORRUPT` when they changed."""
        try:
            with self._engine.connect() as connection:
                found = sa.select(_bundle.c.archive, _bundle.c.digest).where(_bundle.c.revision == revision)
                row = connection.execute(found).one_or_none()
        except SQLAlchemyError as error:
            raise _unavailable(error) from error
        if row is None:
            raise BundleNotFound("BUNDLE_NOT_FOUND", f"revision `{revision[:64]}` is not stored")
        archive = bytes(row.archive)
        if archive_digest(archive) != row.digest:
            raise DependencyFailed("STORAGE_CORRUPT", f"archive of revision `{revision}` is not what was stored")
        return archive

    def _rows(self, query: sa.Select[Any]) -> list[StoredBundle]:
        active = self.active_revision()
        try:
            with self._engine.connect() as connection:
                rows = connection.execute(query).mappings().all()
        except SQLAlchemyError as error:
            raise _unavailable(error) from error
        return [StoredBundle(**row, active=row["revision"] == active) for row in rows]


def _unavailable(error: Exception) -> DependencyFailed:
    # Not the text of the error: it may hold the URL with its password.
    return DependencyFailed("STORAGE_UNAVAILABLE", f"database does not answer: {type(error).__name__}")
