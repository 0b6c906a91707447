"""Every error that a user may see is of one kind, which says how a program ends with it."""

import importlib
import pkgutil

import pytest

from actions.proposal_book import ProposalNotFoundError
from core.errors import CloudcostError, LocationError, explaining

PACKAGES = "actions alerts audit cli cloudcost clouds core dashboards ingestion ml savings state warehouse".split()
#: Not for users: what one part tells another, which makes something of it.
INTERNAL = {
    "AddressRefusedError", "AvroFault", "ConflictError", "RecordFault", "RegistryError", "UnknownTypeError",
}  # fmt: skip


def list_error_classes() -> set[type[BaseException]]:
    found: set[type[BaseException]] = set()
    for package in PACKAGES:
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            if "superset" in module.name or module.name.endswith(("__main__", "bootstrap")):
                continue
            for value in vars(importlib.import_module(module.name)).values():
                if isinstance(value, type) and issubclass(value, BaseException):
                    found.add(value)
    return {kind for kind in found if kind.__module__.split(".")[0] in PACKAGES}


def test_every_error_of_ours_has_an_exit_code() -> None:
    without = {
        kind.__name__
        for kind in list_error_classes()
        if not issubclass(kind, CloudcostError) and not kind.__name__.startswith("_")
    }
    assert without == INTERNAL


def test_a_hint_is_told_after_the_sentence() -> None:
    error = CloudcostError("there is no warehouse", "run it first")
    assert (str(error), error.args, error.hint) == (
        "there is no warehouse; run it first", ("there is no warehouse",), "run it first",
    )  # fmt: skip
    assert str(ProposalNotFoundError("no proposal")) == "no proposal"


def test_what_cannot_be_explained_is_a_defect() -> None:
    explanation = LocationError("the place is closed", "no_permission")
    with pytest.raises(LocationError, match="the place is closed") as explained, explaining(lambda _: explanation):
        raise OSError("403")
    assert isinstance(explained.value.__cause__, OSError)
    with pytest.raises(OSError, match="403"), explaining(lambda _: None):
        raise OSError("403")
    already = LocationError("another", "invalid")
    with pytest.raises(LocationError, match="another"), explaining(lambda _: explanation):
        raise already
