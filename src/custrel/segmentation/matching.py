"""Matching: which segment of a new run is which of the old, when both were learnt."""

from __future__ import annotations

import attrs
import numpy as np
from scipy.optimize import linear_sum_assignment

from custrel.errors import InvalidData, Problem, counted
from custrel.segmentation._agreement import adjusted_rand
from custrel.segmentation.transitions import Transitions

__all__ = ["MatchedSegment", "SegmentMatch", "match_segments"]


@attrs.frozen
class MatchedSegment:
    """A segment of the run before, and the one of the run after that continues it.

    Parameters
    ----------
    before, after : str
        What either run calls it.
    customers : int
        How many are in both.
    overlap : float
        Their share of all who are in one or the other (Jaccard), 0 to 1.

    Examples
    --------
    >>> print(MatchedSegment("regulars", "segment_2", 40, 0.8))
    segment_2 continues regulars: 40 customers in both, overlap 0.80
    """

    before: str
    after: str
    customers: int
    overlap: float

    def __str__(self) -> str:
        return (
            f"{self.after} continues {self.before}: "
            f"{counted(self.customers, 'customer')} in both, overlap {self.overlap:.2f}"
        )


@attrs.frozen(kw_only=True)
class SegmentMatch:
    """How the segments of two runs go together.

    `match_segments` makes it.

    Parameters
    ----------
    pairs : tuple of MatchedSegment
        The segments that continue, in the order of the run before.
    new, gone : tuple of str
        The segments of the run after that continue none, and those of the run before that none
        continues.
    agreement : float
        The adjusted Rand index of the two runs: 1 where they divide the customers alike, 0 where
        no more than by chance.
    transitions : Transitions
        Who went from where to where, with the segments of the run after under the names of those
        that they continue.

    Examples
    --------
    >>> from custrel.segmentation import Transitions
    >>> runs = Transitions(
    ...     states=("x", "y"), counts=((1, 40), (30, 2)), left=(0, 0), entered=(0, 0)
    ... )
    >>> match = match_segments(runs)
    >>> match.names
    {'y': 'x', 'x': 'y'}
    >>> match.transitions.counts
    ((40, 1), (2, 30))
    """

    pairs: tuple[MatchedSegment, ...]
    new: tuple[str, ...]
    gone: tuple[str, ...]
    agreement: float
    transitions: Transitions

    @property
    def names(self) -> dict[str, str]:
        """What to call the segments of the run after: `Clustering.renamed` takes it.

        One that continues none keeps its name, with ``new_`` before it where that is taken.
        """
        return _names(self.pairs, self.new, self.gone)

    def __str__(self) -> str:
        head = f"the two runs agree by {self.agreement:.2f} (adjusted Rand index; 1 is the same)"
        ends = [
            f"{word}: {', '.join(names)}"
            for word, names in (("new", self.new), ("gone", self.gone))
            if names
        ]
        return "\n".join((head, *map(str, self.pairs), *ends))


def match_segments(transitions: Transitions) -> SegmentMatch:
    """Find out which segment of a new run is which of the old (客户细分的动态调整).

    A rule that is learnt anew numbers its segments anew; before anyone is said to have moved,
    the segments are to be matched.

    Parameters
    ----------
    transitions : Transitions
        As `transitions` counts them, of the same customers labelled by either run.

    Returns
    -------
    SegmentMatch

    Raises
    ------
    InvalidData
        Nobody is there in both runs.

    See Also
    --------
    transitions : The counts, and who moved where one rule was applied on both dates.
    Clustering.renamed : Takes the names.

    Notes
    -----
    Each segment continues at most one, so that as many customers as possible stay (the
    assignment problem); segments without a customer in common are not matched.  An overlap
    below 0.5 is customarily read as a segment that has dissolved.

    References
    ----------
    .. [1] L. Hubert, P. Arabie (1985), Comparing Partitions, Journal of Classification 2, 193-218.
    .. [2] C. Hennig (2007), Cluster-wise Assessment of Cluster Stability, Computational Statistics
       & Data Analysis 52(1), 258-271.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel.segmentation import transitions
    >>> customers = {"customer_id": range(6)}
    >>> may = pd.DataFrame({**customers, "segment": ["big"] * 3 + ["tiny"] * 3})
    >>> june = pd.DataFrame({**customers, "segment": ["s2"] * 3 + ["s1", "s1", "s3"]})
    >>> print(match_segments(transitions(may, june)))
    the two runs agree by 0.71 (adjusted Rand index; 1 is the same)
    s2 continues big: 3 customers in both, overlap 1.00
    s1 continues tiny: 2 customers in both, overlap 0.67
    new: s3
    """
    states = transitions.states
    counts = np.array(transitions.counts, dtype=np.int64).reshape(len(states), len(states))
    if not counts.sum():
        message = "no customer is there in both runs, so that nothing can be matched"
        raise InvalidData([Problem(code="empty", message=message, count=0)])
    of_before, of_after = counts.sum(axis=1), counts.sum(axis=0)
    pairs = tuple(
        MatchedSegment(
            states[i],
            states[j],
            int(counts[i, j]),
            float(counts[i, j] / (of_before[i] + of_after[j] - counts[i, j])),
        )
        for i, j in zip(*linear_sum_assignment(counts, maximize=True), strict=True)
        if counts[i, j]
    )
    were = of_before + np.array(transitions.left) > 0
    are = of_after + np.array(transitions.entered) > 0
    before, after = ({s for s, t in zip(states, there, strict=True) if t} for there in (were, are))
    new = tuple(s for s in states if s in after - {pair.after for pair in pairs})
    gone = tuple(s for s in states if s in before - {pair.before for pair in pairs})
    return SegmentMatch(
        pairs=pairs,
        new=new,
        gone=gone,
        agreement=adjusted_rand(counts),
        transitions=_renamed(transitions, _names(pairs, new, gone), before),
    )


def _names(
    pairs: tuple[MatchedSegment, ...], new: tuple[str, ...], gone: tuple[str, ...]
) -> dict[str, str]:
    names = {pair.after: pair.before for pair in pairs}
    taken = {*names.values(), *gone}
    for name in new:
        own = name
        while own in taken:
            own = f"new_{own}"
        names[name] = own
        taken.add(own)
    return names


def _renamed(transitions: Transitions, names: dict[str, str], before: set[str]) -> Transitions:
    """Return the same counts with the segments after called by the given names."""
    place = {state: number for number, state in enumerate(transitions.states)}
    old = [state for state in transitions.states if state in before]
    states = (*old, *(name for name in names.values() if name not in before))
    source = {own: place[name] for name, own in names.items()}
    rows = [place[state] if state in before else None for state in states]
    columns = [source.get(state) for state in states]

    def cell(row: int | None, column: int | None) -> int:
        return 0 if row is None or column is None else transitions.counts[row][column]

    return Transitions(
        states=states,
        counts=tuple(tuple(cell(row, column) for column in columns) for row in rows),
        left=tuple(0 if row is None else transitions.left[row] for row in rows),
        entered=tuple(0 if column is None else transitions.entered[column] for column in columns),
    )
