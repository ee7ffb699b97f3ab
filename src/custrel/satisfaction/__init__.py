"""What customers think, and whether they stay.

Survey answers turned into measures of satisfaction, quality and loyalty, with the uncertainty that
belongs to each.
"""

from custrel._lazy import make_lazy

make_lazy(__name__, {})
del make_lazy
