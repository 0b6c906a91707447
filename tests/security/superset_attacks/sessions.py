"""What a cookie or a token is worth that somebody copied."""

from collections.abc import Callable
from typing import Any

from attacked import PASSWORD, add, app, attack, bearer, client, sign_in, tokens


def copied(name: str) -> dict[str, Any]:
    """A cookie and two tokens of somebody, as a thief has them; they work."""
    visitor = client()
    sign_in(visitor, name)
    cookie = visitor.get_cookie("session")
    answer = tokens(name).json
    kept = {"browser": visitor, "cookie": cookie.value, **answer}
    works = uses(kept)
    if works != {"cookie": 200, "access": 200, "refresh": 200}:
        raise RuntimeError(f"what {name} has does not work: {works}")
    return kept


def uses(kept: dict[str, Any]) -> dict[str, int]:
    """What a thief's requests are answered."""
    thief = client()
    thief.set_cookie("session", kept["cookie"])
    me, again = "/api/v1/me/", "/api/v1/security/refresh"
    return {
        "cookie": thief.get(me).status_code,
        "access": client().get("/api/v1/security/csrf_token/", headers=bearer(kept["access_token"])).status_code,
        "refresh": client().post(again, headers=bearer(kept["refresh_token"])).status_code,
    }


def after(name: str, change: Callable[[Any], None]) -> dict[str, int]:
    """What was copied is used after a change of the person by another process of Superset."""
    from superset import db, security_manager

    with app.app_context():
        add(name, "reader")
    kept = copied(name)
    with app.app_context():
        change(security_manager.find_user(username=name))
        db.session.commit()
    return uses(kept)


@attack
def use_what_was_copied_before_signing_out() -> dict[str, int]:
    with app.app_context():
        add("olga", "reader")
    kept = copied("olga")
    kept["browser"].get("/logout/")
    return uses(kept)


@attack
def use_what_was_copied_before_signing_out_and_in_again() -> dict[str, int]:
    with app.app_context():
        add("nora", "reader")
    kept = copied("nora")
    kept["browser"].get("/logout/")
    sign_in(kept["browser"], "nora")
    return {**uses(kept), "own": kept["browser"].get("/api/v1/me/").status_code}


@attack
def use_what_was_copied_before_a_new_password() -> dict[str, int]:
    from superset import security_manager

    return after("paul", lambda user: security_manager.reset_password(user.id, "another long password"))


@attack
def use_what_was_copied_before_the_same_password_anew() -> dict[str, int]:
    from superset import security_manager

    return after("pete", lambda user: security_manager.reset_password(user.id, PASSWORD))


@attack
def use_what_was_copied_before_another_role() -> dict[str, int]:
    from superset import security_manager

    def change(user: Any) -> None:
        user.roles = [security_manager.find_role(name) for name in ("reader", "other")]

    return after("rita", change)


@attack
def use_what_was_copied_before_a_role_that_was_taken_back() -> dict[str, int]:
    from superset import db, security_manager

    def change(user: Any) -> None:
        for names in (("other",), ("reader",)):
            user.roles = [security_manager.find_role(name) for name in names]
            db.session.commit()

    return after("rosa", change)


@attack
def use_what_was_copied_before_a_role_that_came_past_superset() -> dict[str, int]:
    from sqlalchemy import text
    from superset import db, security_manager

    statement = text("insert into ab_user_role (id, user_id, role_id) values (9999, :user, :role)")

    def change(user: Any) -> None:
        db.session.execute(statement, {"user": user.id, "role": security_manager.find_role("other").id})

    return after("ruth", change)


@attack
def use_what_was_copied_before_leaving_and_coming_back() -> dict[str, int]:
    from superset import db

    def change(user: Any) -> None:
        for is_active in (False, True):
            user.active = is_active
            db.session.commit()

    return after("dora", change)


@attack
def use_what_was_copied_before_deactivation() -> dict[str, int]:
    return after("dave", lambda user: setattr(user, "active", False))


@attack
def use_what_was_copied_as_the_successor_of_somebody_deleted() -> dict[str, int]:
    """SQLite gives the number of the newest row again."""
    from superset import db

    def change(user: Any) -> None:
        number = user.id
        db.session.delete(user)
        db.session.commit()
        if add("successor", "reader") != number and db.engine.dialect.name == "sqlite":
            raise RuntimeError("the number was not given again")

    return after("gone", change)


@attack
def keep_a_session_while_nothing_changes() -> dict[str, int]:
    """No attack: an honest session outlives others' sign-outs, and its own bootstrap with the same roles."""
    from superset import security_manager

    def change(user: Any) -> None:
        user.roles, user.active = [security_manager.find_role("reader")], True

    return after("hana", change)
