"""The code of the guide runs as it stands."""

import re
from pathlib import Path

import pytest

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "segmentation.md"


@pytest.mark.filterwarnings("ignore:only the")
def test_the_code_of_the_guide_runs(capsys):
    names = {}
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), flags=re.DOTALL)
    for block in blocks:
        exec(compile(block, str(GUIDE), "exec"), names)
    assert len(blocks) > 8
    assert capsys.readouterr().out.startswith("revenue of 500 customers")
    assert names["named"].frame["segment"].isin(names["mine"].segments).all()
    assert set(names["strict"].to_data()["volume"]) >= {"watch", "alarm"}
