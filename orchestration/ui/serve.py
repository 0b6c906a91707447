"""`cloudcost ui`: Dagster's web server behind the door, its code server and its daemon, all of which end together."""

import contextlib
import ipaddress
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import yaml

from audit.log import AuditLog
from cloudcost.actors import find_starter
from cloudcost.installation import Installation
from cloudcost.recorded_settings import record_settings
from core.errors import CloudcostError
from core.instants import utc_now
from core.logs.json_lines import log_as_json
from door.journal import Journal
from door.pages import SIGN_OUT_PATH
from door.sessions import MIN_SECRET, Sessions, TrustedProxy
from orchestration.launch import prepare_dagster_home
from orchestration.ui.daemon import DAEMON_SECONDS

if TYPE_CHECKING:
    import dagster as dg
    import uvicorn
    from starlette.types import ASGIApp

#: Where this package is. A code server puts the folder of its location before all others that Python imports from, and
#: where none is given takes the one that the UI was started in.
ROOT = Path(__file__).resolve().parents[2]
LOG_LEVEL = "warning"
#: Queries under way get this long; pages keep websockets open for as long as they are shown.
GRACE_SECONDS = 2
#: As `dagster dev` has them: how often pages ask for what changed, and what a database may take.
POLL_MILLISECONDS = 2000
STATEMENT_MILLISECONDS, POOL_RECYCLE_SECONDS, POOL_OVERFLOW = 15_000, 3600, 20


class UiError(CloudcostError):
    """The UI cannot be served; the message states why."""


def serve_ui(installation: Installation, host: str, port: int) -> None:
    """Serve the Dagster UI until the process is interrupted."""
    proxy = find_proxy(installation)
    record_settings(installation)
    with log_as_json(others=("uvicorn",)), take_port(host, port) as listener, ended_by_signals():
        address = f"http://{show_host(host)}:{port}"
        cookie = f"cloudcost_ui_{port}"  # a browser sends the cookies of all ports of a host to each of them
        person = find_starter(installation)
        sessions = Sessions(person, lambda token: print_link(address, token), clock=time.monotonic)
        from cloudcost.dbt.project import prepare_manifest
        from door.door import Door

        prepare_dagster_home(installation)
        prepare_manifest(installation)
        with run_dagster(installation) as (dagster_ui, daemon), keep_journal(installation) as journal:
            hosts = list_hosts(host, port, installation.config.ui.hosts)
            print(f"Dagster UI: {address}   (state in {installation.home}; stop with Ctrl-C)", flush=True)
            if not is_private(host):
                print("note: other machines reach this address, and what passes is not encrypted", flush=True)
            print(f"Sign out at: {address}{SIGN_OUT_PATH}", flush=True)
            journal.started(person, host, port)
            sessions.offer()
            run_server(Door(dagster_ui, hosts, sessions, journal, proxy, cookie), listener, daemon)


@contextlib.contextmanager
def keep_journal(installation: Installation) -> Iterator[Journal]:
    """Who comes, who leaves and who is refused, in the audit log of the installation; `ui` is their way in."""
    by_ui = replace(installation, channel="ui")
    journal = Journal(AuditLog(by_ui.store, utc_now).append, utc_now)
    try:
        yield journal
    finally:
        journal.close()


def print_link(address: str, token: str) -> None:
    """The link that signs one browser in; after it was used, the next one."""
    print(f"Sign in once with: {address}/sign-in?token={token}", flush=True)


def find_proxy(installation: Installation) -> TrustedProxy | None:
    """The proxy that the configuration trusts; `UiError` where the secret that it proves itself with is not set."""
    settings = installation.config.ui.trusted_proxy
    if settings is None:
        return None
    secret = None
    if settings.secret_env is not None:
        secret = installation.environ.get(settings.secret_env, "")
        if len(secret) < MIN_SECRET:
            raise UiError(f"{settings.secret_env} (ui.trusted_proxy.secret_env) needs at least {MIN_SECRET} characters")
    return TrustedProxy(settings.addresses, settings.header, settings.people, secret)


@contextlib.contextmanager
def take_port(host: str, port: int) -> Iterator[socket.socket]:
    """The port, before anything is started: who connects meanwhile waits."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise UiError(f"--host {host}: {error.strerror}") from error
    with listener:
        try:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen()  # two that are bound alone do not see each other
        except OSError as error:
            raise UiError(f"port {port} of {host} cannot be listened on: {error.strerror}") from error
        yield listener


@contextlib.contextmanager
def ended_by_signals() -> Iterator[None]:
    """SIGINT, SIGTERM and SIGHUP end what is inside in order; a shell's background job would ignore SIGINT.

    Where `nohup` started it, SIGHUP is ignored, as was requested.
    """

    def end(*_: object) -> NoReturn:
        for number in numbers:  # the way out is not interrupted
            signal.signal(number, signal.SIG_IGN)
        raise SystemExit(0)

    def hang_up(*_: object) -> None:
        # what the web server makes of SIGTERM holds for a terminal that is gone too
        signal.raise_signal(signal.SIGTERM)

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, end) for number in numbers[:2]}
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        before[signal.SIGHUP] = signal.signal(signal.SIGHUP, hang_up)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def list_hosts(host: str, port: int, others: tuple[str, ...]) -> frozenset[str]:
    """Every `Host` that requests may have: the address, this machine's own names, and what the configuration adds."""
    names = {show_host(host), "localhost", "127.0.0.1", "[::1]"}
    if not is_private(host):
        names.add(socket.gethostname())
    found = {f"{name}:{port}" for name in names} | (names if port == 80 else set())
    return frozenset(name.lower() for name in (*found, *others))


def show_host(host: str) -> str:
    """The address as a browser takes it: one that means every address of the machine is none of a page."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return socket.gethostname()
    return f"[{address}]" if address.version == 6 else str(address)


def is_private(host: str) -> bool:
    """Whether only this machine reaches the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@contextlib.contextmanager
def run_dagster(installation: Installation) -> Iterator[tuple["ASGIApp", subprocess.Popen[bytes]]]:
    """Dagster's web application in this process, and the daemon; both use one code server.

    Nothing of it listens on a port: the code server has a Unix socket that is its owner's alone, so whoever wants to
    reach the web application has to come through the door.
    """
    from dagster import DagsterInstance
    from dagster._core.instance.ref import InstanceRef
    from dagster._core.workspace.load_target import ModuleTarget, WorkspaceFileTarget
    from dagster._utils.log import configure_loggers
    from dagster_webserver.app import create_app_from_workspace_process_context
    from dagster_webserver.version import __version__

    from orchestration.ui.attribution import PersonProcessContext, name_people
    from orchestration.ui.code_servers import CodeServers

    configure_loggers(formatter="json", log_level=LOG_LEVEL.upper())
    reference = name_people(InstanceRef.from_dir(str(installation.dagster_home)))
    with contextlib.ExitStack() as stack:
        instance = stack.enter_context(DagsterInstance.from_ref(reference))
        instance.optimize_for_webserver(STATEMENT_MILLISECONDS, POOL_RECYCLE_SECONDS, POOL_OVERFLOW)
        definitions = ModuleTarget("orchestration.definitions", None, str(ROOT), "cloudcost")
        servers = stack.enter_context(CodeServers(instance, definitions, LOG_LEVEL))
        workspace = Path(stack.enter_context(tempfile.TemporaryDirectory()), "workspace.yaml")
        workspace.write_text(yaml.dump({"load_from": servers.get_code_server_specs()}))
        daemon = stack.enter_context(run_daemon(instance, workspace))
        context = stack.enter_context(
            PersonProcessContext(
                instance, WorkspaceFileTarget([str(workspace)]), version=__version__, code_server_log_level=LOG_LEVEL
            )
        )
        yield create_app_from_workspace_process_context(context, "", POLL_MILLISECONDS), daemon


@contextlib.contextmanager
def run_daemon(instance: "dg.DagsterInstance", workspace: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The daemon of schedules, sensors and the queue, in a process of its own that never outlives this one."""
    from dagster._serdes import serialize_value

    command = [sys.executable, "-m", "orchestration.ui.daemon", "run", "--workspace", str(workspace)]
    levels = ["--log-level", LOG_LEVEL, "--log-format", "json", "--code-server-log-level", LOG_LEVEL]
    daemon = subprocess.Popen([*command, *levels], stdin=subprocess.PIPE)
    assert daemon.stdin is not None  # noqa: S101 - it was requested
    try:
        daemon.stdin.write(serialize_value(instance.get_ref()).encode() + b"\n")
        daemon.stdin.flush()
        yield daemon
    finally:
        daemon.terminate()
        try:
            daemon.wait(DAEMON_SECONDS)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()
        daemon.stdin.close()


def run_server(app: "ASGIApp", listener: socket.socket, daemon: subprocess.Popen[bytes]) -> None:
    """Answer requests until the process is interrupted; `UiError` where the daemon has ended by itself."""
    server = build_server(app)

    def end_with_daemon() -> None:
        daemon.wait()
        server.should_exit = True

    threading.Thread(target=end_with_daemon, daemon=True).start()
    server.run(sockets=[listener])
    if daemon.poll() is not None:
        raise UiError(f"the Dagster daemon has ended (code {daemon.returncode})")


def build_server(app: "ASGIApp") -> "uvicorn.Server":
    """The web server; whom a request comes from is who connected, not what a header states of it."""
    import uvicorn

    config = uvicorn.Config(
        app,
        log_config=None,  # its loggers write the same lines as ours
        log_level=LOG_LEVEL,
        lifespan="off",
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return uvicorn.Server(config)
