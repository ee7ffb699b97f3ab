"""How long `import custrel` takes over bare Python, in milliseconds.

    python benchmarks/import_time.py

Interpreters with and without the import alternate, so that a change in the machine's load
falls on both; the figure is the median of the differences.
"""

import statistics
import subprocess
import sys
import time

RUNS = 21


def milliseconds(statement: str) -> float:
    """Time a fresh interpreter that runs one statement."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, "-c", statement], check=True)
    return (time.perf_counter() - begin) * 1000


def main() -> None:
    """Print one line for each import."""
    for statement in "import custrel", "import custrel.model":
        milliseconds(statement)  # writes the bytecode
        over_bare = [milliseconds(statement) - milliseconds("pass") for _ in range(RUNS)]
        print(
            f"{statement}: {statistics.median(over_bare):.1f} ms over bare Python "
            f"(median of {RUNS} runs, best {min(over_bare):.1f})"
        )


if __name__ == "__main__":
    main()
