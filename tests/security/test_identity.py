"""Who acts is who is signed in with the operating system, and whoever tries otherwise is written down."""

import multiprocessing
import os
import pwd
import socket
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from actions.approvals import NotAllowedError, PlanChangedError
from actions.proposal_book import ProposalBook
from alerts.incident_book import IncidentBook
from audit.log import DEMO_MADE, SYSTEM, AuditEntry, AuditLog, hash_row
from cli.app import app
from cloudcost.actors import find_actor
from cloudcost.identity.people import PersonSettings, authenticate, check_people, find_account
from cloudcost.installation import Installation
from cloudcost.recorded_settings import record_settings
from core.errors import CloudcostError
from core.persons import normalise_person
from door.sessions import SignInError, TrustedProxy
from tests.security.examples import ANA, BEN, Bureau
from tests.unit.actions.examples import HandClock, make_finding, propose_planned

ME = pwd.getpwuid(os.getuid()).pw_name
CONFIGURATION = """\
sources: [{{name: plain, provider: aws, location: exports}}]
actions: {{approvers: [{approvers}], two_person_limit: {limit}}}
people: [{{name: {person}, account: {account}}}]
"""


class Desk:
    """A home with two proposals, and the command line on it."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.config = folder, folder / "cloudcost.yaml"
        self.configure()
        monkeypatch.setenv("CLOUDCOST_CONFIG", str(self.config))
        monkeypatch.setenv("CLOUDCOST_HOME", str(folder / "home"))
        monkeypatch.delenv("CLOUDCOST_USER", raising=False)
        self.small, self.large = (
            propose_planned(self.installation.store, HandClock(), make_finding(name, saving))
            for name, saving in (("small", "9"), ("large", "900"))
        )

    def configure(
        self, person: str = ANA, account: str = ME, approvers: str = f"{ANA}, {BEN}", limit: int = 100
    ) -> None:
        self.config.write_text(CONFIGURATION.format(person=person, account=account, approvers=approvers, limit=limit))

    @property
    def installation(self) -> Installation:
        return Installation(self.config, self.folder / "home", "cli")

    @property
    def audit(self) -> AuditLog:
        return AuditLog(self.installation.store, HandClock())

    def call(self, *arguments: str, **environment: str) -> Result:
        return CliRunner().invoke(app, arguments, env=environment)

    def refuse(self, message: str, *arguments: str, **environment: str) -> None:
        """The command is refused with this sentence, and changes no proposal."""
        result = self.call(*arguments, **environment)
        assert isinstance(result.exception, NotAllowedError) and message in str(result.exception), result.exception
        assert {p.state for p in ProposalBook(self.installation.store, HandClock()).list()} == {"proposed"}

    def rows(self, event: str) -> list[Any]:
        return [row for row in self.audit.rows() if row.event == event]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(tmp_path, monkeypatch)


@pytest.mark.parametrize("decision", ["approve", "reject", "rollback"])
@pytest.mark.parametrize("way", ["--as", "CLOUDCOST_USER"])
def test_another_name_is_refused_and_written_down(desk: Desk, decision: str, way: str) -> None:
    arguments, environment = ([way, BEN], {}) if way == "--as" else ([], {way: BEN})
    message = (
        f"{way} '{BEN}': names are chosen in the demo only; you are '{ANA}', whose account on this machine is '{ME}'"
    )
    desk.refuse(message, "actions", decision, desk.small, *arguments, **environment)
    (row,) = desk.rows("identity.refused")
    assert (row.actor, row.subject, row.details) == (ANA, BEN, {"by": way})
    assert (row.account, row.host, row.channel) == (ME, socket.gethostname(), "cli")


def test_names_in_the_environment_do_not_count(desk: Desk) -> None:
    names = dict.fromkeys(("LOGNAME", "USER", "LNAME", "USERNAME", "SUDO_USER"), "ben")
    desk.configure(person=BEN, account="ben")
    message = f"'{ME.casefold()}' is not among the approvers"
    desk.refuse(message, "actions", "approve", desk.small, **names, SUDO_UID="1001")
    (row,) = desk.rows("proposal.approval_refused")
    assert (row.actor, row.account, row.channel, row.subject) == (ME.casefold(), ME, "cli", desk.small)
    assert row.details["why"] == message


@pytest.mark.parametrize("decision", ["approve", "reject", "rollback"])
def test_a_decision_without_a_reason_is_one_sentence(desk: Desk, decision: str) -> None:
    result = desk.call("actions", decision, desk.small, "--reason", " ")
    assert isinstance(result.exception, CloudcostError) and result.exception.exit_code == 2
    assert str(result.exception).startswith("a decision needs a reason")


def test_the_persons_own_name_and_account_are_taken(desk: Desk) -> None:
    result = desk.call("actions", "approve", desk.small, "--as", ANA.upper())
    assert result.exit_code == 0, result.output
    (row,) = desk.rows("proposal.approved")
    assert (row.actor, row.account, row.host, row.channel) == (ANA, ME, socket.gethostname(), "cli")


def test_one_account_is_not_two_people(desk: Desk) -> None:
    """Not even if the configuration says between the two approvals that the account is somebody else's."""
    assert desk.call("actions", "approve", desk.large).exit_code == 0
    desk.configure(person=BEN)
    message = f"'{ANA}' approved {desk.large} from this very account already"
    desk.refuse(message, "actions", "approve", desk.large)
    assert desk.rows("proposal.approval_refused")[-1].details["why"] == message
    (changed,) = desk.rows("configuration.changed")
    assert list(changed.details["changed"]) == ["people"]


def test_two_accounts_are_two_people(tmp_path: Path) -> None:
    bureau = Bureau(tmp_path)
    key = bureau.propose("900")
    assert bureau.approve(key, ANA, "ana").state == "proposed"
    with pytest.raises(NotAllowedError, match="from this very account already"):
        bureau.approve(key, BEN, "ana")
    assert bureau.last_row("proposal.approval_refused").actor == BEN
    assert bureau.approve(key, BEN, "ben").state == "approved"
    assert bureau.execute(key).outcome == "executed"


def test_an_account_that_is_called_like_somebody_else_is_not_that_person() -> None:
    people = (PersonSettings(name=ME, account="elsewhere"),)
    with pytest.raises(NotAllowedError, match=f"the account '{ME}' is not that of '{ME.casefold()}', whose account is"):
        authenticate(people)
    assert authenticate(()) == ME.casefold()
    with pytest.raises(ValueError, match="the account 'x' is used twice"):
        check_people((PersonSettings(name="a", account="x"), PersonSettings(name="b", account="x")))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("gro\u00df@example.com", "gross@example.com"),
        ("ana\u00a0", "ana"),
        ("\x85ana", "ana"),
        ("\u212aim", "kim"),
        ("\u0130an", "ian"),
        ("\ufb01n", "fin"),
        ("a\u200bna", "ana"),
    ],
)
def test_two_names_that_are_not_the_same_are_two_people(one: str, other: str) -> None:
    assert normalise_person(one) != normalise_person(other)
    proxy = TrustedProxy(("10.0.0.5",), "X-Forwarded-Email", (normalise_person(other),))
    with pytest.raises(SignInError):
        proxy.find_person("10.0.0.5", [one], [])


@pytest.mark.parametrize("spelling", ["ANA@Example.com", " ana@example.com\t", "ana@example.com\r\n"])
def test_case_and_blanks_make_no_other_person(spelling: str) -> None:
    assert normalise_person(spelling) == ANA
    assert normalise_person("\u00c4NNE") == normalise_person("\u00e4nne")


def test_accounts_that_differ_in_case_are_two(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody gave the second one to the person whose name it nearly has."""
    monkeypatch.setattr("cloudcost.identity.people.find_account", lambda: "Ana")
    assert normalise_person(authenticate(())) != "ana"
    people = (PersonSettings(name="ana", account="Ana"),)
    assert authenticate(people) == "ana"


def test_a_namesake_who_tries_is_written_down(desk: Desk) -> None:
    desk.configure(person=ME, account="elsewhere", approvers=ME)
    desk.refuse(f"the account '{ME}' is not that of", "actions", "approve", desk.small)
    (row,) = desk.rows("identity.refused")
    assert (row.actor, row.account) == (f"account {ME}", ME)


def test_what_decides_who_may_do_what_is_written_down_when_it_changes(desk: Desk) -> None:
    assert record_settings(desk.installation)
    assert not record_settings(desk.installation)
    (first,) = desk.rows("configuration.recorded")
    assert first.details["settings"]["approvers"] == [ANA, BEN]
    desk.configure(approvers="mallory", limit=9000)
    desk.config.write_text(f"{desk.config.read_text()}ui: {{hosts: [costs.example.com]}}\n")
    desk.refuse(f"'{ANA}' is not among the approvers", "actions", "approve", desk.small)
    (row,) = desk.rows("configuration.changed")
    assert row.details["changed"] == {
        "approvers": [[ANA, BEN], ["mallory"]],
        "two_person_limit": ["100", "9000"],
        "ui": [{"hosts": [], "trusted_proxy": None}, {"hosts": ["costs.example.com"], "trusted_proxy": None}],
    }
    assert (row.account, row.channel) == (ME, "cli")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root becomes another user")
def test_the_account_is_the_processs_own() -> None:
    parent, child = multiprocessing.get_context("fork").Pipe()
    process = os.fork()
    if process == 0:
        os.environ |= {"LOGNAME": "root", "USER": "root", "SUDO_UID": "0"}
        os.setuid(pwd.getpwnam("nobody").pw_uid)
        child.send(find_account())
        os._exit(0)
    assert parent.recv() == "nobody"
    os.waitpid(process, 0)


def make_demo(folder: Path) -> Installation:
    (folder / "cloudcost.yaml").write_text(CONFIGURATION.format(person=ANA, account=ME, approvers=BEN, limit=100))
    installation = Installation(folder / "cloudcost.yaml", folder / "home", "demo")
    AuditLog(installation.store, HandClock()).append(AuditEntry(SYSTEM, DEMO_MADE, "demo"))
    return installation


def test_a_demos_people_are_chosen_by_name(tmp_path: Path) -> None:
    installation = make_demo(tmp_path)
    assert find_actor(installation, " Ben@Example.com") == BEN
    again = Installation(installation.config_path, installation.home, "cli")
    row = AuditLog(again.store, HandClock()).append(AuditEntry(BEN, "thing.done", "thing"))
    assert (row.account, row.channel) == (ME, "demo")


@pytest.mark.parametrize("forged", ["appended", "put first"])
def test_a_home_that_holds_anything_cannot_be_made_a_demo(desk: Desk, forged: str) -> None:
    if forged == "appended":
        desk.audit.append(AuditEntry(SYSTEM, DEMO_MADE, "demo"))
    else:
        row = desk.audit.rows()[0]
        body = {**vars(row), "event": DEMO_MADE}
        body["hash"] = hash_row(type(row)(**body), b"the forger's own key")
        desk.installation.store.update("audit", "000000000001", body, 1)
    assert not desk.audit.is_demo
    desk.refuse("names are chosen in the demo only", "actions", "approve", desk.small, "--as", BEN)
    assert desk.rows("identity.refused")[-1].subject == BEN


def test_a_log_is_accepted_by_an_approver_alone(desk: Desk) -> None:
    desk.call("actions", "approve", desk.small)
    bureau_file = desk.folder / "home" / "audit_witness.json"
    bureau_file.write_text("{}")
    result = desk.call("audit", "verify")
    assert result.exit_code == 1 and "audit_witness.json is not what was written there" in result.output
    assert [i.finding.rule for i in IncidentBook(desk.installation.store, (), HandClock()).list("open")] == [
        "audit_log_broken"
    ]
    desk.configure(approvers=BEN)
    refused = desk.call("audit", "accept", "--reason", "mine")
    assert isinstance(refused.exception, NotAllowedError)
    assert desk.rows("audit.acceptance_refused")[0].actor == ANA
    desk.configure()
    assert desk.call("audit", "accept", "--reason", "the disk was restored").exit_code == 0
    verified = desk.call("audit", "verify")
    assert verified.exit_code == 0 and "the chain is intact" in verified.output
    head = desk.call("audit").output.strip()
    assert desk.call("audit", "verify", "--head", head).exit_code == 0
    out = desk.folder / "export.jsonl"
    assert desk.call("audit", "export", "--out", str(out)).exit_code == 0
    assert out.read_text().splitlines()[-1] == f'{{"head": "{head}"}}'
    assert "audit.accepted" in desk.call("audit", "list", "--last", "3", "--format", "csv").output
    assert "no row about 'no-such'" in str(desk.call("audit", "list", "--subject", "no-such").exception)
    begun = desk.call("audit", "list", "--subject", desk.rows("audit.accepted")[0].subject[:3], "--format", "csv")
    assert "audit.accepted" in begun.output


def test_the_command_line_shows_the_plan_and_approves_what_was_read(desk: Desk) -> None:
    shown = desk.call("actions", "show", desk.small).output
    digest = ProposalBook(desk.installation.store, HandClock()).get(desk.small).plan
    assert digest is not None and f"plan {digest}" in shown and 'calls ec2 DeleteVolume(VolumeId="small")' in shown
    for other in ("0" * 64, digest[:8]):
        refused = desk.call("actions", "approve", desk.small, "--plan", other)
        assert isinstance(refused.exception, PlanChangedError) and not desk.rows("proposal.approved")
    approved = desk.call("actions", "approve", desk.small, "--plan", digest[:12])
    assert approved.exit_code == 0 and f"plan {digest}" in approved.output
    assert desk.rows("proposal.approved")[0].details["plan"] == digest


def test_planning_anew_is_for_approvers(desk: Desk) -> None:
    again = desk.call("actions", "plan", desk.small)
    assert again.exit_code == 0 and "is not in actions.allowed_accounts, so nothing is read there" in again.output
    desk.configure(approvers=BEN)
    desk.refuse("it needs the permission decide_proposals", "actions", "plan", desk.small)
