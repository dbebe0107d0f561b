"""What a script says of the place that it is served from, and what that is read as."""

from __future__ import annotations

from collections.abc import Mapping

OWN_PLACE = "https://gate-item.invalid"
"""Where the script's own page is served from: what is put together from it leads nowhere else."""
_LOCATIONS = ("location", "window.location", "document.location", "self.location", "globalThis.location")
OWN_PARTS: Mapping[bytes, str] = {
    **{
        f"{location}{part}".encode(): value
        for location in _LOCATIONS
        for part, value in (
            ("", f"{OWN_PLACE}/"),
            (".origin", OWN_PLACE),
            (".href", f"{OWN_PLACE}/"),
            (".host", "gate-item.invalid"),
            (".hostname", "gate-item.invalid"),
            (".protocol", "https:"),
            (".pathname", "/"),
        )
    },
    b"document.baseURI": f"{OWN_PLACE}/",
    b"document.URL": f"{OWN_PLACE}/",
    b"window.origin": OWN_PLACE,
    b"import.meta.url": f"{OWN_PLACE}/",
    b"document.currentScript.src": f"{OWN_PLACE}/",
}
