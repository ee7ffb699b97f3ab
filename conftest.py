"""What every test and doctest needs, wherever pytest is pointed."""

import os
import sys
from collections.abc import Iterator

import pytest

# Pictures are drawn without a display. Set before anything imports matplotlib.
os.environ["MPLBACKEND"] = "Agg"


@pytest.fixture(autouse=True)
def close_pictures() -> Iterator[None]:
    """Close what a test has drawn: matplotlib keeps it, and warns of the twenty-first."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")
