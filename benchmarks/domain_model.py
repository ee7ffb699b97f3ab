"""What the objects of the domain model cost, beside pydantic and python-statemachine.

    python benchmarks/make_peers.py
    python benchmarks/domain_model.py [--runs 5]

Each contestant runs in a process of its own, and they take turns.
"""

import tempfile
from pathlib import Path

from measure import arguments, machine, median, ratio, table, take_turns

# What is measured, what may be spent on it, and whether a peer does the same.
ROWS = [
    ("a record of 12 fields", "record", 3.0, True),
    ("a `Customer`, 18 fields", "customer", None, False),
    ("a move of a case", "transition", 10.0, True),
    ("working time over 30 days", "working_time", 150.0, False),
    ("a record to columns, of 100,000", "there", 3.0, True),
    ("a record from columns, of 100,000", "back", None, False),
]


def main() -> None:
    """Print the table."""
    options = arguments(__doc__.split("\n", 1)[0])
    tasks = [name for _, task, _, peer in ROWS for name in _contestants(task, peer)]
    with tempfile.TemporaryDirectory() as folder:
        runs = take_turns(tasks, Path(folder), options)
    rows = []
    for title, task, limit, peer in ROWS:
        own, other = f"model:{task}", f"peers:{task}"
        sized = "bytes" in runs[own][0]
        rows.append(
            [
                title,
                f"{median(runs, own, 'us'):.2f}",
                "" if limit is None else f"{limit:g}",
                f"{ratio(runs, other, own, 'us'):.1f}" if peer else "",
                f"{median(runs, own, 'bytes'):,.0f}" if sized else "",
                f"{median(runs, other, 'bytes'):,.0f}" if sized and peer else "",
            ]
        )
    print(machine())
    header = ["", "custrel, µs", "at most", "peer / custrel", "bytes", "peer's bytes"]
    print(table(header, rows))


def _contestants(task: str, peer: bool) -> list[str]:
    return [f"model:{task}", *([f"peers:{task}"] if peer else [])]


if __name__ == "__main__":
    main()
