"""With a key of the environment the log's end cannot be cut off unseen either, and new machines may still join."""

from pathlib import Path

import pytest

from audit.keys import KeyVariable
from audit.log import AuditEntry, AuditLog
from audit.seal import Origin, Seal, SealedStore, Witness
from state import SqliteStateStore
from tests.security.examples import ANA, BEN, Bureau

KEY = {"CLOUDCOST_AUDIT_KEY": "k" * 40}


class SharedBureau(Bureau):
    """A home whose key is in the environment."""

    def store(self, account: str = "ana") -> SealedStore:
        return self.open("host", "service")

    def open(self, host: str, account: str) -> SealedStore:
        """The state as an account of a machine opens it; each has a home, and so a witness, of its own."""
        home = self.home if (host, account) == ("host", "service") else self.home / f"{account} on {host}"
        seal = Seal(KeyVariable("CLOUDCOST_AUDIT_KEY", KEY), Witness(home / "w.json"), Origin(account, host, "cli"))
        return SealedStore(SqliteStateStore(self.state_file), seal)

    @property
    def witness_file(self) -> Path:
        return self.home / "w.json"

    def log(self, host: str, account: str = "service") -> AuditLog:
        return AuditLog(self.open(host, account), self.clock)


@pytest.fixture
def bureau(tmp_path: Path) -> SharedBureau:
    return SharedBureau(tmp_path)


def test_a_rejection_cut_off_together_with_the_witness_is_found(bureau: SharedBureau) -> None:
    key = bureau.propose()
    bureau.approve(key)
    number = len(bureau.audit().rows())
    bureau.approvals("ben").reject(key, BEN, "no!")
    bureau.cut_after(number)
    bureau.witness_file.unlink()
    bureau.edit_proposal(key, state="approved", closed_by=None, close_reason=None)
    assert "is gone" in str(bureau.audit().verify_chain())
    assert bureau.execute(key).outcome == "blocked" and bureau.file.exists()
    # rows that are written since do not make it good
    bureau.audit().append(AuditEntry(ANA, "thing.done", "thing"))
    assert "is gone" in str(bureau.audit().verify_chain())
    bureau.audit().accept(ANA, "looked into")
    bureau.audit().append(AuditEntry(ANA, "thing.done", "thing"))
    assert bureau.audit().verify_chain().is_intact


def test_a_machine_and_an_account_that_join_have_no_witness_yet(bureau: SharedBureau) -> None:
    bureau.propose()
    for host, account in (("host", "bob"), ("laptop", "service"), ("laptop", "bob")):
        log = bureau.log(host, account)
        assert log.verify_chain().is_intact
        log.append(AuditEntry(ANA, "thing.done", "thing"))
        assert log.verify_chain().is_intact
    assert bureau.audit().verify_chain().is_intact


def test_a_process_that_dies_between_its_first_row_and_the_witness(
    bureau: SharedBureau, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Seal, "remember", lambda *arguments: None)
        bureau.propose()
    assert bureau.audit().verify_chain().is_intact
    bureau.audit().append(AuditEntry(ANA, "thing.done", "thing"))
    bureau.cut_after(2)
    assert "the witness has seen row 3" in str(bureau.audit().verify_chain())
