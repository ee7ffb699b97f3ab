"""The example of a CRM's day runs, says what happened, and leaves everything in its store."""

import runpy
import sqlite3
import sys
from pathlib import Path

import pytest

EXAMPLE = Path(__file__).parents[1] / "examples" / "crm_day.py"

# By hand: 0.5 x 90,000 + 0.1 x 1,200; 45 minutes before lunch, 110 until the answer, 20 after it.
TOLD = """
deals: 2 open, 0 won, 0 lost; the open ones may bring 45120.00 CNY
li is to file the report of the visit by 2024-03-01, which is overdue
refused: 'organisation' is no customer nature (did you mean 'organization'?)
look at C-5: contact_points phone:08306668888 is also that of C-1
refused: case 'D-1' in 'signing': 'advance' needs evidence: contract; it can 'advance', 'lose'.
D-1 is won with 90000 CNY, after 20 days
D-2 is lost: price
with his first order C-1 became a first-time buyer
refused: case 'P-1' in 'proposed': 'approve' cannot be made by 'zhao', who made 'propose'
1 11:15 Record                 desk
6 14:20 Have it approved       wang
11 16:00 Sum up                 wang
violations of the four principles: 0
used 2.9 of 80 promised working hours
C-2 has been a prospect for 16 days, 15 are allowed: li and wang are told
alarms after that: 0
C-1 泸州纸厂: li -> zhao
K-1 goes with him; stage and clock stay: True
C-5 is now C-1; under either number stand K-1, L-5
3 customers, 4 records: none is lost by it
deals: 0 open, 1 won, 1 lost; the open ones may bring 0.00 CNY
zhao is to offer a frame contract by 2024-03-06
customers: Prospect 1, Intending customer 0, First-time buyer 1, Repeat customer 0, Dropped 0
li is to ask again in summer (C-2) by 2024-06-03
wang made 4 moves of the complaint
zhao made 4 moves of the complaint
desk made 2 moves of the complaint
"""


def run(monkeypatch, *arguments):
    monkeypatch.setattr(sys, "argv", [str(EXAMPLE), *map(str, arguments)])
    return runpy.run_path(str(EXAMPLE), run_name="__main__")


def test_the_day_is_told(monkeypatch, capsys):
    run(monkeypatch)
    rest = capsys.readouterr().out
    for line in TOLD.strip().splitlines():  # each after the one before
        assert line in rest
        rest = rest.partition(line)[2]


def test_the_store_keeps_what_happened(monkeypatch, capsys, tmp_path):
    path = tmp_path / "crm.db"
    run(monkeypatch, "--store", path)
    connection = sqlite3.connect(path)
    counts = {
        table: connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    }
    moves = connection.execute("SELECT sum(json_array_length(case_moves)) FROM Opportunity")
    assert moves.fetchone() == (5,)
    connection.close()
    assert counts == {
        "Case": 4, "Complaint": 1, "Customer": 4, "Interaction": 1, "Merge": 1, "Opportunity": 2,
        "Task": 2,
    }  # fmt: skip
    capsys.readouterr()
    with pytest.raises(SystemExit):
        run(monkeypatch, "--store", path)
    assert "is there already; name a new file" in capsys.readouterr().err
