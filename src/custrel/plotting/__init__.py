"""Pictures of summaries, segments, concentration and models.

Each function draws on the ``ax`` that it is given, or on a new one, and returns it. Nothing is
shown or saved: that is left to the caller. Drawing needs matplotlib, which the ``plot`` extra
installs.
"""

from custrel._lazy import make_lazy

make_lazy(__name__, {})
del make_lazy
