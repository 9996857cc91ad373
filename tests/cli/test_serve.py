import http.client
import socket
import threading

import pytest

from cscfuse_keras.cli.serve import HEADERS, PageHandler, server_for
from cscfuse_keras.errors import EnvironmentProblem


@pytest.fixture
def ask(tmp_path):
    """Ask a handler of a folder with a page for a path: status, headers and content."""
    folder = tmp_path / "page"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<p>page</p>")
    (folder / "assets" / "litert.wasm").write_bytes(b"\0asm")
    (tmp_path / "secret.txt").write_text("secret")

    def get(path, method="GET"):
        ours, theirs = socket.socketpair(socket.AF_UNIX)
        handler = threading.Thread(
            target=PageHandler, args=(theirs, ("", 0), None), kwargs={"directory": str(folder)}, daemon=True
        )
        handler.start()
        with ours, theirs:
            ours.sendall(f"{method} {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
            response = http.client.HTTPResponse(ours, method=method)
            response.begin()
            result = response.status, response.headers, response.read()
            handler.join(5)
            return result

    return get


def test_the_page_is_isolated_so_that_it_may_use_threads(ask):
    status, headers, content = ask("/")
    assert (status, content) == (200, b"<p>page</p>")
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert "default-src 'self'" in headers["Content-Security-Policy"]


def test_browsers_compile_wasm_only_of_its_own_type(ask):
    status, headers, content = ask("/assets/litert.wasm")
    assert (status, headers["Content-Type"], content) == (200, "application/wasm", b"\0asm")
    assert HEADERS.items() <= dict(headers.items()).items()


@pytest.mark.parametrize("path", ["/assets/", "/nothing", "/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt"])
def test_nothing_but_the_files_of_the_page_is_shown(ask, path):
    status, _, content = ask(path)
    assert status == 404
    assert b"secret" not in content.replace(b"secret.txt", b"")


def test_nothing_can_be_uploaded(ask):
    assert ask("/", "POST")[0] == 501


def test_a_page_that_is_not_built_is_told_in_one_line(cscfuse, monkeypatch, tmp_path):
    monkeypatch.setattr("cscfuse_keras.cli.serve.PAGE", tmp_path)
    result = cscfuse("serve")
    assert result.exit_code == 5
    assert "make web" in result.output
    assert result.output.count("\n") == 1


def test_a_port_in_use_is_told(tmp_path):
    first = server_for(tmp_path, "127.0.0.1", 0)
    with first, pytest.raises(EnvironmentProblem, match="choose another --port"):
        server_for(tmp_path, "127.0.0.1", first.server_port)
