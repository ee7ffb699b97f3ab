"""What every test and doctest needs, wherever pytest is pointed."""

import os

# Pictures are drawn without a display. Set before anything imports matplotlib.
os.environ["MPLBACKEND"] = "Agg"
