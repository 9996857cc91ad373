"""`cscfuse serve`: the page that fuses in the browser."""

import contextlib
import functools
import http.server
import socket
from http import HTTPStatus
from pathlib import Path

import click

from cscfuse_keras.errors import EnvironmentProblem

PAGE = Path(__file__).resolve().parents[1] / "web"
"""Folder of the built page; `make web` fills it."""

HEADERS = {
    # Threads of WebAssembly share memory, which browsers allow to isolated pages alone.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
    # The page can reach nothing but this server, which takes no data.
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; "
    "img-src 'self' blob: data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}

TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".tif": "image/tiff",
    ".wasm": "application/wasm",
    ".tflite": "application/octet-stream",
}


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at; others can then reach it.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
def serve(host: str, port: int) -> None:
    """Serve a page that fuses pictures in the visitor's own browser: nothing is uploaded.

    The server hands out the page's files and takes no data. Ctrl-C ends it. On another host than this, browsers give
    threads and offline use only to pages that come by https: put a server that speaks it in front.
    """
    server = server_for(page_folder(), host, port)
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"http://{shown}:{server.server_port}/ fuses in your browser; Ctrl-C ends it")
    with server:
        server.serve_forever()


def page_folder() -> Path:
    """Folder of the built page.

    Raises:
        EnvironmentProblem: it is not built.
    """
    if not (PAGE / "index.html").is_file():
        raise EnvironmentProblem(
            f"serve: expected the built page in {PAGE}, found none; in a checkout run `make web` (needs Node.js), or "
            "install a released wheel, which holds it"
        )
    return PAGE


def server_for(folder: Path, host: str, port: int) -> http.server.ThreadingHTTPServer:
    """A server of a folder's files, with the page's headers.

    Args:
        folder: to serve.
        host: address to listen at.
        port: 0 takes a free one.

    Raises:
        EnvironmentProblem: nothing can listen there.
    """
    try:
        kind = type("Server", (http.server.ThreadingHTTPServer,), {"address_family": _family(host)})
        return kind((host, port), functools.partial(PageHandler, directory=str(folder)))
    except OSError as problem:
        reason = problem.strerror or problem
        raise EnvironmentProblem(
            f"serve: expected to listen at {host}, port {port}, found: {reason}; choose another --port or --host"
        ) from problem


class PageHandler(http.server.SimpleHTTPRequestHandler):
    """Files of the page, each with the headers that it needs; no listings of folders, no log of requests."""

    extensions_map = TYPES

    def end_headers(self) -> None:
        """Add the page's headers to all answers."""
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def list_directory(self, path):
        """Folders are not listed."""
        self.send_error(HTTPStatus.NOT_FOUND)

    def copyfile(self, source, outputfile) -> None:
        """Send a file; a browser that has gone is no error."""
        with contextlib.suppress(ConnectionError):
            super().copyfile(source, outputfile)

    def log_message(self, format: str, *args) -> None:
        """Who asked for what is nobody's business."""


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
