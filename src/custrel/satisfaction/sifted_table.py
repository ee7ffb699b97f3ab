"""A table, and what was left out of the data behind it."""

from __future__ import annotations

from typing import Any, Self

import attrs

from custrel._shown import in_html, in_text
from custrel.errors import Problem

__all__ = ["SiftedTable"]


@attrs.frozen(eq=False, repr=False)
class SiftedTable:
    """A table, and what was left out of the data behind it.

    What `score_groups`, `servqual`, `ipa_survey`, `index_benchmark`, `loyalty_profile` and the
    trends give.  Whatever takes a frame takes it too.

    Parameters
    ----------
    frame : frame
        The table, of the kind of the data.
    problems : tuple of Problem
        What was left out (or, of an index, filled in), and why; empty where all could be used.

    Examples
    --------
    >>> import pandas as pd
    >>> from custrel.satisfaction import NpsScale, score_groups
    >>> answers = pd.DataFrame({"shop": ["a", "a", "b"], "score": [10, 11, 9]})
    >>> table = score_groups(answers, scale=NpsScale(), by="shop", errors="collect")
    >>> table.frame["answers"].tolist()
    [1, 1]
    >>> table.problems[0].message, table.problems[0].rows
    ('answer that is no whole number from 0 to 10', ("row 1: shop='a', score=11",))
    """

    frame: Any
    problems: tuple[Problem, ...] = ()

    def with_frame(self, frame: Any) -> Self:
        """Return the same facts around another frame.

        Parameters
        ----------
        frame : frame
            The table with columns added or rows filtered.

        Returns
        -------
        SiftedTable
        """
        return attrs.evolve(self, frame=frame)

    def __repr__(self) -> str:
        return in_text(self.frame, self.problems, said="Note")

    def _repr_html_(self) -> str:
        return in_html(self.frame, self.problems, said="Notes")
