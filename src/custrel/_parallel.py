"""Long work in parts: in this process or in several, shown on the terminal where it is asked for."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from importlib.util import find_spec
from multiprocessing import get_context
from typing import TypeVar

from custrel.errors import InvalidRule, MissingExtra

Batch = TypeVar("Batch")
Part = TypeVar("Part")


def in_parts(
    work: Callable[[Batch], Part],
    batches: Sequence[Batch],
    what: str,
    *,
    processes: int,
    progress: bool,
) -> list[Part]:
    """Do work in parts, in this process or in several; return the parts in their order.

    An interruption ends the other processes too, and leaves nothing half done.
    """
    if processes < 1:
        raise InvalidRule(f"processes must be 1 or more, got {processes!r}.")
    with _shown(len(batches), what, progress) as step:
        if processes == 1 or len(batches) == 1:
            return [step(part) for part in map(work, batches)]
        # Closed at once whatever happens, lest a traceback that is kept keep the processes.
        with closing(_elsewhere(work, batches, processes)) as parts:
            return [step(part) for part in parts]


def _elsewhere(
    work: Callable[[Batch], Part], batches: Sequence[Batch], processes: int
) -> Generator[Part]:
    # Not forked: a process that is copied while its libraries hold locks may stand still.
    number = min(processes, len(batches))
    pool = ProcessPoolExecutor(number, mp_context=get_context("spawn"), initializer=_stay)
    try:
        with _unmoved():  # processes are born as deaf to Ctrl-C as this one is at their birth
            made = pool.map(work, batches)
        yield from made
    finally:
        with _unmoved():  # by somebody who presses twice
            pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def _unmoved() -> Generator[None]:
    """Let Ctrl-C wait, where the system can."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _stay() -> None:
    """Leave Ctrl-C to the process that asked for the work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _shown(parts: int, what: str, progress: bool) -> Generator[Callable[[Part], Part]]:
    """Show on the terminal how far the work is, where it was asked for."""
    if not progress:
        yield lambda part: part
        return
    if find_spec("tqdm") is None:
        raise MissingExtra("tqdm", "progress")
    from tqdm.auto import tqdm  # noqa: PLC0415 - an extra

    with tqdm(total=parts, desc=what, unit="batch") as bar:

        def step(part: Part) -> Part:
            bar.update()
            return part

        yield step
