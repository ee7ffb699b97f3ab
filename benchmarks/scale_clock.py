"""What the stages of `scale.py` cost: CPU seconds, children included, and memory at most."""

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

UNTIL = "2024-12-31"
HORIZON = 90.0
HISTORY = ("frequency", "recency", "T")


class Clock:
    """CPU seconds by stage, children included."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self.begin = time.perf_counter()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count what happens inside towards a stage."""
        before = _cpu()
        yield
        self.stages[name] = _cpu() - before

    def report(self) -> None:
        """Print the stages, the wall time and the peak memory of this process, as JSON."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        memory = peak / (1024**2 if sys.platform == "darwin" else 1024)
        wall = time.perf_counter() - self.begin
        print(json.dumps(self.stages | {"wall": wall, "memory": memory}))


def _cpu() -> float:
    own = sum(resource.getrusage(resource.RUSAGE_SELF)[:2])
    return own + sum(_children_cpu())


def _children_cpu() -> Iterator[float]:
    """Yield the CPU seconds of every descendant that runs, which is where Spark works."""
    parents: dict[int, int] = {}
    seconds: dict[int, float] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:  # it has ended meanwhile
            continue
        pid = int(stat.parent.name)
        parents[pid] = int(fields[1])
        seconds[pid] = (int(fields[11]) + int(fields[12])) / 100
    me = os.getpid()
    for pid, parent in parents.items():
        ancestor = parent
        while ancestor not in {0, me}:
            ancestor = parents.get(ancestor, 0)
        if ancestor == me:
            yield seconds[pid]


def run_stages(
    engines: Mapping[str, Callable[[Path, Path], Any]],
    pipeline: Callable[[Any, int, Clock, str], None],
) -> None:
    """Be the main function of a script of stages: ``SCRIPT ENGINE PARTS UNIT FOLDER WORK``.

    What is measured is the second run; the first is on a few orders, so that all is imported.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("engine", choices=engines)
    parser.add_argument("parts", type=int)
    parser.add_argument("unit", choices=("D", "W"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("work", type=Path)
    options = parser.parse_args()
    engine = engines[options.engine]
    warm = options.work / "warm"
    warm.mkdir()
    pipeline(engine(options.folder / "few", warm), 1, Clock(), options.unit)
    clock = Clock()
    pipeline(engine(options.folder, options.work), options.parts, clock, options.unit)
    clock.report()
