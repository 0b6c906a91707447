"""A home that somebody else made beforehand is theirs: they know its key and can write what is in it."""

import os
from pathlib import Path

import pytest

from audit.keys import AuditKeyError, KeyFile
from audit.seal import EMPTY, Witness
from cloudcost.identity.home_access import HomeError, close_home

MALLORY, VICTIM = 64001, 64002
KEY = "0" * 63 + "7"

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="giving files to another account needs root")


def plant(home: Path, mode: int = 0o777) -> None:
    """A home whose key is known, with a witness that fits."""
    (home / "keys").mkdir(parents=True)
    (home / "keys/audit.key").write_text(KEY)
    (home / "state.sqlite").write_text("")
    Witness(home / "audit_witness.json").write(EMPTY, KEY.encode())
    for path in (home, home / "keys"):
        path.chmod(mode)
    for path in (home / "keys/audit.key", home / "audit_witness.json", home / "state.sqlite"):
        path.chmod(0o600)


def give(owner: int, *paths: Path) -> None:
    for path in paths:
        os.chown(path, owner, owner, follow_symlinks=False)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def as_victim(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: VICTIM)


@needs_root
@pytest.mark.parametrize("mode", [0o777, 0o700, 0o1777])
@pytest.mark.usefixtures("as_victim")
def test_a_home_that_another_account_made(home: Path, mode: int) -> None:
    plant(home, mode)
    give(MALLORY, home, *home.rglob("*"))
    with pytest.raises(HomeError, match=f"belongs to uid {MALLORY}"):
        close_home(home)


@needs_root
@pytest.mark.parametrize(
    "name", ["keys", "keys/audit.key", "state.sqlite", "audit_witness.json", "dagster", "lake", "state.sqlite-wal"]
)
@pytest.mark.parametrize("reader", [VICTIM, 0])
def test_one_thing_that_another_account_put_there(
    home: Path, name: str, reader: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The home was open to others once; they may have been there. Root is no exception in a home of its own."""
    plant(home)
    if not (home / name).exists():
        (home / name).mkdir()
    give(reader, home, *home.rglob("*"))
    give(MALLORY, home / name)
    monkeypatch.setattr(os, "geteuid", lambda: reader)
    with pytest.raises(HomeError, match=f"{name}: it belongs to uid {MALLORY}"):
        close_home(home)


@needs_root
@pytest.mark.usefixtures("as_victim")
def test_something_that_another_account_put_into_an_open_folder(home: Path) -> None:
    """`dagster.yaml` names classes that Dagster loads."""
    plant(home, 0o700)
    (home / "dagster").mkdir()
    (home / "dagster/dagster.yaml").write_text("")
    give(VICTIM, home, *home.rglob("*"))
    (home / "dagster").chmod(0o777)
    give(MALLORY, home / "dagster/dagster.yaml")
    with pytest.raises(HomeError, match=f"dagster.yaml: it belongs to uid {MALLORY}"):
        close_home(home)


@needs_root
@pytest.mark.parametrize("name", ["home", "home/state.sqlite"])
@pytest.mark.usefixtures("as_victim")
def test_a_link_that_another_account_put_there(home: Path, name: str) -> None:
    plant(home, 0o700)
    give(VICTIM, home, *home.rglob("*"))
    path, aside = home.parent / name, home.parent / "aside"
    path.rename(aside)
    path.symlink_to(aside)
    give(MALLORY, path)
    with pytest.raises(HomeError, match=f"{name}: it belongs to uid {MALLORY}"):
        close_home(home)


@needs_root
def test_a_key_of_another_account(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(home)
    give(MALLORY, home / "keys/audit.key")
    monkeypatch.setattr(os, "geteuid", lambda: VICTIM)
    with pytest.raises(AuditKeyError, match=f"belongs to uid {MALLORY}"):
        KeyFile(home / "keys/audit.key").find()


@pytest.mark.parametrize("mode", [0o666, 0o620, 0o602])
def test_a_key_that_others_can_write(home: Path, mode: int) -> None:
    """No release made it so. Closing it now would hide that others may have put their own there."""
    plant(home, 0o755)
    (home / "keys/audit.key").chmod(mode)
    with pytest.raises(HomeError, match="others can write"):
        close_home(home)
    with pytest.raises(AuditKeyError, match="others can write"):
        KeyFile(home / "keys/audit.key").find()


def test_a_folder_that_all_accounts_share(home: Path) -> None:
    """Such as /tmp, which closing would take from everybody."""
    plant(home, 0o1777)
    with pytest.raises(HomeError, match="all accounts share it"):
        close_home(home)
    assert home.stat().st_mode & 0o7777 == 0o1777


@pytest.mark.parametrize("mode", [0o1755, 0o1775, 0o3770])
def test_a_folder_with_the_sticky_bit(home: Path, mode: int) -> None:
    plant(home, 0o700)
    (home / "logs").mkdir()
    (home / "logs").chmod(0o1777)
    home.chmod(mode)
    assert close_home(home) == 2
    assert (home.stat().st_mode & 0o077, (home / "logs").stat().st_mode & 0o077) == (0, 0)


@needs_root
@pytest.mark.usefixtures("as_victim")
def test_a_folder_that_stays_open(home: Path) -> None:
    """Of root, or on a disk that keeps no modes: it cannot be closed, so whoever can write it goes on writing it."""
    home.mkdir()
    home.chmod(0o777)
    with pytest.raises(HomeError, match="others can write there"):
        close_home(home)


@needs_root
def test_homes_that_are_as_usual(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(home, 0o700)
    # root looks at somebody's home, also in a container with a folder of the machine
    give(MALLORY, home, *home.rglob("*"))
    assert close_home(home, is_thorough=True) == 0
    # a volume that root gives to the group of an account (Kubernetes' fsGroup), with what a start as root left there
    monkeypatch.setattr(os, "geteuid", lambda: VICTIM)
    monkeypatch.setattr(os, "getegid", lambda: VICTIM)
    give(VICTIM, home, *home.rglob("*"))
    os.chown(home, 0, VICTIM)
    home.chmod(0o2770)
    give(0, home / "state.sqlite")
    assert close_home(home, is_thorough=True) == 0
    # a lake on another disk, which others look after
    (home.parent / "lake").mkdir()
    give(MALLORY, home.parent / "lake")
    (home / "lake").symlink_to(home.parent / "lake")
    give(VICTIM, home / "lake")
    assert close_home(home, is_thorough=True) == 0
    # a folder of one's own that has other things
    (home / "notes").write_text("")
    give(MALLORY, home / "notes")
    assert close_home(home, is_thorough=True) == 0
