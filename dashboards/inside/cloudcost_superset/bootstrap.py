"""Brings one Superset up to the present: schema, roles, people, dashboards, row-level security.

Any number of times: ``python -m cloudcost_superset.bootstrap BUNDLE``, configured by SUPERSET_CONFIG_PATH.
"""

import contextlib
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

import yaml

from cloudcost_superset.people import FIRST_ADMIN, people_file, read_people
from cloudcost_superset.reports import ensure_reports
from cloudcost_superset.roles import ensure_roles, ensure_row_level_security
from cloudcost_superset.server.users import add_user, find_roles, follow


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
    made += ensure_people(settings)
    ensure_reports(settings)
    db.session.commit()
    return made


def ensure_admin() -> list[tuple[str, str]]:
    """The first administrator, made once."""
    from superset import security_manager

    user = security_manager.find_user(username=FIRST_ADMIN)
    if user is None:
        return [(FIRST_ADMIN, add_user(FIRST_ADMIN, "admin@cloudcost.invalid", ["Admin"]))]
    user.roles, user.active = find_roles(["Admin"]), True
    return []


def ensure_people(settings: dict[str, Any]) -> list[tuple[str, str]]:
    """The people of `people.json` as it has them; whoever is not in it, and no provider vouches for, signs in no more.

    RuntimeError where one of them cannot be so.
    """
    from superset import security_manager

    people = read_people(people_file().read_text())
    made: list[tuple[str, str]] = []
    failed = follow(people, settings, lambda name, password: made.append((name, password)), is_anew=True)
    if failed:
        raise RuntimeError(f"people cannot be brought up to date: {failed}")
    for user in security_manager.get_all_users():
        if user.username != FIRST_ADMIN and user.username not in people.lines and not settings["oidc"]:
            user.active = False
    return made


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
