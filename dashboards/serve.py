"""`make dashboards`: publish, bring Superset up to date, serve it.

``python -m dashboards.serve [--full] [--bootstrap]``. ``--full`` takes SUPERSET_METADATA_URI (PostgreSQL) and
SUPERSET_REDIS_URL, or starts both on this machine, and runs the worker and the clock of scheduled reports beside the
pages.
"""

import argparse
import contextlib
import http.client
import os
import subprocess
import sys
import time
from pathlib import Path

from cloudcost.config.dashboards import DashboardSettings
from cloudcost.identity.home_access import close_home, write_privately
from cloudcost.installation import Installation
from core.config_file import ConfigError
from core.errors import CloudcostError
from dashboards.ending import ENDING, end_processes, run_to_end, start_process
from dashboards.errors import ServeError
from dashboards.home import PYTHON, DashboardHome, duckdb_uri
from dashboards.local_services import LocalServices, run_local_services
from dashboards.people import readers_of
from dashboards.people_watch import watch_people
from dashboards.publications import publish_where_needed
from warehouse import WAREHOUSE_FILE

#: Threads share what a process holds of Superset (250 MB); two processes use two cores.
WORKERS, THREADS = 2, 12
#: Python's options to run a module by its name; it is not looked for in the present folder.
RUN_MODULE = ("-P", "-m")
#: The environment variable with the number of the pipe that passwords of new people go into.
PASSWORDS = "CLOUDCOST_PASSWORDS_FD"


def main() -> int:
    """Serve until a signal ends it."""
    ENDING.listen()
    parser = argparse.ArgumentParser(prog="python -m dashboards.serve", description=__doc__)
    parser.add_argument("--config", type=Path, help="the configuration (default: CLOUDCOST_CONFIG, ./cloudcost.yaml)")
    parser.add_argument("--full", action="store_true", help="with PostgreSQL, Redis, and scheduled reports")
    parser.add_argument("--bootstrap", action="store_true", help="only bring Superset up to date, and end")
    options = parser.parse_args()
    write_privately()
    try:
        installation = Installation.find(options.config, "dashboards")
        return serve(installation, options.full, options.bootstrap)
    except CloudcostError as error:
        print(f"cloudcost: {error}", file=sys.stderr)
        return error.exit_code


def home_of(installation: Installation) -> DashboardHome:
    """The Superset of an installation."""
    config = installation.config
    return DashboardHome(
        installation.home / "dashboards",
        installation.serving,
        config.dashboards,
        config.reporting_currency,
        readers_of(installation),
    )


def serve(installation: Installation, full: bool, only_bootstrap: bool) -> int:
    """Publish where nothing was published that can be read here, bootstrap, and serve."""
    is_published = installation.config.warehouse.backend != "redshift"
    check_environment(installation.config.dashboards, is_published)
    home = home_of(installation)
    close_home(installation.home, is_thorough=True)
    try:
        home.prepare()
    except ValueError as error:
        raise ConfigError(f"dashboards.scopes: {error}") from error
    if is_published:
        publish_where_needed(installation)
        environment = home.environment(duckdb_uri(home.serving, WAREHOUSE_FILE))
    else:
        environment = home.environment(os.environ["CLOUDCOST_SERVING_URI"])
        del environment["CLOUDCOST_SERVING"]
    with (
        run_local_services(home.folder, environment) if full else contextlib.nullcontext(LocalServices({})) as services
    ):
        environment |= services.environment
        bootstrap(home, environment)
        if only_bootstrap:
            return 0
        with (
            watch_people(lambda: readers_of(installation), home.write_people) as passwords,
            run_processes(home, environment, full, passwords) as processes,
        ):
            wait_until_up(home.settings.host, home.settings.port, processes)
            print(f"\nThe dashboards are at {home.settings.address}/superset/dashboard/overview/ (sign in as admin)")
            return wait_for_end(processes)


def check_environment(settings: DashboardSettings, is_embedded: bool) -> None:
    """Refuse to start without an environment variable that the configuration names, or where it asks for what the
    warehouse cannot be."""
    if not is_embedded and settings.separation == "copies":
        raise ConfigError("dashboards.separation: copies are for the embedded warehouse; on this one it must be rows")
    if not is_embedded and "CLOUDCOST_SERVING_URI" not in os.environ:
        raise ConfigError("CLOUDCOST_SERVING_URI must name the warehouse and a user of a reader role")
    named = [settings.oidc.client_id_env, settings.oidc.client_secret_env] if settings.oidc else []
    if settings.mail:
        named += [name for name in (settings.mail.username_env, settings.mail.password_env) if name]
    for name in named:
        if not os.environ.get(name):
            raise ConfigError(f"dashboards: the environment variable {name} is not set")


def bootstrap(home: DashboardHome, environment: dict[str, str]) -> None:
    """Bring Superset's tables, roles, dashboards and people up to the present."""
    print("Bringing Superset up to date; new people and their passwords, shown this once:", flush=True)
    run_to_end([str(PYTHON), *RUN_MODULE, "cloudcost_superset.bootstrap", str(home.bundle)], environment)


@contextlib.contextmanager
def run_processes(home: DashboardHome, environment: dict[str, str], full: bool, passwords: int):  # type: ignore[no-untyped-def]
    """The web server, what warms publications and, in full, Celery's worker and beat; all end with the block.

    The web server adds people whom administrators add meanwhile, and writes their ``passwords`` into that pipe.
    """
    logs = home.folder / "logs"
    host = home.settings.host
    bind = f"[{host}]:{home.settings.port}" if ":" in host else f"{host}:{home.settings.port}"
    commands = {
        "web": ["gunicorn", "--bind", bind, "--workers", str(WORKERS), "--worker-class", "gthread", "--threads",
                str(THREADS), "--timeout", "120", "--graceful-timeout", "5", "--preload", "superset.app:create_app()"],
    }  # fmt: skip
    if full:
        celery = ["celery", "--app=superset.tasks.celery_app:app"]
        commands["worker"] = [*celery, "worker", "--pool=prefork", "--concurrency=1", "-O", "fair"]
        commands["beat"] = [*celery, "beat", f"--schedule={home.folder / 'beat'}", "--pidfile="]
    if "CLOUDCOST_SERVING" in environment:
        commands["warmer"] = ["python", *RUN_MODULE, "cloudcost_superset.answers.warm"]
    processes: dict[str, subprocess.Popen[bytes]] = {}
    try:
        with ENDING.deferred():
            for name, command in commands.items():
                with (logs / f"{name}.log").open("ab") as log:
                    program = [str(PYTHON.with_name(command[0])), *command[1:]]
                    own = {PASSWORDS: str(passwords)} if name == "web" else {}
                    processes[name] = start_process(
                        program, {**environment, **own}, log, home.folder, (passwords,) if own else ()
                    )
        yield processes
    finally:
        end_processes(list(processes.values()))


def wait_until_up(host: str, port: int, processes: dict[str, subprocess.Popen[bytes]], seconds: float = 120) -> None:
    """Until the health page answers; an end of the web server, or of the patience, is an error."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if processes["web"].poll() is not None:
            raise ServeError("Superset ended while it started", "see dashboards/logs/web.log in CLOUDCOST_HOME")
        with contextlib.suppress(OSError, http.client.HTTPException):
            connection = http.client.HTTPConnection(host, port, timeout=2)
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return
        time.sleep(0.3)
    raise ServeError(f"Superset did not answer within {seconds:.0f} s", "see dashboards/logs/web.log in CLOUDCOST_HOME")


def wait_for_end(processes: dict[str, subprocess.Popen[bytes]]) -> int:
    """Until a process ends by itself, which is a failure; a signal ends the program from here with exit code 0."""
    while all(process.poll() is None for process in processes.values()):
        time.sleep(0.5)
    ended = [name for name, process in processes.items() if process.poll() is not None]
    print(f"cloudcost: {', '.join(ended)} ended; see dashboards/logs in CLOUDCOST_HOME", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
