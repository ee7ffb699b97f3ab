"""A reader of numpydoc docstrings: sections, and the names that a section lists."""

import inspect
import itertools
import re

import attrs


@attrs.frozen
class Docstring:
    """A docstring in its parts."""

    summary: str
    sections: dict[str, str]

    def listed(self, section: str) -> dict[str, str]:
        """Return the names that a section lists, each with its type line and description."""
        entries: dict[str, str] = {}
        names: list[str] = []
        for line in self.sections.get(section, "").splitlines():
            if line and not line[0].isspace():
                names = [name.strip(" *`") for name in line.partition(" :")[0].split(",")]
                entries |= dict.fromkeys(names, "")
            for name in names:
                entries[name] += line + "\n"
        return entries


def parse(thing: object) -> Docstring:
    """Return a thing's docstring in its parts."""
    own = thing.__doc__ or ""  # not inspect.getdoc: an inherited docstring is somebody else's
    lines = inspect.cleandoc(own).splitlines()
    heads = [i for i in range(1, len(lines)) if re.fullmatch(r"-{3,}", lines[i]) and lines[i - 1]]
    return Docstring(
        summary=lines[0] if lines else "",
        sections={
            lines[head - 1]: "\n".join(lines[head + 1 : below - 1]).strip("\n")
            for head, below in itertools.pairwise([*heads, len(lines) + 1])
        },
    )
