"""The mobi survey (250 customers of a mobile phone provider, 24 answers on 1 to 10, ECSI model).

`mobi_moments.csv` has of each item the sum of its answers and the sums of its products with every
item: facts about the data that M. Tenenhaus, V. Esposito Vinzi, Y.-M. Chatelin, C. Lauro (2005),
PLS Path Modeling, Computational Statistics & Data Analysis 48(1), 159-205, publish their results
on.  Partial least squares reads nothing else, so that every published figure can be reached without
the single answers.  `answers` are other respondents, with the very same sums.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from custrel.satisfaction import ECSI
from custrel.satisfaction._path_model.moments import Moments

RESPONDENTS = 250
MODEL = ECSI.with_items(
    {
        "image": [f"IMAG{i}" for i in range(1, 6)],
        "expectations": [f"CUEX{i}" for i in range(1, 4)],
        "perceived_quality": [f"PERQ{i}" for i in range(1, 8)],
        "perceived_value": ["PERV1", "PERV2"],
        "satisfaction": [f"CUSA{i}" for i in range(1, 4)],
        "complaint_handling": "CUSCO",
        "loyalty": [f"CUSL{i}" for i in range(1, 4)],
    }
)


def moments():
    """Return means and covariances of the answers."""
    table = pd.read_csv(Path(__file__).with_name("mobi_moments.csv"), index_col="item")
    table = table.loc[list(MODEL.items), ["sum", *MODEL.items]]
    means = table["sum"].to_numpy() / RESPONDENTS
    cross = table[list(MODEL.items)].to_numpy()
    around = cross - RESPONDENTS * np.outer(means, means)
    return Moments(means[None], around[None] / (RESPONDENTS - 1))


def answers():
    """Return a frame of 250 respondents whose answers, no whole numbers, have the same moments."""
    known = moments()
    noise = np.random.default_rng(7).normal(size=(RESPONDENTS, len(MODEL.items)))
    noise -= noise.mean(axis=0)
    white = noise @ np.linalg.inv(np.linalg.cholesky(np.cov(noise, rowvar=False))).T
    values = known.means[0] + white @ np.linalg.cholesky(known.covariances[0]).T
    return pd.DataFrame(values, columns=list(MODEL.items))
