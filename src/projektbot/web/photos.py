"""Photos of public projects: as they were sent, and small. Each address stands for one content, for good."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlalchemy import Connection
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from projektbot.civic.projects.showcase import public_photo
from projektbot.store.thumbs import SIZES
from projektbot.web.showcase import Showcase
from projektbot.web.static import FOREVER

# What a person's own browser has seen it may keep; a cache that others are served from asks again whether it is public.
SHARED_SECONDS = 300
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Photos:
    """The files at /media: nothing but pictures, and only those that belong to a public project."""

    showcase: Showcase

    def routes(self) -> list[Route]:
        """List their addresses."""
        return [Route("/media/{sha256}", self._whole), Route("/media/{sha256}/{width:int}", self._small)]

    async def _whole(self, request: Request) -> Response:
        path, mime = await self.showcase.store.read(partial(self._find, sha256=request.path_params["sha256"]))
        return _picture(path, mime)

    async def _small(self, request: Request) -> Response:
        sha256, width = request.path_params["sha256"], request.path_params["width"]
        if width not in SIZES:
            raise HTTPException(404)
        await self.showcase.store.read(partial(self._find, sha256=sha256))
        path = await run_in_threadpool(self.showcase.thumbs.path, sha256, width)
        if path is None:
            raise HTTPException(404)
        return _picture(path, "image/webp")

    def _find(self, db: Connection, *, sha256: str) -> tuple[Path, str]:
        photo = public_photo(db, sha256) if _SHA256.fullmatch(sha256) else None
        path = self.showcase.media.path(sha256) if photo else None
        if photo is None or path is None or not path.is_file():
            raise HTTPException(404)
        return path, photo.mime


def _picture(path: Path, mime: str) -> Response:
    headers = {
        "Cache-Control": f"{FOREVER}, s-maxage={SHARED_SECONDS}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return FileResponse(path, media_type=mime, headers=headers)
