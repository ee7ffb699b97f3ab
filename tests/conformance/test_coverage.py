"""The table of coverage tells the truth: what it names exists, and its tests name the entry."""

import csv
import re
from importlib import import_module
from pathlib import Path

import pytest
from conformance.public import DOCS, PACKAGES

pytestmark = pytest.mark.conformance

ROOT = DOCS.parent
ENTRIES = Path(__file__).with_name("entries.csv")
COMPLETE: tuple[str, ...] = (
    "model",
    "satisfaction",
    "segmentation",
    "valuation",
)  # documents of which every entry must stand in the table


def read_table(text):
    """Return the cells of each row of the table, by the row's identifier."""
    lines = (line for line in text.splitlines() if line.startswith("| S-"))
    rows = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return {row[0]: row[1:] for row in rows}


def test_files(cell):
    """Return the files that a cell names; a file without a folder lies where the last one does."""
    folder, files = "", []
    for name in re.findall(r"`([^`]+\.py)`", cell):
        folder = name.rpartition("/")[0] or folder
        files.append(ROOT / folder / name.rpartition("/")[2])
    return files


test_files.__test__ = False

TABLE = read_table((DOCS / "coverage.md").read_text(encoding="utf-8"))
PLACES = [import_module(name) for name in PACKAGES]


def resolves(name):
    """Tell whether a name, perhaps with a package before it or an attribute after it, exists."""
    for place in PLACES:
        found = place
        for part in name.split("."):
            found = getattr(found, part, None)
            if found is None:
                break
        else:
            return True
    return False


def test_no_entry_stands_twice():
    text = (DOCS / "coverage.md").read_text(encoding="utf-8")
    ids = re.findall(r"^\| (S-\d{3}) ", text, re.MULTILINE)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("entry", TABLE)
def test_a_row_is_true(entry):
    what, where, tests, note = TABLE[entry]
    assert what
    assert where or note, "an entry that is left out says why"
    names = re.findall(r"`([A-Za-z_][\w.]*)(?:\(.*?\))?`", where)
    assert [name for name in names if not resolves(name)] == []
    files = test_files(tests)
    assert files or not where, "what stands in code has a test"
    assert [str(path.relative_to(ROOT)) for path in files if not path.is_file()] == []
    if files:
        assert any(entry in path.read_text(encoding="utf-8") for path in files), (
            f"none of {tests} names {entry}"
        )


def test_every_entry_of_a_finished_document_has_a_row():
    with ENTRIES.open(encoding="utf-8") as file:
        entries = [row["id"] for row in csv.DictReader(file) if row["document"] in COMPLETE]
    assert [entry for entry in entries if entry not in TABLE] == []


def test_the_reader_finds_what_a_row_says():
    table = read_table("| S-001 | a \\| b | `x.y` | `tests/a.py`, `b.py` | note |\n| id |\n")
    assert table == {"S-001": ["a \\| b", "`x.y`", "`tests/a.py`, `b.py`", "note"]}
    assert [path.name for path in test_files(table["S-001"][2])] == ["a.py", "b.py"]
    assert {path.parent.name for path in test_files(table["S-001"][2])} == {"tests"}
    assert resolves("segmentation.AbcRule.learn")
    assert not resolves("AbcRule.nothing")
