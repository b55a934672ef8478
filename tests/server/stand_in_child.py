"""Stands in for the dashboards' process: the same protocol over real sockets, and it tells what it was sent.

A page answers with what it received as JSON; the last word of its address says how else it behaves.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

config: dict[str, Any] = {}
kernels: set[str] = set()


def is_known(headers: Any) -> bool:
    return headers.get("authorization") == f"token {config['token']}"


async def page(request: Request) -> Response:
    if not is_known(request.headers):
        return Response(status_code=403)
    match request.url.path.rsplit("/", 1)[-1]:
        case "full":
            return Response(status_code=503, headers={"Retry-After": "7"})
        case "broken":
            return Response("a secret of the child", 500)
        case "elsewhere":
            return Response(status_code=302, headers={"Location": "/app/login"})
        case "slow":
            await asyncio.sleep(30)
        case "endless":
            return StreamingResponse(drip(), media_type="text/html")
        case "dies":
            os._exit(3)
        case "hangs":
            # Nothing is answered any longer, as when the event loop is kept busy.
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            time.sleep(60)
        case "talks":
            sys.stderr.write(f"my token is {config['token']}\n")
            sys.stderr.flush()
    kernel_id = str(uuid.uuid4())
    kernels.add(kernel_id)
    told = {
        "path": request.url.path,
        "query": request.url.query,
        "headers": dict(request.headers),
        "config": config,
        "pid": os.getpid(),
        "cwd": str(Path.cwd()),
        "environment": dict(os.environ),
    }
    answer = JSONResponse(told, headers={"X-Kernel-Id": kernel_id, "Content-Security-Policy": "default-src *"})
    answer.set_cookie("_xsrf", "2|abcd|1", path="/app/")
    answer.set_cookie("username-127", "somebody")
    return answer


async def drip() -> Any:
    while True:
        yield b"<p>still at it</p>"
        await asyncio.sleep(0.1)


async def health(request: Request) -> Response:
    return JSONResponse({}, 200 if is_known(request.headers) else 403)


async def static(request: Request) -> Response:
    script = b"const answer = 42; // " + b"x" * 5000
    if request.headers.get("if-none-match") == '"one"':
        return Response(status_code=304, headers={"ETag": '"one"'})
    headers = {"ETag": '"one"', "Cache-Control": "public, max-age=10"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(gzip.compress(script), 200, headers | {"Content-Encoding": "gzip"}, "text/javascript")
    return Response(script, 200, headers, "text/javascript")


async def kernel(request: Request) -> Response:
    kernel_id = request.path_params["kernel_id"]
    if request.method == "POST":
        kernels.discard(kernel_id)
        return Response(status_code=204)
    return JSONResponse({"id": kernel_id, "kernels": sorted(kernels)}, 200 if kernel_id in kernels else 404)


async def channels(websocket: WebSocket) -> None:
    if not is_known(websocket.headers) or websocket.headers.get("origin") != f"http://{websocket.headers['host']}":
        await websocket.close()
        return
    asked = websocket.scope["subprotocols"]
    await websocket.accept(asked[-1] if asked else None)
    while (message := await websocket.receive())["type"] == "websocket.receive":
        if message.get("text") == "close":
            await websocket.close(4000, "as you like")
            return
        if message.get("text") == "query":
            await websocket.send_text(websocket.url.query)
        elif message.get("text") == "headers":
            await websocket.send_text(json.dumps(dict(websocket.headers)))
        elif message.get("text") is not None:
            await websocket.send_text(message["text"])
        else:
            await websocket.send_bytes(message["bytes"])


def end_with_parent() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    config.update(json.loads(sys.stdin.readline()))
    # Of the same process group, as a program that a notebook has started.
    config["companion"] = subprocess.Popen(["sleep", "30"], stdin=subprocess.DEVNULL).pid
    threading.Thread(target=end_with_parent, daemon=True).start()
    app = Starlette(
        routes=[
            Route("/app/healthz", health),
            Route("/app/voila/api/shutdown/{kernel_id}", kernel, methods=["POST"]),
            Route("/app/api/kernels/{kernel_id}", kernel),
            Route("/app/alive/{kernel_id}", kernel),
            WebSocketRoute("/app/api/kernels/{kernel_id}/channels", channels),
            Route("/app/voila/{path:path}", static),
            Route("/app/{path:path}", page),
        ]
    )
    uvicorn.run(app, host="127.0.0.1", port=config["port"], log_level="warning", ws_max_size=100_000_000)
