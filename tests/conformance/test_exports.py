"""Documented = exported = importable."""

import ast
from collections import Counter
from importlib import import_module
from types import ModuleType

import pytest
from conformance.public import (
    INTERNAL,
    MODULES,
    PACKAGES,
    PATHS,
    PLACES,
    THINGS,
    TREES,
    documented,
    resolve,
)

pytestmark = pytest.mark.conformance


@pytest.mark.parametrize("path", PATHS)
def test_exported_is_importable(path):
    name = path.rpartition(".")[2]
    thing = resolve(path)
    assert getattr(thing, "__name__", name).rpartition(".")[2] == name


@pytest.mark.parametrize("package", PACKAGES)
def test_type_checkers_and_the_interpreter_are_told_the_same(package):
    """The lazy table and the imports under TYPE_CHECKING list the same names."""
    told = {
        (node.module, alias.name)
        for branch in TREES[package].body
        if isinstance(branch, ast.If) and ast.unparse(branch.test) == "TYPE_CHECKING"
        for node in branch.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname == alias.name
    }
    module = import_module(package)
    homes = {(home, name) for name, home in module._homes.items()}
    assert told == homes | {(package, name) for name in module._subpackages}


@pytest.mark.parametrize("module", [m for m in MODULES if m not in {*PACKAGES, *PLACES, *INTERNAL}])
def test_a_module_and_its_package_agree_on_what_is_public(module):
    package = import_module(module.rpartition(".")[0])
    homes = getattr(package, "_homes", {})  # a package that is private exports nothing
    exported = {name for name, home in homes.items() if home == module}
    assert set(getattr(import_module(module), "__all__", ())) == exported


@pytest.mark.parametrize("package", [p for p in PACKAGES if p != "custrel"])
def test_every_package_is_named_by_the_one_above(package):
    above, _, name = package.rpartition(".")
    assert isinstance(getattr(import_module(above), name), ModuleType)
    assert name in import_module(above).__all__


def test_a_name_without_underscore_is_exported_or_shared():
    """What only its own module uses is private, and says so by its underscore."""
    shared = {
        (node.module, alias.name)
        for tree in TREES.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    definitions = (ast.FunctionDef, ast.ClassDef)
    lonely = [
        f"{module}.{node.name}"
        for module, tree in TREES.items()
        for node in tree.body
        if isinstance(node, definitions)
        and not node.name.startswith("_")
        and node.name not in getattr(import_module(module), "__all__", ())
        and (module, node.name) not in shared
    ]
    assert lonely == []


def test_exported_is_documented():
    pages = documented()
    known = {id(resolve(path)) for path in pages}
    assert [path for path, thing in THINGS.items() if id(thing) not in known] == []


def test_documented_is_exported():
    exported = {id(thing) for thing in THINGS.values()}
    pages = documented()
    assert [path for path in pages if id(resolve(path)) not in exported] == []
    assert [path for path, times in Counter(pages).items() if times > 1] == []
