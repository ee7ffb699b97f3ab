"""Importing custrel is cheap, and its lazy names behave like any others."""

import subprocess
import sys

import pytest

import custrel
from custrel._lazy import make_lazy

HEAVY = {"duckdb", "matplotlib", "narwhals", "numpy", "pandas", "polars", "pyarrow", "scipy"}


def loaded_by(statement):
    """Return the heavy packages that a fresh interpreter has loaded after a statement."""
    script = f"import sys\n{statement}\nprint(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=120
    )
    return HEAVY & set(done.stdout.split())


@pytest.mark.conformance
@pytest.mark.parametrize(
    "statement",
    [
        "import custrel",
        "import custrel.model",
        *(
            f"import custrel.{name}"
            for name in ("plotting", "satisfaction", "segmentation", "valuation")
        ),
        "from custrel import CustrelError, Problem, Rule, TimeUnit, from_data, label",
        "import custrel.model as m; [getattr(m, name) for name in m.__all__]",
    ],
)
def test_what_needs_no_numerical_library_loads_none(statement):
    assert loaded_by(statement) == set()


@pytest.mark.conformance
def test_no_engine_but_the_callers_own_is_loaded_and_no_matplotlib():
    statement = (
        "import custrel as cr; [getattr(cr, name) for name in cr.__all__]\n"
        "for room in cr.valuation, cr.segmentation, cr.satisfaction:\n"
        "    [getattr(room, name) for name in room.__all__]"
    )
    # Not PyArrow: pandas loads it on its own where it is installed.
    assert not loaded_by(statement) & {"duckdb", "matplotlib", "polars"}


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A lazy package with a module that carries the name of its main function."""
    package = tmp_path / "shop"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "rfm.py").write_text("class Scale: pass\ndef rfm(): return 'scored'\n")
    (package / "till").mkdir()
    (package / "till" / "__init__.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    import shop

    make_lazy("shop", {"shop.rfm": ("Scale", "rfm")}, subpackages=["till"])
    yield shop
    for name in [name for name in sys.modules if name.partition(".")[0] == "shop"]:
        del sys.modules[name]


def test_nothing_is_imported_before_it_is_touched(shop):
    assert "shop.rfm" not in sys.modules
    assert shop.rfm() == "scored"
    assert "shop.rfm" in sys.modules


def test_a_function_wins_over_the_module_of_its_name(shop):
    from shop.rfm import Scale

    assert shop.rfm() == "scored"
    assert shop.Scale is Scale


def test_the_function_wins_when_another_name_came_first(shop):
    assert shop.Scale.__module__ == "shop.rfm"

    from shop import rfm

    assert rfm() == "scored"


def test_subpackages_are_modules(shop):
    assert shop.till.__name__ == "shop.till"
    assert shop.till is sys.modules["shop.till"]


def test_all_and_dir_list_everything(shop):
    assert shop.__all__ == ("Scale", "rfm", "till")
    assert {"Scale", "rfm", "till", "__name__"} <= set(dir(shop))


def test_a_misspelt_name_is_told_its_near_misses():
    with pytest.raises(AttributeError, match="no attribute 'sumarize'; did you mean 'summarize'"):
        _ = custrel.sumarize
    with pytest.raises(ImportError, match="cannot import name 'sumarize'"):
        from custrel import sumarize  # noqa: F401 - the import is what fails


def test_an_unlike_name_is_told_nothing():
    with pytest.raises(AttributeError, match=r"no attribute 'qqqqq'$"):
        _ = custrel.qqqqq
