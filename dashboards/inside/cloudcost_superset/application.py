"""What Superset's settings cannot say, done once the application stands."""

import os
from typing import Any

from cloudcost_superset.answers.remembered import remember_answers
from cloudcost_superset.answers.speed import remember_parsing, share_engines, write_ahead
from cloudcost_superset.audit import note_exports
from cloudcost_superset.reports import send_workbooks
from cloudcost_superset.rows.burden import limit_burden
from cloudcost_superset.rows.doors import answer_plainly, close_doors
from cloudcost_superset.rows.others import hide_people
from cloudcost_superset.server.connections import guard_connections
from cloudcost_superset.server.following import follow_people
from cloudcost_superset.server.hosts import serve_known_hosts
from cloudcost_superset.server.limits import limit_attempts
from cloudcost_superset.server.owners import hold_reports
from cloudcost_superset.server.sessions import end_sessions_of_changed_people
from cloudcost_superset.server.tables import make_tables


def adapt_application(app: Any) -> None:
    """Superset calls it (`FLASK_APP_MUTATOR`); the order is that in which requests pass."""
    make_tables(app)
    follow_people(app)
    limit_burden(app)
    limit_attempts(app)
    end_sessions_of_changed_people(app)
    guard_connections(app)
    serve_known_hosts(app, app.config["SETTINGS"])
    note_exports(app)
    share_engines()
    close_doors()
    answer_plainly(app)
    hide_people(app)
    remember_parsing()
    remember_answers(app)
    write_ahead(app)
    part_connections(app)
    send_workbooks()
    hold_reports(app)


def part_connections(app: Any) -> None:
    """A forked process opens connections of its own: two that share one read each other's answers."""
    from superset.extensions import db

    def forget() -> None:
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose(close=False)

    os.register_at_fork(after_in_child=forget)
