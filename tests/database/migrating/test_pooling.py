"""Through a pooler that lends its connections by the transaction nothing is migrated."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from socket import create_connection
from urllib.parse import urlsplit

import pytest

from tests.database.migrating.steps import COLUMN

VERSION = 3 << 16
WITHOUT_ENCRYPTION = b"N"
LAST_OF_A_REQUEST, FAREWELL, READY, IDLE = b"QS", b"X", b"Z", b"I"


def body_of(stream) -> bytes:
    length = stream.read(4)
    return length + stream.read(struct.unpack("!i", length)[0] - 4)


class Client(socketserver.StreamRequestHandler):
    """Is greeted as the one connection to the server was, and has it for a transaction."""

    def handle(self):
        while struct.unpack("!i", body_of(self.rfile)[4:8])[0] != VERSION:
            self.wfile.write(WITHOUT_ENCRYPTION)
        self.wfile.write(self.server.greeting)
        while request := self._request():
            with self.server.lent:
                while self._answered(request) != IDLE and (request := self._request()):
                    pass

    def _request(self) -> bytes:
        request, kind = b"", b""
        while not kind or kind not in LAST_OF_A_REQUEST:
            kind = self.rfile.read(1)
            if kind in (b"", FAREWELL):
                return b""
            request += kind + body_of(self.rfile)
        return request

    def _answered(self, request: bytes) -> bytes:
        self.server.stream.write(request)
        answer, state = self.server.answer()
        self.wfile.write(answer)
        return state


class Pooler(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self, address: str):
        super().__init__(("127.0.0.1", 0), Client)
        parts = urlsplit(address)
        self.address = (
            f"postgresql://{parts.username}@127.0.0.1:{self.server_address[1]}{parts.path}"
        )
        self.lent = threading.Lock()
        self.stream = create_connection((parts.hostname, parts.port)).makefile("rwb", 0)
        names = ["user", parts.username, "database", parts.path.strip("/"), ""]
        text = "\0".join(names).encode() + b"\0"
        self.stream.write(struct.pack("!ii", len(text) + 8, VERSION) + text)
        self.greeting, _ = self.answer()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def answer(self) -> tuple[bytes, bytes]:
        """Until the server is ready again, and whether it is in a transaction."""
        answer, kind = b"", b""
        while kind != READY:
            kind = self.stream.read(1)
            body = body_of(self.stream)
            answer += kind + body
        return answer, body[-1:]


@pytest.fixture
def pooler(postgres, project) -> Iterator[Pooler]:
    with Pooler(project.address) as made:
        yield made
        made.shutdown()
        made.stream.close()


def test_it_is_refused_before_anything_is_set_or_locked(pooler, project, session):
    project.migration("0002_column", COLUMN)
    direct, project.address = project.address, pooler.address

    refused = project.migrate()

    project.address = direct
    assert refused.code == 2, refused
    assert "pooler which lends a connection for a transaction" in refused.err
    assert project.applied() == ["0001_book"]
    assert session.execute(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
    ).fetchone() == (0,)
