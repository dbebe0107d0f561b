"""Why reading and running differ, by package and host."""

from __future__ import annotations

from itertools import product

_TILES = "Map tiles, which Leaflet asks for; the page takes Leaflet from another server, from where nothing came."
_CHOSEN = (
    "A service that the library offers, and that the page asks for only when it is chosen or something is looked for."
)
_PLAYER = "A player of the library for videos of that service; the page asks for it when such a video is chosen."
_ANALYTICS = "The snippet takes one of two hosts by the scheme of the page, which is served by http here."
_ANGULAR = "The page's own script, which needs AngularJS from another server, from where nothing came."

_TILED = {
    "leaflet-control-geocoder": ("tile.openstreetmap.org",),
    "leaflet-fullscreen": tuple(f"{letter}.basemaps.cartocdn.com" for letter in "abc"),
    "leaflet-routing-machine": (*(f"{letter}.tile.osm.org" for letter in "abc"), "api.tiles.mapbox.com"),
    "leaflet.heat": tuple(f"{letter}.tile.osm.org" for letter in "abc"),
    "leaflet.markercluster": tuple(f"{letter}.tile.openstreetmap.org" for letter in "abc"),
}
_OFFERED = {
    "leaflet-control-geocoder": (
        "api.geocode.earth",
        "api.mapbox.com",
        "api.opencagedata.com",
        "api.openrouteservice.org",
        "api.what3words.com",
        "atlas.microsoft.com",
        "dev.virtualearth.net",
        "geocode.arcgis.com",
        "geocode.search.hereapi.com",
        "geocoder.api.here.com",
        "maps.googleapis.com",
        "neutrinoapi.com",
        "nominatim.openstreetmap.org",
        "photon.komoot.io",
        "www.mapquestapi.com",
    ),
    "leaflet-routing-machine": (
        "api.mapbox.com",
        "dev.virtualearth.net",
        "maps.googleapis.com",
        "nominatim.openstreetmap.org",
        "router.project-osrm.org",
        "www.mapquestapi.com",
    ),
}
_PLAYED = {
    "mediaelement": (
        "api.dmcdn.net",
        "cdn.dashjs.org",
        "cdn.jsdelivr.net",
        "connect.facebook.net",
        "player.twitch.tv",
        "player.vimeo.com",
        "w.soundcloud.com",
        "www.youtube.com",
    ),
    "owl.carousel": ("player.vimeo.com", "view.vzaar.com", "vimeo.com", "vzaar.com", "www.youtube.com"),
}


def _each(hosts: dict[str, tuple[str, ...]], why: str) -> dict[tuple[str, str], str]:
    return {pair: why for package, names in hosts.items() for pair in product((package,), names)}


EXPLANATIONS: dict[tuple[str, str], str] = {
    **_each(_TILED, _TILES),
    **_each(_OFFERED, _CHOSEN),
    **_each(_PLAYED, _PLAYER),
    **_each({"devicon": ("api.github.com", "cdn.jsdelivr.net")}, _ANGULAR),
    **_each(
        {"signature_pad": ("ssl.google-analytics.com",), "magnific-popup": ("ssl.google-analytics.com",)}, _ANALYTICS
    ),
    ("ckeditor", "svc.webspellchecker.net"): "The spelling checker of the editor, which asks when it is switched on.",
    ("leaflet-draw", "www.google.cn"): "The second of two map layers, whose tiles are asked for when it is chosen.",
    ("shaka-player", "www.gstatic.com"): "The Cast library, which the player loads on devices that are cast to.",
    ("shaka-player", "www.w3.org"): "The name of a vocabulary beside a call: an over-report.",
}
