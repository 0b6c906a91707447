"""Where exports are put in a fault schedule: a local folder, or a bucket of an S3 stand-in."""

from pathlib import Path
from typing import Any, Protocol


class Shelf(Protocol):
    """A place that an export writes to."""

    uri: str

    def put(self, name: str, content: bytes) -> None:
        """Write an object, in place of one of that name."""

    def drop(self, name: str) -> None:
        """Remove an object."""


class FolderShelf:
    """A folder on this machine."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.uri = str(root)
        root.mkdir(parents=True)

    def put(self, name: str, content: bytes) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        path.write_bytes(content)

    def drop(self, name: str) -> None:
        (self.root / name).unlink(missing_ok=True)


class BucketShelf:
    """A bucket; written without the bad network, read through it."""

    def __init__(self, client: Any, bucket: str) -> None:
        self.client = client
        self.bucket = bucket
        self.uri = f"s3://{bucket}/exports"
        client.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        self.put("readme.txt", b"exports")

    def put(self, name: str, content: bytes) -> None:
        self.client.put_object(Bucket=self.bucket, Key=f"exports/{name}", Body=content)

    def drop(self, name: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=f"exports/{name}")
