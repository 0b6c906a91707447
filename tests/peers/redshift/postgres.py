"""A PostgreSQL server of Debian's package, in a folder of its own and on a Unix socket, so that no port is taken."""

import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

#: PostgreSQL refuses to run as root; Debian's package brings the first of these users, every system the second.
UNPRIVILEGED = ("postgres", "nobody")
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "timezone": "UTC",
    "max_connections": "40",
    "shared_buffers": "64MB",
    "jit": "off",
}


def find_postgres_programs() -> Path | None:
    """The folder of PostgreSQL's programs, of the newest version; None where it is not installed."""
    installed = list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if installed:
        return max(installed, key=lambda p: int(p.parts[-3])).parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


class PostgresServer:
    """One server with one superuser; what it writes is removed when it stops."""

    def __init__(self, user: str, password: str) -> None:
        programs = find_postgres_programs()
        if programs is None:
            raise RuntimeError("PostgreSQL is not installed; scripts/system_deps.sh installs it")
        self._programs = programs
        self.user, self.password = user, password
        self._process: subprocess.Popen[bytes] | None = None
        self._owner = next(u for u in UNPRIVILEGED if _user_exists(u)) if os.getuid() == 0 else None

    def start(self) -> None:
        """Make the server's files and wait until it answers."""
        self.folder = Path(tempfile.mkdtemp(prefix="cloudcost-pg-"))
        self.exchange = self.folder / "exchange"
        self.exchange.mkdir()
        secret = self.folder / "password"
        secret.write_text(self.password)
        if self._owner:
            for path in (self.folder, self.exchange, secret):
                shutil.chown(path, self._owner)
        self.socket = str(self.folder / ".s.PGSQL.5432")
        options = ["-U", self.user, "--pwfile", str(secret), "-A", "md5", "-E", "UTF8", "--locale=C", "-N"]
        self._run("initdb", "-D", str(self.folder / "data"), *options)
        settings = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        self._process = subprocess.Popen(
            [str(self._programs / "postgres"), "-D", str(self.folder / "data"), "-k", str(self.folder), *settings],
            user=self._owner, cwd=self.folder,
            stdout=subprocess.DEVNULL, stderr=(self.folder / "server.log").open("wb"),
        )  # fmt: skip
        deadline = time.monotonic() + 60
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                log = (self.folder / "server.log").read_text()
                self.stop()
                raise RuntimeError(f"PostgreSQL did not start: {log[-500:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        """End the server, whoever is connected."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def run_sql(self, sql: str, database: str) -> str:
        """Statements as the superuser, each for itself; their rows as text."""
        return self._run("psql", *self._address(database), "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", stdin=sql)

    def _address(self, database: str) -> list[str]:
        return ["-h", str(self.folder), "-U", self.user, "-d", database]

    def _answers(self) -> bool:
        command = [str(self._programs / "pg_isready"), *self._address("postgres")]
        return subprocess.run(command, capture_output=True).returncode == 0

    def _run(self, program: str, *arguments: str, stdin: str = "") -> str:
        done = subprocess.run(
            [str(self._programs / program), *arguments], input=stdin, capture_output=True, text=True, user=self._owner,
            cwd=self.folder, env={**os.environ, "PGPASSWORD": self.password, "HOME": str(self.folder)}, timeout=120,
        )  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"{program}: {done.stderr.strip()[-1000:]}")
        return done.stdout


def _user_exists(name: str) -> bool:
    import pwd

    return any(entry.pw_name == name for entry in pwd.getpwall())
