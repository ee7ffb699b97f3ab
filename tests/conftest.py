"""What the tests share."""

from hypothesis import settings

# A slow machine is no failure: the first example pays for imports, and CI shares its cores.
settings.register_profile("custrel", settings.default, deadline=None)
settings.load_profile("custrel")
