"""The code of the guide runs as it stands, and prints what stands below it."""

import re
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "profit.md"


def test_the_guide_prints_what_it_says(capsys):
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
