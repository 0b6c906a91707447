"""An account that a process has only dressed itself in is nobody's: it can decide nothing, and rows say so."""

import os
import pwd
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from actions.approvals import NotAllowedError
from cloudcost.identity.people import PersonSettings, authenticate

ROOT = Path(__file__).parents[2]
PRELOADED = "int getuid(void) { return %d; } int geteuid(void) { return %d; }"
ASK = """
from actions.approvals import NotAllowedError
from cloudcost.identity.people import PersonSettings, authenticate, find_account
print(find_account())
try:
    print(authenticate([PersonSettings(name="ben@example.com", account="nobody")]))
except NotAllowedError as refusal:
    print(refusal)
"""
NOBODY = pwd.getpwnam("nobody")


def ask(*before: str, **environment: str) -> list[str]:
    """What a process says of its account, and whom it is taken for."""
    command = [*before, sys.executable, "-c", ASK]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_account_that_a_process_really_has_is_taken() -> None:
    me = pwd.getpwuid(os.getuid()).pw_name
    assert ask() == [me, me.casefold()]


def test_a_user_namespace_gives_no_other_account() -> None:
    dressed = ["unshare", "--user", f"--map-user={NOBODY.pw_uid}", f"--map-group={NOBODY.pw_gid}"]
    if shutil.which("unshare") is None or subprocess.run([*dressed, "true"], capture_output=True).returncode:
        pytest.skip("no user namespaces here")
    account, message = ask(*dressed)
    assert account == f"unproven uid {NOBODY.pw_uid}"
    assert message.startswith("it is not certain whose account this is: the process is in a user namespace")


def test_a_user_namespace_behind_a_file_that_looks_right_gives_none(tmp_path: Path) -> None:
    """As root of a first namespace, somebody lays a file of their own over what the kernel says of the second."""
    looks_right = tmp_path / "uid_map"
    looks_right.write_text("         0          0 4294967295\n")
    script = f'mount --bind {looks_right} /proc/$$/uid_map && exec "$@"'
    dressed = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh"]
    if shutil.which("unshare") is None or subprocess.run([*dressed, "true"], capture_output=True).returncode:
        pytest.skip("no user and mount namespaces here")
    account, _ = ask(*dressed)
    assert account == "unproven uid 0"


def test_a_library_that_answers_for_the_kernel_gives_none(tmp_path: Path) -> None:
    if shutil.which("cc") is None:
        pytest.skip("no compiler here")
    library, source = tmp_path / "dress.so", tmp_path / "dress.c"
    source.write_text(PRELOADED % (NOBODY.pw_uid, NOBODY.pw_uid))
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(library), str(source)], check=True)
    account, message = ask(LD_PRELOAD=str(library))
    assert account == f"unproven uid {NOBODY.pw_uid}"
    assert "the kernel knows this process as another account than it says" in message


def test_an_account_that_is_not_certain_is_no_person_by_its_name_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cloudcost.identity.people.find_doubt", lambda uid: "so it is")
    name = f"unproven uid {os.getuid()}"
    for people in ((), (PersonSettings(name=name, account=name),)):
        with pytest.raises(NotAllowedError, match="so it is"):
            authenticate(people)
