"""The code of the guide runs as it stands."""

import re
from pathlib import Path

import pytest
from matplotlib.axes import Axes

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guide" / "plotting.md"


@pytest.mark.filterwarnings("ignore:only the", "ignore:.*scores", "ignore:.*customers")
def test_the_code_of_the_guide_runs(monkeypatch):
    monkeypatch.chdir(ROOT)
    names = {}
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), flags=re.DOTALL)
    for block in blocks:
        exec(compile(block, str(GUIDE), "exec"), names)
    assert len(blocks) >= 14
    assert isinstance(names["ax"], Axes)
    assert names["left"].get_title(loc="left") == "The top 20% of customers bring 67% of revenue"


def test_the_pictures_of_the_guide_are_there_and_small():
    wanted = re.findall(r"\]\(\.\./images/(\w+\.png)\)", GUIDE.read_text("utf-8"))
    assert len(wanted) >= 9
    for name in wanted:
        assert (ROOT / "docs" / "images" / name).stat().st_size < 60_000
