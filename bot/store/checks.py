"""What the doctor says of storage: whether it can be reached, and whether it may be written. Changes nothing."""

from __future__ import annotations

import os
from pathlib import Path

import sqlalchemy as sa

from bot.model.check import Check, CheckState
from bot.model.errors import SettingsError
from bot.settings import EngineSettings
from bot.store.database import driver_url

SYSTEM = "storage"
CONNECT_WITHIN_S = 5


def check_storage(settings: EngineSettings) -> Check:
    """Check the state folder, or the PostgreSQL database and the right to make tables in it. Raises nothing."""
    if settings.database_url is None:
        return _folder(settings.state_dir)
    try:
        return _postgres(driver_url(settings.database_url.get_secret_value()))
    except SettingsError as error:
        return Check(SYSTEM, "database", CheckState.FAILED, error.message, "see docs/settings.md, group engine")


def _folder(folder: Path) -> Check:
    place = folder.absolute()
    there = next(one for one in (place, *place.parents) if one.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        remedy = "make it writable, or set engine.state_dir to a folder that is"
        return Check(SYSTEM, "database", CheckState.FAILED, f"cannot write in {there}", remedy)
    return Check(SYSTEM, "database", CheckState.OK, f"SQLite in {place}")


def _postgres(url: sa.URL) -> Check:
    where = f"PostgreSQL at {url.host}, database {url.database}"
    engine = sa.create_engine(url, connect_args={"connect_timeout": CONNECT_WITHIN_S})
    try:
        with engine.connect() as connection:
            may = connection.scalar(sa.text("select has_schema_privilege(current_schema(), 'create')"))
    except sa.exc.SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        return Check(SYSTEM, "database", CheckState.FAILED, f"{where}: {reason}", "check DATABASE_URL")
    finally:
        engine.dispose()
    if not may:
        remedy = f"as its owner: grant create on schema public to {url.username}"
        return Check(SYSTEM, "database", CheckState.FAILED, f"{where}: this user may not make tables", remedy)
    return Check(SYSTEM, "database", CheckState.OK, where)
