"""Values are frozen, slotted, hashable and picklable; so are errors, where it makes sense."""

import contextlib
import doctest
import enum
import io
import pickle
import sys

import attrs
import pytest
from conformance.public import CLASSES, ERRORS, VALUES

import custrel

pytestmark = pytest.mark.conformance


def made_in_its_example(cls, path, monkeypatch):
    """Return an object that the example in a class's own docstring makes.

    So that nobody has to keep a list of specimens, and a class without an example is found out.
    """
    made = []
    construct = cls.__init__

    def recording(self, *args, **kwargs):
        construct(self, *args, **kwargs)
        made.append(self)

    monkeypatch.setattr(cls, "__init__", recording)
    names = dict(vars(sys.modules[cls.__module__]))
    with contextlib.redirect_stdout(io.StringIO()):
        for example in doctest.DocTestParser().get_examples(cls.__doc__ or ""):
            if example.exc_msg is None:
                exec(compile(example.source, f"<example of {path}>", "single"), names)
    monkeypatch.undo()
    assert made, f"the example in the docstring of {path} makes no {cls.__name__}"
    return made[0]


def cases(classes):
    return [pytest.param(cls, path, id=path) for path, cls in classes.items()]


def test_every_class_is_a_value_an_enumeration_an_error_a_base_or_a_protocol():
    bases = {base for cls in CLASSES.values() for base in cls.__mro__[1:]}
    strangers = {
        path
        for path, cls in CLASSES.items()
        if not (issubclass(cls, enum.Enum) or cls in bases or is_protocol(cls))
    }
    assert strangers - VALUES.keys() - ERRORS.keys() == set()


def is_protocol(cls):
    """Tell whether a class says what others can do, and makes nothing itself."""
    return getattr(cls, "_is_protocol", False)


@pytest.mark.parametrize(("cls", "path"), cases(VALUES))
def test_values(cls, path, monkeypatch):
    value = made_in_its_example(cls, path, monkeypatch)

    field = attrs.fields(cls)[0].name
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(value, field, getattr(value, field))
    assert not hasattr(value, "__dict__"), "not slotted"
    assert isinstance(hash(value), int)

    again = pickle.loads(pickle.dumps(value))
    assert type(again) is cls
    if cls.__eq__ is not object.__eq__:  # what holds a whole frame is compared by identity
        assert again == value
        assert hash(again) == hash(value)


@pytest.mark.parametrize(("cls", "path"), cases(ERRORS))
def test_errors(cls, path, monkeypatch):
    assert issubclass(cls, custrel.CustrelError)
    builtin = [base for base in cls.__mro__ if base.__module__ == "builtins"]
    assert cls is custrel.CustrelError or builtin[0] is not Exception

    error = made_in_its_example(cls, path, monkeypatch)
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error)
    assert str(again) == str(error)
    assert vars(again) == vars(error)
