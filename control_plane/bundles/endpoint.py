"""OPA's bundle protocol over HTTP: `GET /bundles/writ` with ETag and long polling, and `GET /health`.

https://www.openpolicyagent.org/docs/management-bundles: `Prefer: modes=snapshot,delta;wait=30` asks to be held until
the bundle changes; the content type says that this is understood. Read-only, on loopback: what it serves is signed.
"""

from __future__ import annotations

import re

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from control_plane.bundles.publish import Publication
from control_plane.opa_config import BUNDLE_PATH

CONTENT_TYPE = "application/vnd.openpolicyagent.bundles"

MAX_WAIT_S = 60
"""A request is held no longer, whatever it prefers, so that a dead peer's is given up."""

_WAIT = re.compile(r"(?:^|[;,\s])wait=(\d{1,4})(?:$|[;,\s])")
_ETAG = re.compile(r'(?:W/)?"([0-9a-f]{64})"')


def bundle_app(publication: Publication) -> Starlette:
    """Returns the application that serves what the publication holds."""

    async def bundle(request: Request) -> Response:
        match = _ETAG.fullmatch(request.headers.get("if-none-match", ""))
        known = match[1] if match else ""
        served = await publication.other_than(known, _wait_s(request.headers.get("prefer", "")))
        if served is None:
            return JSONResponse({"reason": "BUNDLE_NOT_ACTIVE", "message": "no bundle is served yet"}, status_code=404)
        headers = {"ETag": f'"{served.digest}"', "Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"}
        if served.digest == known:
            return Response(status_code=304, headers=headers)
        return Response(served.archive, headers=headers)

    async def health(_: Request) -> Response:
        served = publication.served
        return JSONResponse({"status": "SERVING", "revision": served.revision if served else ""})

    return Starlette(routes=[Route(BUNDLE_PATH, bundle), Route("/health", health)])


def _wait_s(prefer: str) -> float:
    match = _WAIT.search(prefer)
    return min(int(match[1]), MAX_WAIT_S) if match else 0
