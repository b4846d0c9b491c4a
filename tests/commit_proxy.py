"""Stands between Copydesk and PostgreSQL, and ends a connection whose COMMIT was carried out."""

import contextlib
import select
import socket
import threading
from collections.abc import Callable


class CommitProxy:
    """Passes everything on, until `cut_next` is called: then the next COMMIT of something that was
    written reaches the server, its answer reaches nobody, `then` is called, and the connection
    ends.
    """

    def __init__(self, upstream_port: int):
        self.upstream_port = upstream_port
        self.then: Callable[[], None] | None = None
        self.was_cut = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut_next(self, then: Callable[[], None] = lambda: None) -> None:
        self.was_cut.clear()
        self.then = then

    def close(self) -> None:
        self.listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        upstream = socket.create_connection(("127.0.0.1", self.upstream_port))
        # What a pool asks of its new connections, whenever it makes them, is no change.
        has_written = False
        with client, upstream, contextlib.suppress(OSError):
            other = {client: upstream, upstream: client}
            while True:
                for ready in select.select([client, upstream], [], [])[0]:
                    data = ready.recv(65536)
                    if not data:
                        return
                    other[ready].sendall(data)
                    if ready is client:
                        has_written = has_written or b"INSERT INTO" in data
                    if ready is client and b"COMMIT" in data:
                        if self.then and has_written:
                            self._cut(upstream)
                            return
                        has_written = False

    def _cut(self, upstream: socket.socket) -> None:
        # Once the server has answered, it is durable.
        upstream.recv(65536)
        then, self.then = self.then, None
        then()
        self.was_cut.set()
