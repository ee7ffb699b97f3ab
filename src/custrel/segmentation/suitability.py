"""Suitability: which customer may be offered which product, by grades of risk."""

from __future__ import annotations

from typing import Any

import attrs
import narwhals.stable.v2 as nw

from custrel._columns import as_code
from custrel.errors import InvalidRule, UnknownCode
from custrel.frames import enter
from custrel.rules import Rule
from custrel.segmentation._refusals import refuse
from custrel.segmentation.checklist import Checklist, Criterion

__all__ = ["RISK_PROFILE", "Suitability"]

_GRADES = ("low", "low_medium", "medium", "high")


def _as_codes(codes: Any) -> tuple[str, ...]:
    return tuple(str(code) for code in codes)


@attrs.frozen
class Suitability(Rule):
    """A product suits a customer who bears at least its risk (适当性匹配).

    Parameters
    ----------
    grades : sequence of str
        The grades of risk, the lowest first; customers and products have the same.

    Raises
    ------
    InvalidRule
        There are none, or two of one name.

    See Also
    --------
    RISK_PROFILE : The grade of a customer, from experience and tolerance.

    Notes
    -----
    低风险、中低风险、中风险、高风险: a customer is offered products whose risk matches what he can
    bear (与其风险承受能力相匹配的产品或服务).

    Examples
    --------
    >>> rule = Suitability()
    >>> rule.suits(customer="medium", product="low"), rule.suits(customer="low", product="high")
    (True, False)
    """

    grades: tuple[str, ...] = attrs.field(default=_GRADES, converter=_as_codes)

    def __attrs_post_init__(self) -> None:
        if not self.grades or len(set(self.grades)) < len(self.grades):
            raise InvalidRule(f"grades must have different names, got {self.grades}.")

    def suits(self, *, customer: str, product: str) -> bool:
        """Tell whether a product suits a customer.

        Parameters
        ----------
        customer, product : str
            The grade of either.

        Returns
        -------
        bool

        Raises
        ------
        UnknownCode
            There is no such grade.
        """
        for grade in (customer, product):
            if grade not in self.grades:
                raise UnknownCode("grade of risk", grade, self.grades)
        return self.grades.index(product) <= self.grades.index(customer)

    def check(
        self,
        frame: Any,
        *,
        customer_grade: str = "customer_grade",
        product_grade: str = "product_grade",
        name: str = "suitable",
    ) -> Any:
        """Say of every offer or holding whether the product suits the customer.

        Parameters
        ----------
        frame : frame
            One row for each customer and product.
        customer_grade, product_grade : str
            The columns of the grades.
        name : str
            The column to add.

        Returns
        -------
        frame
            As it came, with `name`: true or false.

        Raises
        ------
        InvalidData
            A grade is missing or does not exist.
        ColumnNotFound
            A column is not there.
        """
        door = enter(frame)
        columns = (customer_grade, product_grade)
        door.require(columns)
        strange = {
            column: (
                nw.col(column).is_null() | ~as_code(door, column, self.grades).is_in(self.grades),
                f"expected one of {', '.join(self.grades)}",
            )
            for column in columns
        }
        refuse(door, strange, code="no_such_grade", remedy="Grade it before it is matched.")
        bears, takes = (
            as_code(door, column, self.grades).replace_strict(
                self.grades, range(len(self.grades)), default=None, return_dtype=nw.Int64
            )
            for column in columns
        )
        return door.leave(door.frame.with_columns((takes <= bears).alias(name)))


RISK_PROFILE = Checklist(
    (Criterion("experience"), Criterion("risk_tolerance", weight=2)),
    cuts=(0.25, 0.5, 0.75),
    verdicts=_GRADES,
    name="customer_grade",
)
"""The grade of a customer, from investment experience and risk tolerance, each 0 to 1.

The documents name the two and the four grades; weights and cuts are own.
"""
