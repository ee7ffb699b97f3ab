"""What binds key accounts: added value, which rivals copy less easily than a price."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from custrel.satisfaction._codes import Code

__all__ = ["ValueAdd", "ValueAddFit", "value_add_fit"]


class ValueAdd(Code):
    """A service that key accounts want beyond the product and its price.

    特别的保证条款, 电子数据交换, 优先发运, 预先的信息沟通, 客户定制化的产品, 有效的保养、维修和升级服务.

    Examples
    --------
    >>> len(ValueAdd)
    8
    """

    WARRANTY = "warranty"
    DATA_INTERCHANGE = "data_interchange"
    PRIORITY_SHIPPING = "priority_shipping"
    ADVANCE_INFORMATION = "advance_information"
    CUSTOM_PRODUCT = "custom_product"
    MAINTENANCE = "maintenance"
    REPAIR = "repair"
    UPGRADE = "upgrade"


@attrs.frozen(kw_only=True)
class ValueAddFit:
    """How far the services that are offered meet those that are wanted.

    Parameters
    ----------
    met : tuple of ValueAdd
        Wanted and offered.
    missing : tuple of ValueAdd
        Wanted and not offered.
    unwanted : tuple of ValueAdd
        Offered and not wanted.

    See Also
    --------
    value_add_fit : Makes one.

    Examples
    --------
    >>> value_add_fit(["warranty", "repair"], ["warranty"]).share
    0.5
    """

    met: tuple[ValueAdd, ...]
    missing: tuple[ValueAdd, ...]
    unwanted: tuple[ValueAdd, ...]

    @property
    def share(self) -> float:
        """The share of what is wanted that is offered; 1 where nothing is wanted."""
        wanted = len(self.met) + len(self.missing)
        return len(self.met) / wanted if wanted else 1.0

    @property
    def price_alone(self) -> bool:
        """Whether nothing but the price binds the account, which a rival can undercut."""
        return not self.met


def value_add_fit(needs: Iterable[ValueAdd | str], offers: Iterable[ValueAdd | str]) -> ValueAddFit:
    """Compare what a key account wants with what it is offered (大客户忠诚).

    Parameters
    ----------
    needs, offers : iterable of ValueAdd or str
        Codes of services.

    Returns
    -------
    ValueAddFit
        In the order of `ValueAdd`.

    Raises
    ------
    UnknownCode
        There is no such service.

    Notes
    -----
    "Rivals will compete or retaliate" (竞争者会参与竞争或实施报复) where volume is bought by price
    alone, so that added value binds better.

    Examples
    --------
    >>> fit = value_add_fit(["repair", "upgrade"], ["upgrade", "warranty"])
    >>> [service.value for service in fit.missing], [service.value for service in fit.unwanted]
    (['repair'], ['warranty'])
    """
    wanted, offered = ({ValueAdd(code) for code in codes} for codes in (needs, offers))
    return ValueAddFit(
        met=tuple(code for code in ValueAdd if code in wanted and code in offered),
        missing=tuple(code for code in ValueAdd if code in wanted and code not in offered),
        unwanted=tuple(code for code in ValueAdd if code in offered and code not in wanted),
    )
