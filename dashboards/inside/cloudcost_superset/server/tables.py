"""Small tables of ours in Superset's metadata database, which all processes share: who has to sign in anew, how often
somebody tried to, and what of `people.json` Superset's own people are made of.
"""

import contextlib
from typing import Any

from sqlalchemy import Column, Float, Integer, MetaData, String, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DatabaseError

_metadata = MetaData()
#: One row per person: what was signed for another generation than this counts no more. No row is a generation too.
SIGN_INS = Table(
    "cloudcost_sign_ins",
    _metadata,
    Column("user_id", Integer, primary_key=True, autoincrement=False),
    Column("generation", String(64), nullable=False),
)
#: One row per limit and whom it counts, as a digest; ``expires`` in seconds since 1970.
ATTEMPTS = Table(
    "cloudcost_attempts",
    _metadata,
    Column("key", String(200), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("expires", Float, nullable=False, index=True),
)

#: One row per person of `people.json`: their line of it, as a digest, that their user was made or changed for.
FOLLOWED = Table(
    "cloudcost_people",
    _metadata,
    Column("name", String(256), primary_key=True),
    Column("line", String(64), nullable=False),
)


def make_tables(app: Any) -> None:
    """Make what is missing; several processes may start at once."""
    from superset.extensions import db

    with app.app_context(), contextlib.suppress(DatabaseError):  # another process was faster
        _metadata.create_all(db.engine)


def insert_into(table: Table, dialect: str) -> Any:
    """An insert with ``on_conflict_do_update``: both databases that Superset's metadata may be in have it."""
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)
