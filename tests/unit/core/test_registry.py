"""What is found by name: in folders too, once, and never under one name twice."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.registry import RegistryError, find_classes, find_values

BASE = """
from abc import ABC, abstractmethod
class Tool(ABC):
    name = ""
    @abstractmethod
    def use(self): ...
class Thing:
    def __init__(self, name):
        self.name = name
"""
TOOL = "from shed.base import Thing, Tool\nclass {0}(Tool):\n    name = '{1}'\n    def use(self): ...\n"


@pytest.fixture
def shed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "shed"
    (folder / "below").mkdir(parents=True)
    for name, text in {
        "__init__": "",
        "base": BASE,
        "saw": TOOL.format("Saw", "saw") + "WOOD = Thing('wood')\n_HIDDEN = Thing('hidden')\n",
        "below/__init__": "",
        "below/axe": TOOL.format("Axe", "axe") + "from shed.saw import WOOD, Saw\nIRON = Thing('iron')\n",
    }.items():
        (folder / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == "shed"]:
        del sys.modules[name]


def test_classes_that_can_be_made_are_found_where_they_stand(shed: Path) -> None:
    from shed.base import Tool

    assert {name: found.__module__ for name, found in find_classes("shed", Tool).items()} == {
        "axe": "shed.below.axe",
        "saw": "shed.saw",
    }


def test_values_with_a_public_name_are_found_once(shed: Path) -> None:
    from shed.base import Thing

    assert list(find_values("shed", Thing)) == ["iron", "wood"]


def test_no_name_stands_for_two(shed: Path) -> None:
    from shed.base import Tool

    (shed / "tin.py").write_text(TOOL.format("Tin", "saw"))
    with pytest.raises(RegistryError, match=r"shed: 'saw' is in shed\.saw and in shed\.tin"):
        find_classes("shed", Tool)


def test_a_module_that_cannot_be_imported_is_seen(shed: Path) -> None:
    from shed.base import Tool

    (shed / "broken.py").write_text("import nothing_like_it\n")
    with pytest.raises(ModuleNotFoundError, match="nothing_like_it"):
        find_classes("shed", Tool)
