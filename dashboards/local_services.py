"""PostgreSQL and Redis for one machine, for `make dashboards-full`: own data folder, free ports, loopback only."""

import contextlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dashboards.ending import ENDING, end_processes, start_process
from dashboards.errors import ServeError

_POSTGRES_FOLDERS = "/usr/lib/postgresql/*/bin"


@dataclass(frozen=True)
class LocalServices:
    """What the processes of Superset need to find the services."""

    environment: dict[str, str]


@contextlib.contextmanager
def run_local_services(folder: Path, environment: dict[str, str]) -> Iterator[LocalServices]:
    """Start what the environment does not name; everything started here ends with the block."""
    with contextlib.ExitStack() as stack:
        found: dict[str, str] = {}
        with ENDING.deferred():
            if not environment.get("SUPERSET_METADATA_URI"):
                found["SUPERSET_METADATA_URI"] = stack.enter_context(_run_postgres(folder / "postgres"))
            if not environment.get("SUPERSET_REDIS_URL"):
                found["SUPERSET_REDIS_URL"] = stack.enter_context(_run_redis(folder / "redis"))
        yield LocalServices(found)


@contextlib.contextmanager
def _run_postgres(data: Path) -> Iterator[str]:
    """A PostgreSQL cluster; its password stays in a file of mode 0600."""
    programs = _find_postgres()
    user = _unprivileged_user()
    prefix = ["runuser", "-u", user, "--"] if os.geteuid() == 0 else []
    password_file = data.with_name("postgres_password")
    if not (data / "PG_VERSION").exists():
        unfinished = data.with_name("postgres.new")  # one that was made by halves is never taken for a whole one
        shutil.rmtree(unfinished, ignore_errors=True)
        if data.exists():
            data.rmdir()  # an empty one; where there is anything, somebody has to look
        unfinished.mkdir(parents=True)
        password_file.write_text(secrets.token_urlsafe(24))
        _hand_over(unfinished, password_file, user)
        command = [str(programs / "initdb"), "-D", str(unfinished), "-U", "superset", "-A", "scram-sha-256",
                   "-E", "UTF8", "--locale=C", f"--pwfile={password_file}"]  # fmt: skip
        subprocess.run([*prefix, *command], check=True, capture_output=True, cwd="/", start_new_session=True)
        unfinished.rename(data)
    password, port = password_file.read_text().strip(), _free_port()
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c shared_buffers=64MB"
    control = [*prefix, str(programs / "pg_ctl"), "-D", str(data), "-w"]
    started = [*control, "-l", str(data / "server.log"), "-o", options, "start"]
    try:
        subprocess.run(started, check=True, stdout=subprocess.DEVNULL, cwd="/", start_new_session=True)
        yield f"postgresql+psycopg2://superset:{password}@127.0.0.1:{port}/postgres"
    finally:
        stop = [*control, "-m", "fast", "stop"]
        with ENDING.deferred():
            subprocess.run(stop, check=False, stdout=subprocess.DEVNULL, cwd="/", start_new_session=True)


@contextlib.contextmanager
def _run_redis(folder: Path) -> Iterator[str]:
    """A Redis server behind a password; what it holds is a cache and a queue."""
    program = shutil.which("redis-server")
    if not program:
        raise ServeError("redis-server is not installed", "SUPERSET_REDIS_URL may name one elsewhere")
    folder.mkdir(parents=True, exist_ok=True)
    port, password = _free_port(), secrets.token_urlsafe(24)
    configuration = folder / "redis.conf"
    configuration.touch(mode=0o600)
    configuration.chmod(0o600)  # one that is there already too: it holds the password
    configuration.write_text(f'bind 127.0.0.1\nport {port}\nrequirepass {password}\nsave ""\ndir {folder}\n')
    process = start_process([program, str(configuration)], output=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield f"redis://:{password}@127.0.0.1:{port}"
    finally:
        end_processes([process])


def _find_postgres() -> Path:
    candidates = sorted(Path("/").glob(_POSTGRES_FOLDERS.lstrip("/")), reverse=True)
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    for folder in [*folders, *candidates]:
        if (folder / "initdb").exists():
            return folder
    raise ServeError("PostgreSQL is not installed", "SUPERSET_METADATA_URI may name one elsewhere")


def _unprivileged_user() -> str:
    """Who PostgreSQL runs as: it refuses root."""
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            pwd.getpwnam(name)
            return name
    raise ServeError("PostgreSQL does not run as root, and there is no user postgres or nobody")


def _hand_over(data: Path, password_file: Path, user: str) -> None:
    """Give the files to the user PostgreSQL runs as, and let that user reach the folder."""
    data.chmod(0o700)
    password_file.chmod(0o600)
    if os.geteuid() != 0:
        return
    shutil.chown(data, user)
    shutil.chown(password_file, user)
    for parent in data.parents:
        if parent.stat().st_uid == 0 and not parent.stat().st_mode & 0o001:
            parent.chmod(parent.stat().st_mode | 0o011)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.1)
    raise ServeError("the Redis server did not start")
