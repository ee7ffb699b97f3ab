"""The code of the guide runs as it stands, and prints what stands below it."""

import re
from pathlib import Path

import matplotlib.pyplot as plt

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guide" / "profit.md"


def test_the_guide_prints_what_it_says(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    names = {}
    blocks = re.findall(r"```(python|text)\n(.*?)```", GUIDE.read_text("utf-8"), flags=re.DOTALL)
    printed = 0
    for kind, block in blocks:
        if kind == "python":
            exec(compile(block, str(GUIDE), "exec"), names)
        else:
            assert capsys.readouterr().out == block
            printed += 1
    assert printed == 8
    title = "39% of customers make 178% of the profit; 61% lose 78%"
    assert names["ax"].get_title(loc="left") == title
    assert (ROOT / "docs" / "images" / "whale.png").stat().st_size < 60_000
    plt.close("all")
