"""Why reading and running differ, by package and host."""

from __future__ import annotations

_PLACED = (
    "The map asks for tiles when it has a place, which it gets from a route; the server of routes does not answer here."
)

EXPLANATIONS: dict[tuple[str, str], str] = {
    ("leaflet-routing-machine", f"{letter}.tile.osm.org"): _PLACED for letter in "abc"
}
