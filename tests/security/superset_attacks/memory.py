"""What is kept of questions, and which edits stay unseen."""

from pathlib import Path
from typing import Any

from attacked import add, administrator, app, attack, bearer, client, tokens


def questions() -> list[Path]:
    from cloudcost_superset.answers.recent import requests_folder

    return list(requests_folder().glob("*")) if requests_folder().exists() else []


def question(text: str, **more: Any) -> dict[str, Any]:
    from superset import db
    from superset.connectors.sqla.models import SqlaTable

    with app.app_context():
        number = db.session.query(SqlaTable.id).scalar()
    count = {"expressionType": "SQL", "sqlExpression": "COUNT(*)", "label": text}
    return {
        "datasource": {"id": number, "type": "table"}, "result_format": "json", "result_type": "full",
        "queries": [{"metrics": [count], "columns": []}], **more,
    }  # fmt: skip


@attack
def ask_what_is_refused() -> dict[str, int]:
    """Questions of somebody who may not have the answer, and senseless ones."""
    with app.app_context():
        add("vera", "reader")
    headers, visitor = bearer(tokens("vera").json["access_token"]), client()
    statuses = {"refused": visitor.post("/api/v1/chart/data", json=question("n"), headers=headers).status_code}
    senseless = {"datasource": {"id": 999, "type": "table"}, "queries": [{}]}
    statuses["senseless"] = visitor.post("/api/v1/chart/data", json=senseless, headers=headers).status_code
    return {**statuses, "kept": len(questions())}


@attack
def ask_without_end() -> dict[str, int]:
    """Ever another question, and one that is very long."""
    visitor, headers = administrator()
    with app.app_context():
        from cloudcost_superset.answers import recent

        recent.BY_ONE = 5
    answers = [visitor.post("/api/v1/chart/data", json=question(f"n{n}"), headers=headers) for n in range(8)]
    kept = len(questions())
    long = question("n", form_data={"x": "x" * 100_000})
    answers.append(visitor.post("/api/v1/chart/data", json=long, headers=headers))
    largest = max(path.stat().st_size for path in questions())
    return {"answered": sum(a.status_code == 200 for a in answers), "kept": kept, "largest": largest}


@attack
def edit_unseen() -> dict[str, bool]:
    """Changes that leave the number of rows and the newest date as they are."""
    from sqlalchemy import text
    from superset import db

    from cloudcost_superset.answers.remembered import Edits

    changes = {
        "rule": "update row_level_security_filters set clause = '1 = 1'",
        "chart": "update slices set params = '{\"x\": 1}'",
        "dataset": "update tables set fetch_values_predicate = '1 = 1'",
        "address": "update dbs set extra = '{\"x\": 1}'",
        "exposed": "update dbs set expose_in_sqllab = not expose_in_sqllab",
    }
    found = {}
    with app.test_request_context():
        for name, statement in changes.items():
            before = Edits()._read()
            db.session.execute(text(statement))
            db.session.commit()
            found[name] = Edits()._read() == before
    return found


@attack
def keep_an_answer_of_a_moment() -> bool:
    """An answer that is made while a rule is away must not be remembered as one that the rule let through."""
    from sqlalchemy import text
    from superset import db

    from cloudcost_superset.answers.remembered import REMEMBERED

    with app.app_context():
        add("mona", "Admin")
    headers, visitor = bearer(tokens("mona").json["access_token"]), client()
    body = question("moment")
    visitor.post("/api/v1/chart/data", json=question("first"), headers=headers)  # edits are read now
    change = text("update tables set sql = :sql where table_name = 'costs'")
    with app.app_context():
        db.session.execute(change, {"sql": "select * from (values (1), (2), (3)) as v(x)"})
        db.session.commit()
    visitor.post("/api/v1/chart/data", json=body, headers=headers)
    with app.app_context():
        db.session.execute(change, {"sql": None})
        db.session.commit()
    answer = visitor.post("/api/v1/chart/data", json=body, headers=headers)
    return REMEMBERED in answer.headers
