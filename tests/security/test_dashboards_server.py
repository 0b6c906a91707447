"""What the dashboards' server refuses: other connections, old sessions, endless guesses, strange hosts."""

import json
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pytest

from cloudcost.config.dashboards import DashboardSettings
from cloudcost_superset.server.hosts import KnownHosts, list_hosts
from dashboards.home import PYTHON, DashboardHome, duckdb_uri
from dashboards.people import Readers
from dashboards.publish import publish_warehouse
from tests.period_files import keep_in_files
from tests.security.superset_signatures import OVERRIDDEN, REPLACED, signatures

SCRIPT = Path(__file__).with_name("superset_attacks")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What came of every attack, tried one after the other on one Superset."""
    folder = tmp_path_factory.mktemp("attacked")
    warehouse = folder / "warehouse.duckdb"
    for path, table in ((warehouse, "costs"), (folder / "stranger.duckdb", "secret")):
        with duckdb.connect(str(path)) as connection:
            connection.execute(f"create schema marts; create table marts.{table} as select 1 as x")
    with duckdb.connect(str(warehouse)) as connection:
        keep_in_files(connection, warehouse, "charges", "select 1 as x")
    (folder / "secret.txt").write_text("a file of the machine")
    (folder / "current").symlink_to(folder)
    serving = folder / "serving"
    publish_warehouse(warehouse, lambda: duckdb.connect(str(warehouse)), serving)
    settings = DashboardSettings.model_validate({"hosts": ["costs.example.com", "localhost"]})
    home = DashboardHome(folder / "home", serving, settings, "USD", Readers())
    home.prepare()
    environment = home.environment(duckdb_uri(serving, warehouse.name))
    done = subprocess.run(
        [str(PYTHON), str(SCRIPT), str(folder)], env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-4000:]
    outcomes: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    broken = {name: one["broken"] for name, one in outcomes.items() if isinstance(one, dict) and "broken" in one}
    assert not broken, broken
    return outcomes


Outcomes = dict[str, Any]


def is_harmless(outcome: str) -> bool:
    """Whether a connection was refused, or is the published copy, read only and without any file of the machine."""
    return outcome == "confined" or outcome.startswith("refused")


def test_no_address_opens_anything_but_the_locked_copy(found: Outcomes) -> None:
    outcomes = found["open_an_address"]
    assert len(outcomes) == 44
    assert not {name: outcome for name, outcome in outcomes.items() if not is_harmless(outcome)}
    served = {name: outcome for name, outcome in outcomes.items() if name.startswith("served")}
    assert set(served.values()) == {"confined"}
    assert len(served) == 6


def test_no_other_address_passes_the_test_of_a_connection(found: Outcomes) -> None:
    passed = {name for name, status in found["test_a_connection"].items() if status == 200}
    assert all(name.startswith("served") for name in passed), passed


@pytest.mark.parametrize("attack", ["create_a_connection", "import_a_connection"])
def test_no_connection_is_stored_that_opens_anything_else(found: Outcomes, attack: str) -> None:
    outcomes = {name: outcome for name, outcome in found[attack].items() if name != "status"}
    assert outcomes["cloudcost"] == "confined"
    assert set(outcomes.values()) == {"confined"}


def test_an_edit_opens_no_other_door(found: Outcomes) -> None:
    assert {name: outcome for name, (_, outcome) in found["edit_the_connection"].items()} == {
        "options": "confined", "address": "confined",
    }  # fmt: skip
    assert found["edit_the_connection"]["options"][0] == 200  # what is stored of options counts for nothing
    assert found["edit_the_connection"]["address"][0] >= 400


def test_connections_of_one_address_share_no_options(found: Outcomes) -> None:
    assert found["share_an_address"] == ["confined"] * 3


def test_no_port_is_tried_and_no_rows_are_fetched_for_anybody(found: Outcomes) -> None:
    assert "port" not in found["scan_ports"]
    assert not any(found["import_rows_from_an_address"].values())


@pytest.mark.parametrize(
    "change",
    [
        "signing_out", "a_new_password", "the_same_password_anew", "another_role", "a_role_that_was_taken_back",
        "a_role_that_came_past_superset", "leaving_and_coming_back", "deactivation",
    ],
)  # fmt: skip
def test_what_was_copied_before_is_worth_nothing(found: Outcomes, change: str) -> None:
    assert found[f"use_what_was_copied_before_{change}"] == {"cookie": 401, "access": 401, "refresh": 401}


def test_signing_in_again_does_not_revive_what_was_copied(found: Outcomes) -> None:
    outcome = found["use_what_was_copied_before_signing_out_and_in_again"]
    assert outcome == {"cookie": 401, "access": 401, "refresh": 401, "own": 200}


def test_nobody_inherits_the_session_of_somebody_deleted(found: Outcomes) -> None:
    outcome = found["use_what_was_copied_as_the_successor_of_somebody_deleted"]
    assert outcome == {"cookie": 401, "access": 401, "refresh": 401}


def test_a_session_goes_on_where_nothing_changes(found: Outcomes) -> None:
    assert found["keep_a_session_while_nothing_changes"] == {"cookie": 200, "access": 200, "refresh": 200}


def test_processes_count_attempts_together(found: Outcomes) -> None:
    assert found["guess_in_two_processes"] == [429]


def test_an_account_is_limited_over_all_addresses_and_open_to_its_own(found: Outcomes) -> None:
    outcome = found["guess_one_account_from_many_addresses"]
    assert outcome == {
        "first": 200, "401": 9, "429": 6, "right password from elsewhere": 429, "right password from home": 200,
        "right password from home, by the form": 302,
    }  # fmt: skip


def test_what_the_directory_says_ends_what_is_signed_in(found: Outcomes) -> None:
    in_all, out = [200, 200, 200], [401, 401, 401]
    assert found["stay_after_the_directory_changed"] == {
        "before": in_all, "another role": out, "another role, again": [200], "disabled": out, "disabled, again": [401],
        "enabled": out, "enabled, again": [200], "left out": out, "left out, again": [401], "somebody else": in_all,
    }  # fmt: skip
    assert found["stay_while_the_database_cannot_follow"] == {
        "failing": out, "again": [401], "somebody else": in_all, "later": [200],
    }  # fmt: skip
    assert found["stay_while_the_file_is_spoilt"] == {"spoilt": out, "administrator": [200], "whole": in_all}


def test_a_report_goes_to_nobody_once_its_owner_may_not_see_it(found: Outcomes) -> None:
    assert found["have_reports_sent"] == {
        "let in": ["report to wilma@example.com"], "changed while it is drawn": [], "disabled while it is drawn": [],
        "disabled": [], "to somebody disabled": ["error to wilma@example.com"],
    }  # fmt: skip


def test_other_spellings_of_an_account_are_no_other_accounts(found: Outcomes) -> None:
    """Those that Superset takes for the account count together; with the rest nobody can sign in."""
    assert found["guess_one_account_under_many_names"] < 20


def test_a_lock_out_ends_while_the_guessing_goes_on(found: Outcomes) -> None:
    assert found["guess_for_ever"] == 200


def test_many_accounts_are_not_tried_from_one_address(found: Outcomes) -> None:
    assert found["spray_accounts_from_one_address"] == {"401": 20, "429": 7}


def test_an_address_is_what_connects(found: Outcomes) -> None:
    assert found["guess_behind_a_forged_header"] == 10
    assert found["guess_from_one_network_of_version_six"] == 10


def test_requests_for_tokens_are_limited(found: Outcomes) -> None:
    assert found["refresh_and_give_out_tokens_without_end"] == {"refresh": 3, "guest": 2}


def test_refusals_are_events_and_passwords_are_not_in_them(found: Outcomes) -> None:
    outcome = found["read_what_was_noted"]
    assert outcome["passwords"] == 0
    assert outcome["rows"] > 0
    assert outcome["of the spraying"] == 1  # for seven refusals


def test_only_what_was_answered_is_kept_as_a_question(found: Outcomes) -> None:
    assert found["ask_what_is_refused"] == {"refused": 403, "senseless": 404, "kept": 0}


def test_questions_are_bounded(found: Outcomes) -> None:
    outcome = found["ask_without_end"]
    assert (outcome["answered"], outcome["kept"]) == (9, 5)
    assert outcome["largest"] < 64 * 1024


def test_every_edit_is_seen(found: Outcomes) -> None:
    assert found["edit_unseen"] == dict.fromkeys(("rule", "chart", "dataset", "address", "exposed"), False)
    assert found["keep_an_answer_of_a_moment"] is False


def test_no_header_names_another_host(found: Outcomes) -> None:
    named = {
        f"{page}: {name}": value
        for page, headers in found["look_for_other_hosts"].items()
        for name, value in ((name, text.replace("http://localhost/", "/")) for name, text in headers.items())
        if "//" in value or "evil" in value or name.lower().startswith(("access-control", "link", "report"))
    }
    assert {name: value for name, value in named.items() if "%2F%2Fevil" not in value} == {}


def test_nobody_is_sent_elsewhere(found: Outcomes) -> None:
    places = [place for both in found["be_sent_elsewhere"].values() for place in both if place]
    assert places
    for place in places:
        assert place.startswith(("/", "%5C")), place
        assert not place.startswith(("//", "/\\")), place
    assert found["be_sent_to_the_forged_host"] is None


def test_a_strange_host_is_refused_and_does_not_come_back(found: Outcomes) -> None:
    assert set(map(tuple, found["forge_the_host"].values())) == {(421, False)}
    assert set(found["come_by_an_own_name"].values()) == {200}


def test_what_we_stand_in_for_is_still_there_and_takes_the_same(found: Outcomes) -> None:
    """Of another release of Superset, each difference has to be looked at: a door may stand beside its wall."""
    assert found["list_what_is_replaced"] == signatures(REPLACED)
    assert found["list_what_is_overridden"] == signatures(OVERRIDDEN)


def test_settings_routes_tables_and_flags_are_still_read(found: Outcomes) -> None:
    """A setting that was renamed would be ignored without a word. The four are our own."""
    named = found["look_for_what_is_named"]
    assert named.pop("found") > 50
    ours = {"HOME", "REDIS_URL", "SETTINGS", "DEADLINE"}
    assert set(named.pop("settings")) <= ours
    assert named == {"flags": [], "routes": [], "views": [], "tables": []}


def test_an_answer_opens_nothing_parses_once_and_reads_no_permission_again(found: Outcomes) -> None:
    """And Superset still asks for all of it where we look: else these layers would be there for nothing."""
    cost = found["count_what_an_answer_costs"]
    assert (cost["status"], cost["engines opened"], cost["permissions read"]) == (200, 0, 0)
    assert cost["parsed most often"] == 1
    assert min(cost["engines wanted"], cost["statements to parse"], cost["addresses known"]) > 1
    assert cost["permissions wanted"] > 0
    assert found["change_a_tree_that_is_remembered"] == ["SELECT\n  x\nFROM marts.costs"]


def test_answers_are_remembered_and_made_before_a_publication_is_current(found: Outcomes) -> None:
    outcome = found["remember_and_publish"]
    assert outcome == {"asked": [False, True], "found": True, "answered": True, "after the publication": True}
    assert found["look_at_caches"] == {
        "kind": "PublishedFileCache", "is another file": True, "prefix": "own_0007:", "journal": "wal",
    }  # fmt: skip


def test_a_statement_without_an_end_is_interrupted(found: Outcomes) -> None:
    assert found["ask_without_an_end"] == {"outcome": "interrupted", "in time": True}


PROXIED = {"host": "0.0.0.0", "port": 8088, "address": "https://costs.example.com", "hosts": []}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"HTTP_HOST": "costs.example.com"}, 200),
        ({"HTTP_HOST": "127.0.0.1:8088", "HTTP_X_FORWARDED_HOST": "costs.example.com"}, 200),
        ({"HTTP_HOST": "costs.example.com", "HTTP_X_FORWARDED_HOST": "evil.example"}, 421),
        ({"HTTP_HOST": "costs.example.com", "HTTP_X_FORWARDED_HOST": "costs.example.com, evil.example"}, 421),
        ({"HTTP_HOST": "costs.example.com:444"}, 421),
        ({}, 421),
        ({"HTTP_HOST": "10.0.0.7:8088", "PATH_INFO": "/health"}, 200),
        ({"HTTP_HOST": "10.0.0.7:8088", "PATH_INFO": "/health/../login/"}, 421),
    ],
)
def test_a_proxy_hands_on_no_strange_host(headers: dict[str, str], status: int) -> None:
    answers: list[str] = []
    served = KnownHosts(lambda environ, start: (start("200 OK", []), [b""])[1], list_hosts(PROXIED), is_proxied=True)
    list(served({"PATH_INFO": "/login/", **headers}, lambda line, found: answers.append(line)))
    assert int(answers[0][:3]) == status


def test_without_a_proxy_its_headers_count_for_nothing() -> None:
    answers: list[str] = []
    hosts = list_hosts({**PROXIED, "address": "http://127.0.0.1:8088"})
    served = KnownHosts(lambda environ, start: (start("200 OK", []), [b""])[1], hosts, is_proxied=False)
    forged = {"PATH_INFO": "/", "HTTP_HOST": "evil.example", "HTTP_X_FORWARDED_HOST": "127.0.0.1:8088"}
    list(served(forged, lambda line, found: answers.append(line)))
    assert answers == ["421 Misdirected Request"]
