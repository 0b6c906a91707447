"""What nothing uses is listed, unless it is excused; an excuse for nothing is listed too."""

from pathlib import Path

from scripts.unused import find_unused, judge

SOURCE = """
import typer
app = typer.Typer()

class Lamp:
    def shine(self): ...
    def flicker(self): ...
    @property
    def colour(self): ...

def light():
    Lamp().shine()

@app.command()
def main():
    light()
"""


def test_what_nobody_calls_is_listed_by_its_place(tmp_path: Path) -> None:
    (tmp_path / "lamp.py").write_text(SOURCE)
    found = find_unused(tmp_path, ["lamp.py"])
    assert [(item.kind, item.place) for item in found] == [
        ("method", "lamp.py: flicker"),
        ("property", "lamp.py: colour"),
    ]
    assert list(judge(found, {"*.py: fl*": "it is old", "lamp.py: colour": ""})) == [
        "unused_allowed.yaml: 'lamp.py: colour' has no reason"
    ]
    assert list(judge(found, {"lamp.py: flicker": "it is old", "lamp.py: hum": "it is old"})) == [
        "lamp.py:8: nothing uses the property 'colour'",
        "unused_allowed.yaml: 'lamp.py: hum' excuses nothing",
    ]
