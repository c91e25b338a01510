"""The console's files: built once, served as they are."""

from __future__ import annotations

import mimetypes
import os
from pathlib import Path

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

#: Vite puts a hash of the content into these names: they never change
_HASHED = "assets/"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
mimetypes.add_type("application/vnd.pmtiles", ".pmtiles")
mimetypes.add_type("text/javascript", ".mjs")
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("application/manifest+json", ".webmanifest")


class Console:
    """Files of one folder; any other path without a dot is a place *inside* the console: its index.

    A ``.br`` or ``.gz`` beside a file is sent in its stead to who takes it. Ranges are answered (PMTiles).
    """

    def __init__(self, folder: Path) -> None:
        self._files = StaticFiles(directory=folder)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path = scope["path"].lstrip("/")
        if path.startswith("api/"):
            raise HTTPException(404)
        if scope["method"] not in ("GET", "HEAD"):
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        response = self._find(path, Headers(scope=scope))
        await response(scope, receive, send)

    def _find(self, path: str, headers: Headers) -> Response:
        name = path if path and self._stat(path) else self._fallback(path)
        if name.endswith(tuple(ending for _, ending in _ENCODINGS)):
            raise HTTPException(404)
        plain, status = self._stat(name) or self._missing()
        sent: dict[str, str] = {"cache-control": "no-cache"}
        if name.startswith(_HASHED):
            sent["cache-control"] = "public, max-age=31536000, immutable"
        media = mimetypes.guess_type(name)[0] or "application/octet-stream"
        accepted = headers.get("accept-encoding", "")
        for encoding, ending in _ENCODINGS:
            packed = self._stat(name + ending)
            if packed:
                sent["vary"] = "accept-encoding"
                if encoding in accepted and "range" not in headers:
                    sent["content-encoding"] = encoding
                    plain, status = packed
                    break
        response = FileResponse(plain, headers=sent, media_type=media, stat_result=status)
        if self._files.is_not_modified(response.headers, headers):
            return Response(status_code=304, headers={**sent, "etag": response.headers["etag"]})
        return response

    def _fallback(self, path: str) -> str:
        if "." in path.rpartition("/")[2]:
            raise HTTPException(404)
        return "index.html"

    def _stat(self, name: str) -> tuple[str, os.stat_result] | None:
        """The file inside the folder, nowhere else; None where there is none."""
        if "\0" in name:
            return None
        full, status = self._files.lookup_path(name)
        return (full, status) if status is not None and Path(full).is_file() else None

    def _missing(self) -> tuple[str, os.stat_result]:
        raise HTTPException(404)
