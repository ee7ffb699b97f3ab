"""Who the customers are and what passed between them and the firm.

Frozen, typed objects for parties, relationships, contacts, offers, deals and complaints. A case is
its history: its present stage is read off its last move and never stored beside it. A change makes
a new object; a move that is not allowed raises an error that names those that are.

This package knows neither NumPy nor data frames, so that an application can build on it alone.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from custrel.model.churn import RiskVerdict as RiskVerdict
else:
    from custrel._lazy import make_lazy

    make_lazy(__name__, {"custrel.model.churn": ("RiskVerdict",)})
    del make_lazy
