"""The stylesheet, the script and the drawings, each at an address that changes with its content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from projektbot.civic.city import City
from projektbot.web.colours import sheet

FOLDER = Path(__file__).parent / "static"
MIMES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".png": "image/png"}
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of ours, read once."""

    url: str
    content: bytes
    mime: str


def load_assets(folder: Path = FOLDER) -> dict[str, Asset]:
    """Read every file; the key is its plain name."""
    found = [path for path in sorted(folder.iterdir()) if path.suffix in MIMES]
    return {path.name: _asset(path.stem, path.suffix, path.read_bytes()) for path in found}


def city_assets(city: City) -> dict[str, Asset]:
    """Return what makes the pages the city's own: its colour and, if it has one, its logo."""
    assets = {"city.css": _asset("city", ".css", sheet(city.colour))}
    if city.logo:
        assets["logo"] = _asset("logo", city.logo.suffix.lower(), city.logo.read_bytes())
    return assets


def asset_route(assets: dict[str, Asset]) -> Route:
    """Serve the files from memory: there is no path to play tricks with."""
    by_url = {asset.url: asset for asset in assets.values()}

    async def serve(request: Request) -> Response:
        asset = by_url.get(request.url.path)
        if asset is None:
            raise HTTPException(404)
        return Response(asset.content, media_type=asset.mime, headers={"Cache-Control": FOREVER})

    return Route("/static/{name}", serve)


def _asset(stem: str, suffix: str, content: bytes) -> Asset:
    digest = hashlib.sha256(content).hexdigest()[:12]
    return Asset(f"/static/{stem}.{digest}{suffix}", content, MIMES[suffix])
