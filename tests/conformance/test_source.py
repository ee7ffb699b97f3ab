"""What custrel's code never does, checked on the syntax tree.

No clock, no input or output, no hidden randomness, no state in modules, no global settings: the
result of a call depends on its arguments alone.
"""

import ast
import inspect
from collections.abc import Iterator

import pytest
from conformance.public import TREES

pytestmark = pytest.mark.conformance

DISPLAYS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def aliases(tree: ast.Module) -> dict[str, str]:
    """Return what the names that a module imports stand for."""
    return {
        alias.asname or alias.name.partition(".")[0]: (
            f"{node.module}.{alias.name}"
            if isinstance(node, ast.ImportFrom)
            else alias.name
            if alias.asname
            else alias.name.partition(".")[0]
        )
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }


def full_name(node: ast.expr, known: dict[str, str]) -> str:
    """Return the dotted name of an expression, its first part as imported, or nothing."""
    match node:
        case ast.Name(id=name):
            return known.get(name, name)
        case ast.Attribute(value=value, attr=attr):
            # On the result of a call, the method's name is all there is to go by.
            return f"{full_name(value, known)}.{attr}"
        case _:
            return ""


def calls(tree: ast.Module) -> Iterator[tuple[ast.Call, str]]:
    """Yield every call with the full name of what is called."""
    known = aliases(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, full_name(node.func, known)


def imports(tree: ast.Module) -> Iterator[tuple[ast.stmt, str]]:
    """Yield every import with the full name of the module or of the thing imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def starts_with(name: str, modules: frozenset[str]) -> bool:
    return any(name == module or name.startswith(f"{module}.") for module in modules)


CLOCKS = frozenset(
    f"datetime.{kind}.{method}"
    for kind in ("date", "datetime")
    for method in ("now", "today", "utcnow")
) | {f"pandas.{kind}.{method}" for kind in ("Timestamp", "Period") for method in ("now", "today")}


def clock(tree):
    """`as_of` is always an argument."""
    for node, name in calls(tree):
        now = any(isinstance(a, ast.Constant) and a.value in {"now", "today"} for a in node.args)
        if name in CLOCKS or now:
            yield node
    for node, name in imports(tree):
        if starts_with(name, frozenset({"time"})):
            yield node


OUTSIDE = frozenset(
    [
        "asyncio",
        "ftplib",
        "http",
        "logging",
        "os",
        "pathlib",
        "shutil",
        "smtplib",
        "socket",
        "sqlite3",
        "subprocess",
        "tempfile",
        "urllib",
        "webbrowser",
    ]
)
FILE_METHODS = frozenset(
    [
        "open",
        "read_bytes",
        "read_csv",
        "read_excel",
        "read_feather",
        "read_json",
        "read_parquet",
        "read_pickle",
        "read_text",
        "savefig",
        "scan_csv",
        "scan_parquet",
        "show",
        "sink_csv",
        "sink_parquet",
        "to_csv",
        "to_excel",
        "to_feather",
        "to_parquet",
        "to_pickle",
        "write_bytes",
        "write_csv",
        "write_parquet",
        "write_text",
    ]
)


def outside_world(tree):
    """A library reads no file, opens no connection and prints nothing."""
    for node, name in calls(tree):
        method = name.rpartition(".")[2] if "." in name else ""
        if name in {"open", "print", "input", "io.open"} or method in FILE_METHODS:
            yield node
        if name.startswith(("sys.stdout", "sys.stderr", "sys.stdin")):
            yield node
    for node, name in imports(tree):
        if starts_with(name, OUTSIDE):
            yield node


SEEDED = frozenset(
    f"numpy.random.{name}"
    for name in ("BitGenerator", "Generator", "PCG64", "SeedSequence", "default_rng")
)


def hidden_randomness(tree):
    """Randomness comes from a seed or a generator that is passed in."""
    for node, name in calls(tree):
        unseeded = name in SEEDED and not node.args and not node.keywords
        if unseeded or (name.startswith("numpy.random.") and name not in SEEDED):
            yield node
        if name in {"uuid.uuid1", "uuid.uuid4"}:
            yield node
    for node, name in imports(tree):
        if starts_with(name, frozenset({"random", "secrets"})):
            yield node


MUTABLE = frozenset(
    [
        "bytearray",
        "collections.Counter",
        "collections.OrderedDict",
        "collections.defaultdict",
        "collections.deque",
        "dict",
        "list",
        "numpy.arange",
        "numpy.array",
        "numpy.asarray",
        "numpy.linspace",
        "numpy.ones",
        "numpy.zeros",
        "set",
    ]
)


def mutable_state(tree):
    """Nothing that outlives a call can be changed: neither in a module nor in a class body."""
    known = aliases(tree)

    def bindings(body):
        for node in body:
            if isinstance(node, FUNCTIONS):
                continue
            if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
                yield node
            for block in "body", "orelse", "finalbody":
                yield from bindings(getattr(node, block, []))
            for handler in getattr(node, "handlers", []):
                yield from bindings(handler.body)

    for node in bindings(tree.body):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if any(ast.unparse(target) == "__all__" for target in targets):
            continue
        made_by_call = isinstance(node.value, ast.Call) and full_name(node.value.func, known)
        if isinstance(node.value, DISPLAYS) or made_by_call in MUTABLE:
            yield node
    yield from (node for node in ast.walk(tree) if isinstance(node, ast.Global))


def caches(tree):
    """A cache that belongs to a function keeps the caller's data alive and grows unseen."""
    for node, name in imports(tree):
        if name in {"functools.cache", "functools.lru_cache"}:
            yield node
    known = aliases(tree)
    for node in ast.walk(tree):
        named = full_name(node, known) if isinstance(node, ast.Attribute) else ""
        if named in {"functools.cache", "functools.lru_cache"}:
            yield node


SETTINGS = frozenset(
    [
        "decimal.setcontext",
        "locale.setlocale",
        "matplotlib.rc",
        "matplotlib.use",
        "matplotlib.style.use",
        "matplotlib.pyplot.rc",
        "matplotlib.pyplot.style.use",
        "numpy.set_printoptions",
        "numpy.seterr",
        "pandas.set_option",
        "polars.Config",
        "sys.setrecursionlimit",
        "warnings.resetwarnings",
    ]
)
FILTERS = frozenset({"warnings.filterwarnings", "warnings.simplefilter"})


def global_settings(tree):
    """The settings of the process belong to the program, not to a library."""
    guarded = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.With) and "catch_warnings" in ast.unparse(node.items[0])
        for inner in ast.walk(node)
    }
    for node, name in calls(tree):
        if name in SETTINGS or (name in FILTERS and id(node) not in guarded):
            yield node
    known = aliases(tree)
    for node in ast.walk(tree):
        stored = isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store)
        if stored and full_name(node.value, known).endswith("rcParams"):
            yield node


def imports_the_face(tree):
    """Inside, a thing is imported from where it is: the face is for those outside."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import) and any(a.name == "custrel" for a in node.names):
            yield node
        if isinstance(node, ast.ImportFrom) and (node.module == "custrel" or node.level):
            yield node


RULES = (
    caches,
    clock,
    global_settings,
    hidden_randomness,
    imports_the_face,
    mutable_state,
    outside_world,
)


@pytest.mark.parametrize("module", TREES)
@pytest.mark.parametrize("rule", RULES)
def test_the_source_does_without(rule, module):
    if rule is imports_the_face and module == "custrel":
        return  # it lists its own packages
    found = [f"line {node.lineno}: {ast.unparse(node)}" for node in rule(TREES[module])]
    assert found == [], inspect.getdoc(rule)


# ---------------------------------------------------------------- and the checks can find faults

OFFENCES = {
    caches: """
        import functools; f = functools.cache(len)
        from functools import lru_cache
    """,
    clock: """
        import datetime as dt; dt.date.today()
        from datetime import datetime; datetime.now(None)
        import pandas as pd; pd.Timestamp.now()
        import numpy as np; np.datetime64("now")
        import time
        from time import monotonic
    """,
    global_settings: """
        import numpy as np; np.seterr(all="ignore")
        import warnings; warnings.simplefilter("ignore")
        import matplotlib as mpl; mpl.rcParams["font.size"] = 9
    """,
    hidden_randomness: """
        import numpy as np; np.random.normal()
        from numpy.random import default_rng; default_rng()
        import random
        from random import choice
        import uuid; uuid.uuid4()
    """,
    imports_the_face: """
        import custrel
        from custrel import summarize
        from . import errors
    """,
    mutable_state: """
        SEEN = []
        SEEN: dict[str, int] = {}
        SEEN = [x for x in "abc"]
        from collections import defaultdict; SEEN = defaultdict(list)
        import numpy as np; NODES = np.array((1, 2))
        if True: SEEN = set()
        class Thing: seen = {}
        def remember(): global SEEN
    """,
    outside_world: """
        open("orders.csv")
        print("done")
        import pathlib
        from urllib.request import urlopen
        import sys; sys.stderr.write("done")
        frame.to_csv("customers.csv")
        figure().savefig("picture.png")
    """,
}

INNOCENT = """
    import datetime as dt; dt.date(2020, 1, 1); dt.datetime.fromisoformat("2020-01-01")
    import numpy as np; np.random.default_rng(7); np.random.Generator(bits)
    from types import MappingProxyType; TABLE = MappingProxyType({"a": 1})
    __all__ = ["a"]
    def f(x): seen = []; return sorted(x)
    import warnings; warnings.warn("misleading")
    with warnings.catch_warnings(): warnings.simplefilter("error")
    class Thing: names = ("a", "b")
    from custrel.errors import CustrelError
"""


def snippets(text):
    return [ast.parse(line) for line in inspect.cleandoc(text).splitlines()]


@pytest.mark.parametrize(
    ("rule", "tree"),
    [
        pytest.param(rule, tree, id=f"{rule.__name__}: {ast.unparse(tree)}")
        for rule, text in OFFENCES.items()
        for tree in snippets(text)
    ],
)
def test_an_offence_is_found(rule, tree):
    assert len(list(rule(tree))) == 1


def test_every_rule_has_offences():
    assert OFFENCES.keys() == set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_innocent_code_passes(rule):
    assert list(rule(ast.parse(inspect.cleandoc(INNOCENT)))) == []
