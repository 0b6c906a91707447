"""Brings one Superset up to the present: schema, roles, people, dashboards, row-level security.

Any number of times: ``python -m cloudcost_superset.bootstrap BUNDLE``, configured by SUPERSET_CONFIG_PATH.
"""

import contextlib
import json
import logging
import os
import secrets
import sys
from pathlib import Path
from typing import Any

import yaml

from cloudcost_superset.people import roles_of
from cloudcost_superset.reports import ensure_reports
from cloudcost_superset.roles import ensure_roles, ensure_row_level_security


def main() -> int:
    """Bootstrap; prints the passwords it made, once."""
    bundle = Path(sys.argv[1])
    logging.disable(logging.WARNING)
    from superset.app import create_app

    app = create_app()
    with app.app_context():
        upgrade_metadata()
        made = bootstrap(
            bundle, json.loads((Path(os.environ["CLOUDCOST_DASHBOARDS_HOME"]) / "settings.json").read_text())
        )
    for name, password in made:
        print(f"  {name}  {password}")
    return 0


def upgrade_metadata() -> None:
    """Superset's own tables, at the version of the installed package."""
    import superset
    from flask_migrate import upgrade

    path = Path(os.environ["CLOUDCOST_DASHBOARDS_HOME"]) / "logs" / "upgrade.log"
    with path.open("a") as log, contextlib.redirect_stdout(log), contextlib.redirect_stderr(log):
        upgrade(directory=str(Path(superset.__file__).parent / "migrations"))


def bootstrap(bundle: Path, settings: dict[str, Any]) -> list[tuple[str, str]]:
    """Roles, dashboards, row-level security and people; returns the names and passwords of the people it made."""
    from superset import appbuilder, db, security_manager

    appbuilder.add_permissions(update_perms=True)
    security_manager.sync_role_definitions()
    made = ensure_admin()
    import_bundle(bundle, settings)
    access = yaml.safe_load((bundle / "access.yaml").read_text())
    ensure_roles(access, settings)
    ensure_row_level_security(access, settings)
    if settings["oidc"]:
        ensure_receivers(settings)
    else:
        made += ensure_people(settings)
    ensure_reports(settings)
    db.session.commit()
    return made


def ensure_admin() -> list[tuple[str, str]]:
    """The first administrator, made once."""
    return add_person("admin", "admin@cloudcost.invalid", ["Admin"])


def ensure_people(settings: dict[str, Any]) -> list[tuple[str, str]]:
    """The people of the configuration with the roles it gives; whoever was removed from it can sign in no more."""
    from superset import security_manager

    made = []
    listed = {p["email"].lower(): p for p in settings["people"]}
    for email, person in listed.items():
        made += add_person(email, email, roles_of(person["role"], person["scopes"]))
    for user in security_manager.get_all_users():
        if user.username != "admin":
            user.active = user.username in listed
    return made


def ensure_receivers(settings: dict[str, Any]) -> None:
    """Where a provider signs people in: those who get reports, before they come for the first time."""
    receivers = {address.lower() for report in settings["reports"] for address in report["to"]}
    for person in settings["people"]:
        email = person["email"].lower()
        if email in receivers:
            add_person(email, email, roles_of(person["role"], person["scopes"]))


def add_person(username: str, email: str, role_names: list[str]) -> list[tuple[str, str]]:
    """Somebody with exactly these roles; the name and password when they are new."""
    from superset import security_manager

    roles = [security_manager.find_role(name) for name in role_names]
    user = security_manager.find_user(username=username)
    if user:
        user.roles, user.active = roles, True
        return []
    password = secrets.token_urlsafe(12)
    first = username.partition("@")[0].capitalize()
    if not security_manager.add_user(username, first, "", email, roles, password=password):
        raise RuntimeError(f"{username} cannot be added to Superset")
    return [(username, password)]


def import_bundle(bundle: Path, settings: dict[str, Any]) -> None:
    """Import all assets over what is there, with the installation's own warehouse address."""
    from flask import g
    from superset import security_manager
    from superset.commands.importers.v1.assets import ImportAssetsCommand

    g.user = security_manager.find_user(username="admin")
    contents = {}
    for path in sorted(bundle.rglob("*.yaml")):
        name = path.relative_to(bundle).as_posix()
        if name == "access.yaml":
            continue
        text = path.read_text()
        if name.startswith("databases/"):
            text = yaml.safe_dump({**yaml.safe_load(text), "sqlalchemy_uri": os.environ["CLOUDCOST_SERVING_URI"]})
        if name.startswith("dashboards/"):
            text = yaml.safe_dump(set_currency(yaml.safe_load(text), settings["reporting_currency"]), sort_keys=False)
        contents[name] = text
    ImportAssetsCommand(contents).run()


def set_currency(dashboard: dict[str, Any], currency: str) -> dict[str, Any]:
    """A dashboard whose filter on the currency starts with the installation's reporting currency."""
    for native in dashboard["metadata"]["native_filter_configuration"]:
        if native["controlValues"]["enableEmptyFilter"]:
            column = native["targets"][0]["column"]["name"]
            chosen = {"filters": [{"col": column, "op": "IN", "val": [currency]}]}
            native["defaultDataMask"] = {
                "extraFormData": chosen,
                "filterState": {"value": [currency], "label": currency},
                "ownState": {},
            }
    return dashboard


if __name__ == "__main__":
    sys.exit(main())
