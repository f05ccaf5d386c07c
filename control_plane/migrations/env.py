"""Runs migrations on the connection that `control_plane.storage` hands over, inside its transaction."""

from __future__ import annotations

from alembic import context

from control_plane.bundles.store import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True)
context.run_migrations()
