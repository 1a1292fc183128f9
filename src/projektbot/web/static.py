"""The stylesheet, the script and the drawings, each at an address that changes with its content."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

FOLDER = Path(__file__).parent / "static"
MIMES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of ours, read once."""

    url: str
    content: bytes
    mime: str


def load_assets(folder: Path = FOLDER) -> dict[str, Asset]:
    """Read every file; the key is its plain name."""
    return {path.name: _asset(path) for path in sorted(folder.iterdir()) if path.suffix in MIMES}


def asset_route(assets: dict[str, Asset]) -> Route:
    """Serve the files from memory: there is no path to play tricks with."""
    by_url = {asset.url: asset for asset in assets.values()}

    async def serve(request: Request) -> Response:
        asset = by_url.get(request.url.path)
        if asset is None:
            raise HTTPException(404)
        return Response(asset.content, media_type=asset.mime, headers={"Cache-Control": FOREVER})

    return Route("/static/{name}", serve)


def _asset(path: Path) -> Asset:
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()[:12]
    return Asset(f"/static/{path.stem}.{digest}{path.suffix}", content, MIMES[path.suffix])
