"""Customers to score."""

import numpy as np
import pytest


@pytest.fixture(scope="session")
def customers():
    """Six hundred customers as lists: heavy ties in orders, cents in revenue."""
    rng = np.random.default_rng(20240607)
    n = 600
    frequency = rng.geometric(0.45, n) - 1
    recency = np.where(frequency > 0, rng.uniform(1, 300, n).round(1), 0.0)
    idle = rng.integers(0, 240, n).astype(float)
    revenue = ((frequency + 1) * rng.gamma(2, 20, n)).round(2)
    before = np.where(rng.random(n) < 0.6, rng.gamma(2, 20, n).round(2), 0.0)
    return {
        "id": list(range(n)),
        "idle": idle.tolist(),
        "orders": (frequency + 1).tolist(),
        "frequency": frequency.tolist(),
        "recency": recency.tolist(),
        "T": (recency + idle).tolist(),
        "revenue": revenue.tolist(),
        "potential": rng.integers(0, 9, n).tolist(),
        "revenue_recent": (before * rng.uniform(0, 1.5, n)).round(2).tolist(),
        "revenue_before": before.tolist(),
    }
