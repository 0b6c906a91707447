"""Who else there is: what Superset's lists say of other people."""

from typing import Any

from flask import Response, jsonify, request

from cloudcost_superset.people import standing

#: What everybody who makes a report of their own may choose from; all else that things are related to is people.
RELATED = ("chart", "dashboard", "database")


def hide_people(app: Any) -> None:
    """Who else there is, with their mail addresses, and which roles: for administrators alone.

    Superset lists it to everybody who may read charts, as what an owner can be chosen from; embedded guests too.
    """

    @app.after_request
    def hide(answer: Response) -> Response:
        is_list = (request.endpoint or "").endswith(".related") and answer.status_code == 200
        column = (request.view_args or {}).get("column_name")
        if is_list and column not in RELATED and standing() != "admin":
            return jsonify({"count": 0, "result": []})
        return answer
