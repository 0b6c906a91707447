"""What the demo says at its end."""

import shlex

from cli.app import app
from simulator.demo import list_next_steps


def test_the_demo_leads_on_to_dashboards_ui_query_and_own_exports() -> None:
    commands = [shlex.split(command) for command, _ in list_next_steps()]
    assert [command[:2] for command in commands[:2]] == [["make", "dashboards"], ["make", "ui"]]
    named = [command[1] for command in commands[2:]]
    assert named == ["totals", "query", "init"]
    known = {c.name or (c.callback.__name__ if c.callback else "") for c in app.registered_commands}
    assert set(named) <= known
