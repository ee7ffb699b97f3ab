"""Packages that import the home of a public name when the name is first touched."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class _LazyPackage(ModuleType):
    """A package that knows where its public names live.

    A module-level ``__getattr__`` would do, were it not for modules that carry the name of their
    main function: importing ``segmentation.rfm`` binds the module over ``segmentation.rfm``, the
    function. Here the function wins, whatever was imported first.
    """

    _homes: Mapping[str, str]
    _subpackages: frozenset[str]

    def __getattr__(self, name: str) -> object:
        if name in self._subpackages:
            return import_module(f"{self.__name__}.{name}")
        if name in self._homes:
            value: object = getattr(import_module(self._homes[name]), name)
            super().__setattr__(name, value)
            return value

        from difflib import get_close_matches  # noqa: PLC0415 - needed for mistakes only

        near = get_close_matches(name, dir(self))
        hint = f"; did you mean {' or '.join(map(repr, near))}?" if near else ""
        message = f"module {self.__name__!r} has no attribute {name!r}{hint}"
        # Without an object to search, the interpreter does not add a second hint of its own.
        raise AttributeError(message, name=name, obj=None)

    def __setattr__(self, name: str, value: object) -> None:
        if name in self._homes and isinstance(value, ModuleType):
            value = getattr(value, name)
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self._homes, *self._subpackages})


def make_lazy(
    package: str, homes: Mapping[str, Iterable[str]], *, subpackages: Iterable[str] = ()
) -> None:
    """Let a package import its public names when they are first touched.

    Parameters
    ----------
    package : str
        The package's full name; it is being imported.
    homes : mapping of str to iterable of str
        The full name of each module, and which of its names the package exports.
    subpackages : iterable of str, optional
        Packages directly below that are part of the public face.
    """
    module = sys.modules[package]
    where = {name: home for home, names in homes.items() for name in names}
    below = frozenset(subpackages)
    vars(module).update(_homes=where, _subpackages=below, __all__=(*sorted({*where, *below}),))
    module.__class__ = _LazyPackage
