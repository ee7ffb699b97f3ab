import numpy as np
import pytest

from custrel.errors import InvalidRule, UnknownCode
from custrel.plotting import plot_frequency_recency
from custrel.valuation import BgNbd, MbgNbd


def matrix(ax):
    return np.asarray(ax.collections[0].get_array())


def middles(T):
    return (np.arange(100) + 0.5) * T / 100


def test_p_alive(model):
    ax = plot_frequency_recency(model, T=39, max_frequency=4)
    expected = model.probability_alive(
        frequency=np.arange(1, 5), recency=middles(39)[:, None], T=39.0
    )
    np.testing.assert_allclose(matrix(ax), expected)
    assert matrix(ax).shape == (100, 4)
    assert ax.get_xlabel() == "Repeat purchases so far"
    assert ax.get_ylabel() == "Time from first to last purchase (weeks)"
    assert ax.get_title(loc="left") == "Is the customer still there?"
    assert bar(ax).get_ylabel() == "Probability of still being a customer, P(alive)"
    assert ax.collections[0].get_clim() == (0, 1)


def bar(ax):
    return ax.figure.axes[1]


def test_expected_purchases(model):
    ax = plot_frequency_recency(
        model, T=39, what="expected_purchases", horizon=26, max_frequency=30
    )
    expected = model.expected_purchases(
        frequency=np.arange(1, 31), recency=middles(39)[:, None], T=39.0, horizon=26
    )
    np.testing.assert_allclose(matrix(ax), expected)
    assert bar(ax).get_ylabel() == "Expected purchases in the next 26 weeks"
    assert ax.get_title(loc="left") == "How often will the customer buy in the next 26 weeks?"
    assert ax.collections[0].get_clim() == (0, pytest.approx(expected.max()))


@pytest.mark.parametrize(("kind", "name"), [(BgNbd, "BG/NBD"), (MbgNbd, "MBG/NBD")])
def test_the_small_print_has_those_who_bought_once(kind, name):
    model = kind(r=0.5, alpha=6.0, a=0.9, b=1.6, unit="D")
    ax = plot_frequency_recency(model, T=90)
    note = " ".join(ax.texts[-1].get_text().split())
    once = model.probability_alive(frequency=0, recency=0, T=90)
    assert note == (
        f"{name}; first purchase 90 days ago; one-time buyers (not drawn): {float(once):.2f}"
    )


def test_the_iso_lines_are_those_of_the_colour_bar(model):
    ax = plot_frequency_recency(model, T=39)
    assert ax.collections[1].levels.tolist() == pytest.approx([0.2, 0.4, 0.6, 0.8])


def test_a_model_without_a_unit():
    model = BgNbd(r=0.24, alpha=4.4, a=0.79, b=2.4)
    ax = plot_frequency_recency(model, T=10)
    assert ax.get_ylabel() == "Time from first to last purchase (units of time)"
    assert "10 units of time ago" in ax.texts[-1].get_text()


def test_one_column(model):
    ax = plot_frequency_recency(model, T=39, max_frequency=1)
    assert matrix(ax).shape == (100, 1)
    ax.figure.canvas.draw()


def test_nothing_to_expect(model):
    ax = plot_frequency_recency(model, T=39, what="expected_purchases", horizon=0)
    assert not matrix(ax).any()
    ax.figure.canvas.draw()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"T": 0}, "T=0"),
        ({"T": float("nan")}, "T=nan"),
        ({"T": 39, "max_frequency": 0}, "max_frequency=0"),
        ({"T": 39, "max_frequency": 2.5}, "max_frequency=2.5"),
        ({"T": 39, "what": "expected_purchases"}, "how far to look ahead"),
        ({"T": 39, "what": "expected_purchases", "horizon": -1}, "horizon=-1"),
    ],
)
def test_impossible_options(model, options, message):
    with pytest.raises(InvalidRule, match=message):
        plot_frequency_recency(model, **options)


def test_an_unknown_choice(model):
    with pytest.raises(UnknownCode, match="did you mean 'p_alive'"):
        plot_frequency_recency(model, T=39, what="alive")
