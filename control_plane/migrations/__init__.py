"""Alembic migrations, checked in. A released migration is never edited; a change is a new one."""
