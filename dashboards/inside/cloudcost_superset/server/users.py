"""Makes Superset's users what `people.json` says of people: when Superset is brought up to date, and while it
serves.
"""

import hashlib
import json
import secrets
from collections.abc import Callable
from typing import Any

from sqlalchemy import delete, select

from cloudcost_superset.people import NO_ROLE, People
from cloudcost_superset.reports import ensure_reports
from cloudcost_superset.server.tables import FOLLOWED, insert_into


def follow(
    people: People, settings: dict[str, Any], show: Callable[[str, str], None] | None, is_anew: bool = False
) -> dict[str, str]:
    """Change each user who was not made for the present line of their person, or everybody; by name, why one failed.

    ``show`` gets the name and password of each new user; without it none is added. Each person is a transaction.
    """
    from superset import db

    rows = db.session.execute(select(FOLLOWED.c.name, FOLLOWED.c.line))
    made_for: dict[str, str] = {name: line for name, line in rows}
    failed: dict[str, str] = {}
    is_reader_new = False
    for name in sorted(made_for.keys() | people.lines.keys()):
        line = digest_line(people.lines[name]) if name in people.lines else None
        if made_for.get(name) == line and not is_anew:
            continue
        try:
            password = set_user(name, people, settings, show is not None)
            remember_line(name, line)
            db.session.commit()
        except CannotAddError:
            db.session.rollback()
            continue
        except Exception as error:  # of one person: the others are changed all the same
            db.session.rollback()
            failed[name] = repr(error)
            continue
        if password:
            is_reader_new |= name in receivers(settings)
            if show and not settings["oidc"]:
                show(name, password)
    if is_reader_new and not is_anew:
        ensure_reports(settings)
        db.session.commit()
    return failed


class CannotAddError(Exception):
    """Somebody is new, and nobody would see their password: the web server adds them."""


def set_user(name: str, people: People, settings: dict[str, Any], may_add: bool) -> str | None:
    """Somebody as the file has them; the password where they are new.

    Where a provider signs people in, they are added when they come for the first time, or now for their reports; and
    who is in the file no more has no role until they come again, perhaps in a group that has one.
    """
    from superset import security_manager

    roles = people.lines.get(name)
    # as a sign-in at the provider gives it: without it, every sign-in would be a change of roles
    extra = [NO_ROLE] if settings["oidc"] and roles else []
    user = security_manager.find_user(username=name)
    if user is None:
        if roles is None or (settings["oidc"] and name not in receivers(settings)):
            return None
        if not may_add and not settings["oidc"]:
            raise CannotAddError
        return add_user(name, name, [*roles, *extra])
    user.roles = find_roles([*(roles or [NO_ROLE]), *extra])
    if roles is not None:
        user.active = True
    elif name in people.lines or not settings["oidc"]:
        user.active = False
    return None


def add_user(username: str, email: str, role_names: list[str]) -> str:
    """Somebody new, whose transaction is the caller's to commit; their password."""
    from superset import security_manager

    password = secrets.token_urlsafe(12)
    first, roles = username.partition("@")[0].capitalize(), find_roles(role_names)
    if not security_manager.add_user(username, first, "", email, roles, password=password, commit=False):
        raise RuntimeError(f"{username} cannot be added to Superset")
    return password


def find_roles(names: list[str]) -> list[Any]:
    """The roles of these names; one that there is not gives nothing."""
    from superset import security_manager

    return [role for role in map(security_manager.find_role, names) if role]


def receivers(settings: dict[str, Any]) -> set[str]:
    """The addresses that the configuration's reports go to."""
    return {address.lower() for report in settings["reports"] for address in report["to"]}


def digest_line(roles: list[str] | None) -> str:
    """Names what the file says of a person."""
    return hashlib.sha256(json.dumps(roles if roles is None else sorted(roles)).encode()).hexdigest()


def remember_line(name: str, line: str | None) -> None:
    """Note for all processes which line of their person a user was made for; none for who has no line any more."""
    from superset import db

    if line is None:
        db.session.execute(delete(FOLLOWED).where(FOLLOWED.c.name == name))
        return
    insert = insert_into(FOLLOWED, db.session.connection().dialect.name).values(name=name, line=line)
    db.session.execute(insert.on_conflict_do_update(index_elements=["name"], set_={"line": insert.excluded.line}))
