"""Whoever can write the store, and not read the key, can change nothing of the log unseen."""

import json
import os
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.incident_book import IncidentBook
from audit.check import digest_records
from audit.keys import AuditKeyError, KeyVariable
from audit.log import AuditEntry, AuditLog, AuditRow, ChainVerdict, hash_row
from audit.rows import ACCEPTED, ROW_KIND
from audit.seal import Origin, Seal, SealedStore, Sighting, Witness
from cloudcost.audit_watch import RULE, watch_audit
from cloudcost.installation import Installation
from state import SqliteStateStore
from tests.security.examples import Bureau
from tests.unit.actions.examples import HandClock

Attack = Callable[[Bureau], None]


@pytest.fixture
def bureau(tmp_path: Path) -> Bureau:
    """A log of six rows."""
    found = Bureau(tmp_path)
    found.audit().commit([], [AuditEntry("ana", "thing.done", f"thing-{n}", {"n": n}) for n in range(1, 7)])
    return found


def edit_row(bureau: Bureau) -> None:
    bureau.run_sql("update records set body = replace(body, '\"n\":3', '\"n\":9') where kind = 'audit'")


def edit_origin(bureau: Bureau) -> None:
    bureau.run_sql(
        'update records set body = replace(body, \'"account":"ana"\', \'"account":"eve"\')'
        " where kind = 'audit' and key = '000000000003'"
    )


def delete_row(bureau: Bureau) -> None:
    bureau.run_sql("delete from records where kind = 'audit' and key = '000000000003'")


def cut_tail(bureau: Bureau) -> None:
    bureau.cut_after(4)


def cut_everything(bureau: Bureau) -> None:
    bureau.run_sql("delete from records where kind in ('audit', 'audit_head')")


def rewrite_chain(bureau: Bureau) -> None:
    """Every row anew, one of them different, with the hashes of a release without keys: it looks like an upgrade."""
    prev, rows = "0" * 64, bureau.audit().rows()
    for row in rows:
        plain = AuditRow(row.seq, row.at, "eve", row.event, row.subject, row.details, prev, "")
        plain = replace(plain, hash=hash_row(plain))
        prev = plain.hash
        bureau.put_row(plain, {name: value for name, value in vars(plain).items() if value != ""})
    bureau.set_head(plain)


def rewrite_chain_without_witness(bureau: Bureau) -> None:
    rewrite_chain(bureau)
    bureau.witness_file.unlink()


def rewrite_with_own_key(bureau: Bureau) -> None:
    key, prev = b"the forger's own", "0" * 64
    for row in bureau.audit().rows():
        own = replace(row, actor="eve", prev_hash=prev)
        own = replace(own, hash=hash_row(own, key))
        prev = own.hash
        bureau.put_row(own)
    bureau.set_head(own)


def put_older_state_back(bureau: Bureau) -> None:
    """What a backup of the store alone does, or somebody who wants a row forgotten: everything fits, and is old."""
    with sqlite3.connect(bureau.state_file) as now, sqlite3.connect(bureau.home / "copy") as copy:
        now.backup(copy)
        bureau.audit().append(AuditEntry("ana", "thing.done", "later"))
        copy.backup(now)


def put_older_state_back_and_go_on(bureau: Bureau) -> None:
    """The log has grown past the witness since."""
    put_older_state_back(bureau)
    for _ in range(3):
        bureau.audit().append(AuditEntry("ana", "thing.done", "after that"))


def remove_witness(bureau: Bureau) -> None:
    cut_tail(bureau)
    bureau.witness_file.unlink()


def write_witness(bureau: Bureau) -> None:
    cut_tail(bureau)
    newest = bureau.audit().rows()[-1]
    bureau.witness_file.write_text(json.dumps({"seq": 4, "hash": newest.hash, "mac": "0" * 64}))


def remove_key(bureau: Bureau) -> None:
    bureau.key_file.unlink()


def remove_key_and_go_on(bureau: Bureau) -> None:
    remove_key(bureau)
    bureau.audit("another").append(AuditEntry("ana", "thing.done", "by a process that makes a new key"))


def forge_acceptance(bureau: Bureau) -> None:
    """A row that would accept the edited ones, if it were sealed."""
    edit_row(bureau)
    store, last = bureau.store(), bureau.audit().rows()[-1]
    digest = digest_records(store.list(ROW_KIND))
    row = AuditRow(
        7, last.at, "ana", ACCEPTED, "audit", {"rows": 6, "head": last.hash, "digest": digest}, last.hash, ""
    )
    row = replace(row, hash=hash_row(row))
    bureau.put_row(row)
    bureau.set_head(row)


ATTACKS: list[tuple[Attack, int, str]] = [
    (edit_row, 3, "the row was changed after it was written"),
    (edit_origin, 3, "the row was changed after it was written"),
    (delete_row, 3, "row 3 is missing"),
    (cut_tail, 6, "it ends at row 4, and the witness has seen row 6"),
    (cut_everything, 6, "it ends at row 0, and the witness has seen row 6"),
    (rewrite_chain, 6, "it is not the row that the witness has seen: the log was written anew"),
    (rewrite_chain_without_witness, 7, "is gone"),
    (rewrite_with_own_key, 1, "the row was changed after it was written"),
    (put_older_state_back, 7, "it ends at row 6, and the witness has seen row 7"),
    (put_older_state_back_and_go_on, 7, "it is not the row that the witness has seen"),
    (remove_witness, 5, "is gone"),
    (write_witness, 1, "is not what was written there"),
    (remove_key, 1, "sealed with another key than the one at hand"),
    (remove_key_and_go_on, 1, "is not what was written there"),
    (forge_acceptance, 3, "the row was changed after it was written"),
]


@pytest.mark.parametrize(("attack", "row", "reason"), ATTACKS, ids=lambda value: getattr(value, "__name__", ""))
def test_an_attack_on_the_log_is_found(bureau: Bureau, attack: Attack, row: int, reason: str) -> None:
    assert bureau.audit().verify_chain() == ChainVerdict(6)
    attack(bureau)
    verdict = bureau.audit().verify_chain()
    assert (verdict.broken_seq, verdict.is_intact) == (row, False)
    assert verdict.reason is not None and reason in verdict.reason
    # whatever it was, a person can go on from there, and only with a row that says so
    accepted = bureau.audit("approver").accept("ana", "looked into")
    assert accepted.details["found"] == verdict.reason
    bureau.audit("approver").append(AuditEntry("ana", "thing.done", "next"))
    assert bureau.audit("approver").verify_chain() == ChainVerdict(accepted.seq + 1, accepted_rows=accepted.seq - 1)
    assert bureau.audit("approver").evidence_about("thing-1") == []


def test_a_head_that_was_kept_elsewhere_finds_what_the_home_cannot(bureau: Bureau) -> None:
    """Store, witness and all put back to how they were: nothing in the home tells."""
    kept = {path: path.read_bytes() for path in (bureau.witness_file,)}
    with sqlite3.connect(bureau.state_file) as now, sqlite3.connect(bureau.home / "copy") as copy:
        now.backup(copy)
        bureau.audit().append(AuditEntry("ana", "thing.done", "later"))
        head = Sighting(*bureau.audit().head())
        assert bureau.audit().verify_chain(head).is_intact
        copy.backup(now)
    for path, content in kept.items():
        path.write_bytes(content)
    assert bureau.audit().verify_chain().is_intact
    found = bureau.audit().verify_chain(head)
    assert found.broken_seq == 7 and "who kept that head has seen row 7" in str(found)


def test_a_break_is_an_incident_until_somebody_accepts_what_is_there(bureau: Bureau) -> None:
    (bureau.home.parent / "cloudcost.yaml").write_text("sources: [{name: plain, location: exports}]\n")
    installation = Installation(bureau.home.parent / "cloudcost.yaml", bureau.home, "cli")
    assert watch_audit(installation).is_intact
    cut_tail(bureau)
    watch_audit(installation)
    (incident,) = IncidentBook(installation.store, (), HandClock()).list("open")
    assert (incident.finding.rule, incident.finding.severity) == (RULE, "critical")
    assert "it ends at row 4, and the witness has seen row 6" in incident.finding.summary
    assert bureau.last_row("incident.opened").subject == incident.incident_id

    bureau.audit().accept("ana", "a backup was put back")
    found = bureau.last_row(ACCEPTED)
    assert (found.actor, found.details["reason"]) == ("ana", "a backup was put back")
    assert "the witness has seen row 6" in found.details["found"]
    assert watch_audit(installation).is_intact
    assert IncidentBook(installation.store, (), HandClock()).list("open") == []
    edit_row(bureau)
    assert "changed after somebody accepted them" in str(bureau.audit().verify_chain())


def test_what_a_release_without_keys_wrote_is_accepted_and_watched_from_then_on(tmp_path: Path) -> None:
    bureau = Bureau(tmp_path)
    old = AuditLog(SqliteStateStore(bureau.state_file), bureau.clock)
    for number in range(3):
        old.append(AuditEntry("ana", "thing.done", f"thing-{number}", {"n": number}))
    assert bureau.audit().verify_chain() == ChainVerdict(3)
    head = old.head()
    bureau.audit().append(AuditEntry("ana", "thing.done", "first of this release"))
    assert [row.event for row in bureau.audit().rows()[3:]] == ["audit.sealed", "thing.done"]
    assert bureau.audit().rows()[3].details == {"rows": 3, "head": head[1]}
    assert bureau.audit().verify_chain() == ChainVerdict(5, accepted_rows=3)
    bureau.run_sql(
        "update records set body = replace(body, 'ana', 'eve') where kind = 'audit' and key = '000000000002'"
    )
    assert bureau.audit().verify_chain().broken_seq == 2


def test_a_head_that_was_set_back_stops_nobody_from_writing(bureau: Bureau) -> None:
    bureau.set_head(bureau.audit().rows()[2])
    assert bureau.audit().verify_chain().broken_seq == 7
    assert bureau.audit().append(AuditEntry("ana", "thing.done", "next")).seq == 7
    bureau.run_sql("delete from records where kind = 'audit_head'")
    assert bureau.audit().append(AuditEntry("ana", "thing.done", "next")).seq == 8
    assert bureau.audit().verify_chain().is_intact


def test_processes_that_begin_a_home_together_use_one_key(tmp_path: Path) -> None:
    Bureau(tmp_path)
    children = []
    for number in range(3):
        child = os.fork()
        if child == 0:
            log = Bureau(tmp_path).audit(f"process-{number}")
            for _ in range(5):
                log.append(AuditEntry("ana", "thing.done", "thing"))
            os._exit(0)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
    bureau = Bureau(tmp_path)
    assert bureau.audit().verify_chain() == ChainVerdict(15)
    assert json.loads(bureau.witness_file.read_text())["seq"] == 15
    assert len({row.key_id for row in bureau.audit().rows()}) == 1


def test_a_witness_that_cannot_be_written_is_told_and_the_row_is_there(
    bureau: Bureau, caplog: pytest.LogCaptureFixture
) -> None:
    (bureau.home / f"{bureau.witness_file.name}.new").mkdir()
    assert bureau.audit().append(AuditEntry("ana", "thing.done", "next")).seq == 7
    assert "the newest row of the audit log cannot be kept there" in caplog.text
    assert bureau.audit().verify_chain() == ChainVerdict(7)


def test_a_key_is_its_owners_alone_and_never_in_the_store(bureau: Bureau) -> None:
    key = bureau.key_file.read_text()
    assert (bureau.key_file.stat().st_mode & 0o777, bureau.key_file.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert len(key) == 64 and key.encode() not in bureau.state_file.read_bytes()


def test_a_key_of_the_environment_is_shared_by_machines(tmp_path: Path) -> None:
    def open_log(machine: str, key: str) -> AuditLog:
        (tmp_path / machine).mkdir(exist_ok=True)
        source = KeyVariable("CLOUDCOST_AUDIT_KEY", {"CLOUDCOST_AUDIT_KEY": key} if key else {})
        seal = Seal(source, Witness(tmp_path / machine / "witness.json"), Origin("ana", machine, "cli"))
        return AuditLog(SealedStore(SqliteStateStore(tmp_path / "state.sqlite"), seal), HandClock())

    for machine in ("one", "two", "one"):
        open_log(machine, "k" * 32).append(AuditEntry("ana", "thing.done", "thing"))
    assert [row.host for row in open_log("one", "k" * 32).rows()] == ["one", "two", "one"]
    assert all(open_log(machine, "k" * 32).verify_chain().is_intact for machine in ("one", "two"))
    assert "is not what was written there" in str(open_log("one", "q" * 32).verify_chain())
    assert "sealed with another key" in str(open_log("three", "q" * 32).verify_chain())
    for key, message in (("", "is not set"), ("short", "holds 5 characters")):
        with pytest.raises(AuditKeyError, match=f"CLOUDCOST_AUDIT_KEY {message}"):
            open_log("one", key).append(AuditEntry("ana", "thing.done", "thing"))
