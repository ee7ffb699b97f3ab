"""Equity share: what the customers of a market are worth to each brand, by how they switch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Self

import attrs
import numpy as np
from numpy.typing import ArrayLike, NDArray

from custrel.errors import InvalidRule, UnknownCode
from custrel.frames import enter
from custrel.rules import Rule
from custrel.valuation._amounts import amounts
from custrel.valuation._choice import fit_logit, probabilities
from custrel.valuation._survey import Survey
from custrel.valuation.discounting import DiscountRate
from custrel.valuation.switching import require_time, switching_value

__all__ = ["EquityGain", "Market", "SwitchingModel"]

Floats = NDArray[np.float64]


@attrs.frozen(kw_only=True)
class Market:
    """A market, for whose customers the respondents of a survey stand.

    Parameters
    ----------
    population : float
        How many customers it has, above 0.
    years : float
        How far to look ahead, in years.
    discount : DiscountRate or None
        What money loses over time; None: nothing.
    purchases_per_year : float
        How often a customer buys in the category, above 0.
    margin : float
        The share of spend that is a brand's profit.

    Raises
    ------
    InvalidRule
        A number is impossible.

    Examples
    --------
    >>> Market(population=40e6, years=3, discount=DiscountRate.per_year(0.10)).margin
    1.0
    """

    population: float = attrs.field(converter=float)
    years: float = attrs.field(converter=float)
    discount: DiscountRate | None
    purchases_per_year: float = attrs.field(default=1.0, converter=float)
    margin: float = attrs.field(default=1.0, converter=float)

    def __attrs_post_init__(self) -> None:
        require_time(self.years, self.purchases_per_year)
        if not 0 < self.population < np.inf or not np.isfinite(self.margin):
            raise InvalidRule("Market: population is above 0, and the margin a finite number.")


def _as_names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(names)


def _as_numbers(numbers: Iterable[float]) -> tuple[float, ...]:
    return tuple(float(number) for number in numbers)


@attrs.frozen(kw_only=True)
class SwitchingModel(Rule):
    """Which brand customers buy next: by what they bought last, and how they rate the brands.

    Parameters
    ----------
    inertia : float
        What having bought a brand last adds to its utility.
    drivers : sequence of str
        The columns of the ratings: quality, price, awareness, a loyalty program, ...
    weights : sequence of float
        What a point of each adds to a brand's utility.
    standard_errors : sequence of float
        Of the inertia, then of the weights; empty where the model was made by hand.
    log_likelihood : float
        Of the answers; NaN where the model was made by hand.
    respondents : int
        From how many it was learnt.

    Raises
    ------
    InvalidRule
        There are not as many weights as drivers, or a number is not finite.

    See Also
    --------
    switching_value : The value that follows from a switching matrix.

    Notes
    -----
    A multinomial logit: utility = inertia x (bought last) + sum of weight x rating.  A respondent's
    ratings and the inertia give his own switching matrix, from which his lifetime value to each
    brand follows; the mean over respondents times the population is the brand's customer equity.

    References
    ----------
    .. [1] R. T. Rust, K. N. Lemon, V. A. Zeithaml (2004), Return on Marketing: Using Customer
       Equity to Focus Marketing Strategy, Journal of Marketing 68(1), 109-127.

    Examples
    --------
    >>> import pandas as pd
    >>> survey = pd.DataFrame(
    ...     {
    ...         "respondent": [1, 1, 2, 2, 3, 3, 4, 4],
    ...         "brand": ["us", "them"] * 4,
    ...         "last": [1, 0, 1, 0, 0, 1, 0, 1],
    ...         "next": [0.9, 0.1, 0.4, 0.6, 0.5, 0.5, 0.2, 0.8],
    ...         "quality": [4, 3, 2, 4, 4, 3, 3, 4],
    ...     }
    ... )
    >>> model = SwitchingModel.fit(survey, drivers=["quality"])
    >>> model.weights[0] > 0 and model.inertia > 0
    True
    >>> by_hand = SwitchingModel(inertia=1.0, drivers=["quality"], weights=[0.5])
    >>> by_hand.switching_matrix([[4], [3]]).round(3).tolist()
    [[0.818, 0.182], [0.378, 0.622]]
    """

    inertia: float = attrs.field(converter=float)
    drivers: tuple[str, ...] = attrs.field(converter=_as_names)
    weights: tuple[float, ...] = attrs.field(converter=_as_numbers)
    standard_errors: tuple[float, ...] = attrs.field(default=(), converter=_as_numbers)
    log_likelihood: float = attrs.field(default=np.nan, converter=float)
    respondents: int = 0

    def __attrs_post_init__(self) -> None:
        if not np.isfinite((self.inertia, *self.weights)).all():
            raise InvalidRule("SwitchingModel: inertia and weights must be finite numbers.")
        if len(self.weights) != len(self.drivers) or len(set(self.drivers)) != len(self.drivers):
            raise InvalidRule(
                f"SwitchingModel: {len(self.weights)} weights for the drivers {self.drivers}; "
                "a weight for each, and each driver once."
            )

    @classmethod
    def fit(
        cls,
        survey: Any,
        *,
        drivers: Sequence[str],
        respondent: str = "respondent",
        brand: str = "brand",
        last: str = "last",
        choice: str = "next",
    ) -> Self:
        """Learn the model from a survey, by maximum likelihood.

        Parameters
        ----------
        survey : frame
            A row for each respondent and brand: each respondent judges all brands.
        drivers : sequence of str
            The columns of the ratings.
        respondent, brand : str
            The columns of who answered, and of the brand.
        last : str
            The column that is 1 for the brand bought last, else 0.
        choice : str
            The column of the brand to be bought next: 1 and 0, or probabilities that sum to 1.

        Returns
        -------
        SwitchingModel

        Raises
        ------
        ColumnNotFound
            A column is not there.
        InvalidData
            A value is missing; a respondent lacks a brand, or has one twice; or his `last` or
            `choice` does not sum to 1.
        FitError
            The answers do not tell what a driver weighs.
        TooManyRows
            A lazy frame has more than a million rows, and all are needed at once.
        """
        answers = Survey.read(survey, drivers, respondent, brand, shares=(last, choice))
        bought, chosen = answers.shares
        x = np.concatenate([bought[..., None], answers.ratings], axis=-1)
        beta, errors, value = fit_logit(x, chosen, [last, *drivers])
        return cls(
            inertia=float(beta[0]),
            drivers=drivers,
            weights=beta[1:],
            standard_errors=errors,
            log_likelihood=value,
            respondents=len(chosen),
        )

    def switching_matrix(self, ratings: ArrayLike) -> Floats:
        """Return the probability of each brand at the next purchase, by the brand bought last.

        Parameters
        ----------
        ratings : array_like of shape (..., brands, drivers)
            How brands are rated.

        Returns
        -------
        ndarray of shape (..., brands, brands)
            Rows, the brand bought last, sum to 1.

        Raises
        ------
        InvalidData
            A rating is missing or infinite.
        InvalidRule
            There are not as many ratings as drivers.
        """
        (x,) = amounts(ratings=ratings)
        if x.ndim < 2 or x.shape[-1] != len(self.drivers):
            raise InvalidRule(
                f"ratings have a row for each brand and a column for each of {self.drivers}; got "
                f"shape {x.shape}."
            )
        utility = x @ np.asarray(self.weights)
        return probabilities(utility[..., None, :] + self.inertia * np.eye(x.shape[-2]))

    def equity(
        self,
        survey: Any,
        *,
        market: Market,
        spend: str = "spend",
        respondent: str = "respondent",
        brand: str = "brand",
        last: str = "last",
    ) -> Any:
        """Return the customer equity of every brand, and its share (顾客资产份额).

        Parameters
        ----------
        survey : frame
            A row for each respondent and brand, with the ratings.
        market : Market
            For whom the respondents stand, and how far to look ahead.
        spend : str
            The column of what the respondent spends on a purchase.
        respondent, brand : str
            The columns of who answered, and of the brand.
        last : str
            The column that is 1 for the brand bought last, else 0.

        Returns
        -------
        frame
            Of the kind that came in, a row for each brand: ``brand``, ``lifetime_value`` (the mean
            over the market's customers), ``customer_equity``, and ``equity_share``, 0 to 1.

        Raises
        ------
        ColumnNotFound
            A column is not there.
        InvalidData
            A value is missing; a respondent lacks a brand, or has one twice; or his `last` does
            not sum to 1.
        InvalidRule
            A number is impossible.
        TooManyRows
            A lazy frame has more than a million rows, and all are needed at once.
        """
        door = enter(survey)
        answers = Survey.read(survey, self.drivers, respondent, brand, shares=(last,), spend=spend)
        values = self._mean_values(answers, market)
        total = values.sum()
        table = {
            "brand": np.asarray(answers.brands),
            "lifetime_value": values,
            "customer_equity": values * market.population,
            "equity_share": values / total if total else np.full_like(values, np.nan),
        }
        return door.table(table)

    def improve(
        self,
        survey: Any,
        *,
        of: Any,
        by: Mapping[str, float],
        cost: float,
        market: Market,
        spend: str = "spend",
        highest: float = np.inf,
        respondent: str = "respondent",
        brand: str = "brand",
        last: str = "last",
    ) -> EquityGain:
        """Return what it brings a brand to be rated better.

        Parameters
        ----------
        survey : frame
            A row for each respondent and brand, with the ratings.
        of : object
            The brand, as it stands in the survey.
        by : mapping of str to float
            For each driver that changes, by how many points.
        cost : float
            What the improvement costs, at present value, more than 0.
        market : Market
            For whom the respondents stand, and how far to look ahead.
        spend : str
            The column of what the respondent spends on a purchase.
        highest : float
            The end of the rating scale, which no improvement passes.
        respondent, brand : str
            The columns of who answered, and of the brand.
        last : str
            The column that is 1 for the brand bought last, else 0.

        Returns
        -------
        EquityGain

        Raises
        ------
        ColumnNotFound
            A column is not there.
        InvalidData
            A value is missing, or a respondent's rows are not complete.
        InvalidRule
            A number is impossible.
        UnknownCode
            There is no such brand or driver.
        TooManyRows
            A lazy frame has more than a million rows, and all are needed at once.
        """
        answers = Survey.read(survey, self.drivers, respondent, brand, shares=(last,), spend=spend)
        if of not in answers.brands:
            raise UnknownCode("brand of the survey", str(of), map(str, answers.brands))
        for driver in by:
            if driver not in self.drivers:
                raise UnknownCode("driver of the model", driver, self.drivers)
        place = answers.brands.index(of)
        points = np.array([by.get(driver, 0.0) for driver in self.drivers])
        better = answers.ratings.copy()
        raised = np.minimum(better[:, place] + points, highest)
        better[:, place] = np.where(points > 0, np.maximum(raised, better[:, place]), raised)
        before, after = (
            float(self._mean_values(those, market)[place]) * market.population
            for those in (answers, attrs.evolve(answers, ratings=better))
        )
        return EquityGain(before=before, after=after, cost=cost)

    def _mean_values(self, answers: Survey, market: Market) -> Floats:
        (bought,) = answers.shares
        values = switching_value(
            self.switching_matrix(answers.ratings),
            last=bought,
            spend=answers.spend * market.margin,
            purchases_per_year=market.purchases_per_year,
            years=market.years,
            discount=market.discount,
        )
        return np.asarray(values.mean(axis=0))


@attrs.frozen(kw_only=True)
class EquityGain:
    """What an improvement brings a brand: more customer equity, for its cost.

    Parameters
    ----------
    before, after : float
        The brand's customer equity without and with it.
    cost : float
        What it costs, at present value, more than 0.

    Raises
    ------
    InvalidRule
        The cost is not above 0.

    References
    ----------
    .. [1] R. T. Rust, K. N. Lemon, V. A. Zeithaml (2004), Return on Marketing: Using Customer
       Equity to Focus Marketing Strategy, Journal of Marketing 68(1), 109-127.

    Examples
    --------
    >>> airline = EquityGain(before=7_303.0, after=7_404.3, cost=70.0)
    >>> round(airline.gain, 1), round(airline.roi, 3)
    (101.3, 0.447)
    """

    before: float
    after: float
    cost: float = attrs.field(converter=float)

    def __attrs_post_init__(self) -> None:
        if not 0 < self.cost < np.inf:
            raise InvalidRule(f"cost={self.cost!r}: a return needs a finite cost above 0.")

    @property
    def gain(self) -> float:
        """How much the equity grows."""
        return self.after - self.before

    @property
    def roi(self) -> float:
        """The return on the cost: (gain - cost) / cost."""
        return (self.gain - self.cost) / self.cost
