"""A Superset with people and one database, in its own environment, and how attacks reach it."""

import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

FOLDER = Path(sys.argv[1])
STRANGER = FOLDER / "stranger.duckdb"
SERVED = os.environ["CLOUDCOST_SERVING_URI"]
PASSWORD, MISTYPED = "correct horse battery", "correct house battery"
VIEWS = ("DatabaseRestApi", "ChartDataRestApi", "CurrentUserRestApi", "SecurityRestApi", "UserDBModelView")
ATTACKS: list[Callable[[], Any]] = []
logging.disable(logging.CRITICAL)

from superset.app import create_app  # noqa: E402

app = create_app()
app.config["WTF_CSRF_ENABLED"] = False  # forged requests are another matter
app.config["FAB_PASSWORD_HASH_METHOD"] = QUICK = "pbkdf2:sha256:1"  # hundreds of guesses
app.config["AUTH_DB_FAKE_PASSWORD_HASH_CHECK"] = f"{QUICK}$x$00"


def attack(function: Callable[[], Any]) -> Callable[[], Any]:
    """Register an attack; its answer is what a test judges."""
    ATTACKS.append(function)
    return function


def set_up() -> None:
    """A Superset with people, the served database and one dataset of it."""
    with app.app_context():
        from flask_appbuilder import Model
        from superset import appbuilder, db, security_manager
        from superset.connectors.sqla.models import RowLevelSecurityFilter, SqlaTable
        from superset.models.core import Database
        from superset.models.slice import Slice

        Model.metadata.create_all(db.engine)
        for view in appbuilder.baseviews:
            if type(view).__name__ in VIEWS:
                appbuilder._add_permission(view, True)
        security_manager.create_custom_permissions()
        admin = security_manager.add_role("Admin")
        admin.permissions = db.session.query(security_manager.permissionview_model).all()
        reader = security_manager.add_role("reader")
        reader.permissions = [
            security_manager.add_permission_view_menu(*pair)
            for pair in (("can_read", "Chart"), ("can_read", "CurrentUserRestApi"), ("can_read", "SecurityRestApi"))
        ]
        security_manager.add_role("other")
        add("admin", "Admin")
        served = Database(database_name="cloudcost", sqlalchemy_uri=SERVED)
        dataset = SqlaTable(table_name="costs", schema="marts", database=served)
        rule = RowLevelSecurityFilter(name="rule", filter_type="Regular", clause="x = 1")
        db.session.add_all([served, dataset, rule])
        db.session.flush()
        db.session.add(
            Slice(slice_name="chart", datasource_id=dataset.id, datasource_type="table", viz_type="table", params="{}")
        )
        db.session.commit()


def add(name: str, role: str) -> int:
    """A person; the number."""
    from superset import security_manager

    user = security_manager.add_user(
        name, name, "", f"{name}@example.com", security_manager.find_role(role), password=PASSWORD
    )
    return int(user.id)


_addresses = (f"10.9.{number // 200}.{number % 200 + 1}" for number in range(20_000))


def client(address: str = "") -> Any:
    """Somebody's browser, at an address that nobody else has."""
    visitor = app.test_client()
    visitor.environ_base["REMOTE_ADDR"] = address or next(_addresses)
    return visitor


def sign_in(visitor: Any, name: str, password: str = PASSWORD) -> Any:
    """By the form, as a browser does."""
    return visitor.post("/login/", data={"username": name, "password": password})


def tokens(name: str, password: str = PASSWORD, address: str = "") -> Any:
    """By the API."""
    body = {"username": name, "password": password, "provider": "db", "refresh": True}
    return client(address).post("/api/v1/security/login", json=body)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def administrator() -> tuple[Any, dict[str, str]]:
    return client(), bearer(tokens("admin").json["access_token"])


def pass_time(seconds: float) -> None:
    """Every count is as many seconds older."""
    from sqlalchemy import inspect, text
    from superset import db

    with app.app_context():
        if inspect(db.engine).has_table("cloudcost_attempts"):
            db.session.execute(text("update cloudcost_attempts set expires = expires - :seconds"), {"seconds": seconds})
            db.session.commit()
