"""How a throttled provider is called: every call, what it asked for, and how long it was left alone.

Real clients against stand-ins that refuse one call in a few with each provider's own headers, while four threads
download. Time is real. The figure is the smallest margin between the moment that a provider asked for and the first
call after it; it must not be negative.
"""

import io
import logging
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from clouds.politeness import Politeness, RetryPolicy
from ingestion.contracts import Location
from ingestion.fetching import fetch_files
from ingestion.locations.azure_blob import AzureBlobLocation
from ingestion.locations.gcs import GcsLocation
from ingestion.locations.s3 import S3Location
from tests.integration.locations.peers import GoogleStorage, serving
from tests.peers.azurite import ACCOUNT, KEY, Azurite, AzuriteUnavailable
from tests.peers.faults import Answer, Call, FaultProxy
from tests.peers.moto_server import MotoServer

FILES = 24
CONTENT = os.urandom(50_000)
REFUSALS = 8
SLOW_DOWN = b"<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>"
BUSY = b"<?xml version='1.0'?><Error><Code>ServerBusy</Code><Message>busy</Message></Error>"
RATE = b'{"error": {"code": 429, "message": "slow", "errors": [{"reason": "rateLimitExceeded"}]}}'


@dataclass(frozen=True)
class Provider:
    """A provider's stand-in and how it says "slow down"."""

    name: str
    refuse: Callable[[int], tuple[Answer, float]]
    open: Callable[[Politeness], Location]


class RefusingProxy(FaultProxy):
    """Refuses calls at random (seeded) until its refusals are used up, and remembers what it asked for."""

    def __init__(self, target: str, provider: Provider, only_paths_with: str = "") -> None:
        super().__init__(target, only_paths_with=only_paths_with)
        self.provider = provider
        self.chance = random.Random(7)
        self.left = REFUSALS
        self.requested: list[tuple[float, float]] = []

    def take_fault(self, path: str) -> Answer | None:
        with self._lock:
            if not self.left or self.only_paths_with not in path or self.chance.random() > 0.4:
                return None
            self.left -= 1
            answer, seconds = self.provider.refuse(self.left)
            self.requested.append((time.monotonic(), seconds))
            return answer


def refuse_s3(number: int) -> tuple[Answer, float]:
    """S3's SlowDown, and how long it asks to wait."""
    return Answer(503, {"retry-after": "1"}, SLOW_DOWN), 1.0


def refuse_azure(number: int) -> tuple[Answer, float]:
    """Azure's 429 with one of the three headers that it uses."""
    header, text, seconds = [
        ("retry-after", "1", 1.0),
        ("x-ms-retry-after-ms", "700", 0.7),
        ("x-ms-ratelimit-microsoft.costmanagement-qpu-retry-after", "1", 1.0),
    ][number % 3]
    return Answer(
        429, {"content-type": "application/xml", "x-ms-error-code": "ServerBusy", header: text}, BUSY
    ), seconds


def refuse_google(number: int) -> tuple[Answer, float]:
    """Google's 429 or 503 with Retry-After."""
    return Answer((429, 503)[number % 2], {"content-type": "application/json", "retry-after": "1"}, RATE), 1.0


@contextmanager
def s3_behind(provider: Provider) -> Iterator[RefusingProxy]:
    """A bucket of files in moto."""
    os.environ |= {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_REGION": "us-east-1"}
    with MotoServer() as moto:
        client = moto.client("s3", region="us-east-1")
        client.create_bucket(Bucket="exports")
        for number in range(FILES):
            client.upload_fileobj(io.BytesIO(CONTENT), "exports", f"{number}.csv")
        with RefusingProxy(moto.url, provider) as proxy:
            os.environ["AWS_ENDPOINT_URL"] = proxy.url
            yield proxy


@contextmanager
def azure_behind(provider: Provider) -> Iterator[RefusingProxy]:
    """A container of files in Azurite."""
    from azure.storage.blob import BlobServiceClient

    with Azurite() as azurite:
        container = BlobServiceClient.from_connection_string(azurite.connection_string()).create_container("exports")
        for number in range(FILES):
            container.upload_blob(f"{number}.csv", CONTENT)
        with RefusingProxy(f"http://127.0.0.1:{azurite.port}", provider) as proxy:
            text = f"AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={proxy.url}/{ACCOUNT};"
            os.environ["AZURE_STORAGE_CONNECTION_STRING"] = text
            yield proxy


@contextmanager
def google_behind(provider: Provider) -> Iterator[RefusingProxy]:
    """A bucket of files behind Google's protocol."""
    with serving(GoogleStorage()) as gcs:
        for number in range(FILES):
            gcs.put("exports", f"{number}.csv", CONTENT)
        with RefusingProxy(gcs.url, provider, only_paths_with="/o") as proxy:
            os.environ["STORAGE_EMULATOR_HOST"] = proxy.url
            yield proxy


PROVIDERS = [
    (Provider("AWS S3", refuse_s3, lambda p: S3Location("s3://exports", politeness=p)), s3_behind),
    (Provider("Azure Blob", refuse_azure, lambda p: AzureBlobLocation(f"az://{ACCOUNT}/exports", politeness=p)),
     azure_behind),
    (Provider("Google Storage", refuse_google, lambda p: GcsLocation("gs://exports", politeness=p)), google_behind),
]  # fmt: skip

#: What was on its way when the refusal was written cannot be called back: a round trip on this machine.
FLIGHT_SECONDS = 0.25


def measure(provider: Provider, proxy: RefusingProxy) -> float | None:
    """Download everything through the refusing proxy and print what happened; the smallest margin in seconds."""
    waits: list[float] = []

    def sleep(seconds: float) -> None:
        waits.append(seconds)
        time.sleep(seconds)

    location = provider.open(Politeness(RetryPolicy(attempts=12), sleep=sleep))
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        fetched = fetch_files(location, location.list_files(), Path(folder))
        complete = sum(path.read_bytes() == CONTENT for path in fetched.values())
    calls = [call for call in proxy.calls if proxy.only_paths_with in call.path]
    margins = [margin for at, seconds in proxy.requested if (margin := find_margin(calls, at, seconds)) is not None]
    margin = min(margins, default=None)
    print(
        f"{provider.name:<15} calls {len(calls):>3}, refused {len(proxy.requested)}, asked for "
        f"{sum(seconds for _, seconds in proxy.requested):>4.1f} s, "
        f"waited {sum(waits):>5.1f} s in {len(waits):>2} sleeps "
        f"of all threads; {complete} of {FILES} files whole in {time.monotonic() - started:.1f} s; "
        f"smallest margin {'-' if margin is None else f'{margin * 1000:+.0f} ms'}"
    )
    assert complete == FILES, "a file is not what was uploaded"
    return margin


def find_margin(calls: list[Call], refused_at: float, seconds: float) -> float | None:
    """How long after the asked moment the next call came; negative where one came sooner."""
    later = [call.at - refused_at for call in calls if call.at > refused_at + FLIGHT_SECONDS]
    return min(later) - seconds if later else None


def main() -> int:
    """Print a line per provider; 1 where any was called sooner than it asked."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    margins = []
    for provider, behind in PROVIDERS:
        try:
            with behind(provider) as proxy:
                margins.append(measure(provider, proxy))
        except AzuriteUnavailable as reason:
            print(f"{provider.name:<15} left out: {reason}")
    too_soon = [margin for margin in margins if margin is not None and margin < 0]
    print(f"calls that came sooner than asked: {len(too_soon)}")
    return 1 if too_soon else 0


if __name__ == "__main__":
    sys.exit(main())
