"""`BundleStore`: one suite for SQLite and for a real PostgreSQL, each migrated as in production."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine

from control_plane.bundles.model import BundleNotFound, BundleRefused, VerifiedBundle, archive_digest
from control_plane.bundles.store import BundleStore, metadata
from control_plane.storage import open_storage, probe
from tests.postgres_server import PostgresServer
from writ.errors import ConfigurationError, DependencyFailed


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    with PostgresServer() as server:
        yield server.url


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path}/store.db" if request.param == "sqlite" else request.getfixturevalue("postgres")
    engine = open_storage(url)
    with engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    yield engine
    engine.dispose()


def verified(number: int) -> VerifiedBundle:
    archive = b"archive %d" % number
    return VerifiedBundle(revision=f"{number:064x}", digest=archive_digest(archive), key_id="k", archive=archive)


def put(store: BundleStore, number: int) -> str:
    store.put(verified(number), pushed_by="ci", now_ms=number)
    return verified(number).revision


def test_migrations_and_tables_say_the_same(engine: Engine) -> None:
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_opening_again_changes_nothing(engine: Engine) -> None:
    store = BundleStore(engine)
    revision = put(store, 1)
    again = open_storage(engine.url.render_as_string(hide_password=False))
    assert BundleStore(again).archive(revision) == b"archive 1"
    again.dispose()


def test_a_revision_keeps_its_first_archive(engine: Engine) -> None:
    store = BundleStore(engine)
    revision = put(store, 1)
    other = VerifiedBundle(revision=revision, digest=archive_digest(b"other"), key_id="k2", archive=b"other")
    stored, created = store.put(other, pushed_by="somebody", now_ms=2)
    assert (created, stored.pushed_by, stored.key_id) == (False, "ci", "k")
    assert store.archive(revision) == b"archive 1"


def test_revisions_are_listed_newest_first_up_to_the_limit(engine: Engine) -> None:
    store = BundleStore(engine)
    revisions = [put(store, number) for number in range(1, 5)]
    assert [bundle.revision for bundle in store.newest(3)] == revisions[:0:-1]


def test_nothing_is_served_before_the_first_activation(engine: Engine) -> None:
    store = BundleStore(engine)
    put(store, 1)
    assert store.active_revision() is None
    assert not store.newest(1)[0].active


def test_going_back_needs_leave_and_stays_in_the_history(engine: Engine) -> None:
    store = BundleStore(engine)
    first, second = put(store, 1), put(store, 2)
    for revision in (first, second, second):
        store.activate(revision, by="ci", now_ms=3, allow_rollback=False)
    with pytest.raises(BundleRefused, match="ROLLBACK_REFUSED"):
        store.activate(first, by="ci", now_ms=4, allow_rollback=False)
    assert store.active_revision() == second
    store.activate(first, by="operator", now_ms=5, allow_rollback=True)
    assert store.active_revision() == first
    with engine.connect() as connection:
        history = connection.execute(sa.text("SELECT revision, activated_by FROM bundle_activation ORDER BY id")).all()
    assert [tuple(row) for row in history] == [(first, "ci"), (second, "ci"), (first, "operator")]


def test_what_is_not_stored_cannot_be_served(engine: Engine) -> None:
    store = BundleStore(engine)
    for read in (store.about, store.archive):
        with pytest.raises(BundleNotFound, match="BUNDLE_NOT_FOUND"):
            read("0" * 64)
    with pytest.raises(BundleNotFound):
        store.activate("0" * 64, by="ci", now_ms=1, allow_rollback=True)


def test_an_archive_that_changed_in_the_database_is_not_handed_out(engine: Engine) -> None:
    store = BundleStore(engine)
    revision = put(store, 1)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE bundle SET archive = :archive"), {"archive": b"another"})
    with pytest.raises(DependencyFailed, match="STORAGE_CORRUPT"):
        store.archive(revision)


@pytest.mark.parametrize("url", ["mysql://x/y", "nonsense", ""])
def test_another_database_is_a_wrong_setting(url: str) -> None:
    with pytest.raises(ConfigurationError, match="STORAGE_URL_INVALID"):
        open_storage(url)


@pytest.mark.parametrize("look", [open_storage, probe])
def test_a_database_that_does_not_answer_is_unavailable_and_its_password_stays_secret(
    tmp_path: Path, look: Callable[[str], object]
) -> None:
    with pytest.raises(DependencyFailed, match=r"STORAGE_UNAVAILABLE.*No such file or directory") as failed:
        look(f"postgresql://writ:hunter2@/postgres?host={tmp_path}")
    assert "hunter2" not in str(failed.value)


def test_what_the_driver_says_of_a_password_is_not_passed_on() -> None:
    with pytest.raises(DependencyFailed, match="STORAGE_UNAVAILABLE") as failed:
        probe("postgresql://writ@127.0.0.1:1/postgres?sslpassword=hunter2&hunter2=1")
    assert "hunter2" not in str(failed.value)


def test_a_look_says_which_schema_a_database_has(engine: Engine) -> None:
    url = engine.url.render_as_string(hide_password=False)
    assert probe(url) == "schema 0001"


@pytest.mark.parametrize("look", [open_storage, probe])
def test_a_schema_of_a_newer_writ_is_told(engine: Engine, look: Callable[[str], object]) -> None:
    url = engine.url.render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    try:
        with pytest.raises(
            DependencyFailed, match="STORAGE_SCHEMA_UNKNOWN: expected a schema up to `0001`, got `9999`"
        ):
            look(url)
    finally:
        with engine.begin() as connection:
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))


def test_a_look_at_a_file_leaves_nothing_and_says_what_it_is(tmp_path: Path) -> None:
    file = tmp_path / "none.db"
    assert probe(f"sqlite:///{file}") == f"`{file}` is made at the first start"
    other = tmp_path / "other.db"
    other.write_bytes(b"no database, but longer than the head of one, which has a hundred bytes" * 2)
    with pytest.raises(DependencyFailed, match=r"STORAGE_UNAVAILABLE.*file is not a database"):
        probe(f"sqlite:///{other}")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["other.db"]
