"""Azurite, Microsoft's own stand-in for Azure Storage, installed once from npm into a cache folder."""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType

VERSION = "3.35.0"
ACCOUNT = "devstoreaccount1"
#: The key that every Azurite has; it is printed in its documentation and opens nothing else.
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


class AzuriteUnavailable(Exception):
    """Why Azurite cannot run here."""


def install_azurite(service: str = "blob") -> Path:
    """One of Azurite's services as a script for node; installed on the first use (some 15 seconds)."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise AzuriteUnavailable("Azurite needs node and npm")
    cache = Path(os.environ.get("CLOUDCOST_TEST_CACHE") or Path.home() / ".cache" / "cloudcost-tests")
    folder = cache / f"azurite-{VERSION}"
    script = folder / f"node_modules/azurite/dist/src/{service}/main.js"
    if not script.exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(folder), f"azurite@{VERSION}"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=180)
        except subprocess.TimeoutExpired as error:
            raise AzuriteUnavailable("npm did not install Azurite within 180 seconds") from error
        if done.returncode != 0 or not script.exists():
            raise AzuriteUnavailable(f"npm could not install Azurite: {done.stderr.strip()[-300:]}")
    return script


class Azurite:
    """The blob (or queue) service on a free port of this machine, in memory; a context manager."""

    def __init__(self, service: str = "blob") -> None:
        self.service = service
        self.script = install_azurite(service)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None

    def connection_string(self, key: str = KEY) -> str:
        """What AZURE_STORAGE_CONNECTION_STRING has to be."""
        endpoint = f"http://127.0.0.1:{self.port}/{ACCOUNT}"
        account = f"DefaultEndpointsProtocol=http;AccountName={ACCOUNT};AccountKey={key}"
        return f"{account};{self.service.title()}Endpoint={endpoint};"

    def __enter__(self) -> "Azurite":
        options = [f"--{self.service}Host", "127.0.0.1", f"--{self.service}Port", str(self.port)]
        options += ["--inMemoryPersistence", "--skipApiVersionCheck", "--disableTelemetry", "--silent"]
        self._process = subprocess.Popen(
            ["node", str(self.script), *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return self
            except OSError:
                if self._process.poll() is not None:
                    break
                time.sleep(0.1)
        self.close()
        raise AzuriteUnavailable("Azurite did not start within 30 seconds")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._process.kill()
            self._process = None
