"""What every asset of the bundle is called: identifiers and names of files that never change."""

import uuid

#: All identifiers follow from this one and a name, so the same asset is the same everywhere and for ever.
NAMESPACE = uuid.UUID("0f3a6d3e-5d0c-4b38-9a55-2f1d6d7a8c11")
VERSION = "1.0.0"


def identify(kind: str, name: str) -> str:
    """The identifier of an asset."""
    return str(uuid.uuid5(NAMESPACE, f"{kind}:{name}"))


def slug_of(title: str) -> str:
    """A title as part of a file name."""
    return "_".join("".join(c.lower() if c.isalnum() else " " for c in title).split())
