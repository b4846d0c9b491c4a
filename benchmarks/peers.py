"""What is compared: how each is started, logged in to, and asked for an item."""

import secrets
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote, urlencode

from benchmarks.client import Client, form_fields, listed_ids
from benchmarks.server import clean_environment
from tests.stores import end_with_parent, free_port

ROOT = Path(__file__).resolve().parents[1]
EMAIL, PASSWORD = "bench-editor@example.com", "bench-editor-password"
POSTS = "/admin/posts/post/"
# Orders that only the posts of one status have.
TIME_ORDERS = {"published": {"o": "-published_at"}, "scheduled": {"o": "publish_at"}}


class Peer:
    """A web server of its own on a free port. `sample` is what the items are asked about."""

    name = ""

    def __init__(self, url: str, sample):
        self.url, self.sample, self.port = url, sample, free_port()
        self.client, self.process = Client(self.port), None
        self.log = Path(tempfile.gettempdir()) / f"copydesk-bench-{self.name}.log"

    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.url, "PORT": str(self.port)}

    def command(self) -> list[str]:
        raise NotImplementedError

    def __enter__(self) -> "Peer":
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                raise RuntimeError(f"Port {self.port} is taken by somebody else.")
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                self.command(),
                cwd=ROOT,
                env=clean_environment() | self.environment(),
                stdout=output,
                stderr=output,
                preexec_fn=end_with_parent,  # noqa: PLW1509 -- one thread
            )
        try:
            self.wait()
            self.log_in()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *problem) -> None:
        self.client.close()
        self.process.terminate()
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)

    def wait(self) -> None:
        for _ in range(150):
            if self.process.poll() is not None:
                raise RuntimeError(f"{self.name} ended:\n{self.log.read_text()[-2000:]}")
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.2)
        raise RuntimeError(f"{self.name} does not answer; see {self.log}.")

    def log_in(self) -> None:
        pass

    def address(self, item: str) -> str:
        raise NotImplementedError

    def prepare_saves(self, count: int, mark: str, kind: str = "") -> list[tuple]:
        """Requests that write `mark` at the end of the content of so many posts.

        `kind`, for the product alone: since the form was opened somebody has changed another field
        (merge) or the same sentence (conflict), or it has been saved already (again).
        """
        raise NotImplementedError

    def ids(self, page: bytes) -> list[int]:
        return listed_ids(page)


class Limit(Peer):
    name = "limit"

    def command(self) -> list[str]:
        config = str(ROOT / "benchmarks" / "gunicorn_config.py")
        return [sys.executable, "-m", "gunicorn", "-c", config, "benchmarks.limit:app"]

    def address(self, item: str) -> str:
        kind, _, word = item.partition(":")
        s = self.sample
        match kind:
            case "search":
                return f"/search?q={quote(s.words[word])}"
            case "order":
                return f"/{word}"
            case "deep":
                return "/deep?" + urlencode({"at": s.cursor[0].isoformat(), "id": s.cursor[1]})
            case "status" | "kind":
                return f"/{word}"
            case "category" | "tag":
                return f"/{kind}?{kind}={getattr(s, kind)}"
            case "author":
                return f"/author?author={s.authors[word]}"
            case "both":
                return f"/both?author={s.authors['busy']}&status=published"
            case "open" | "delete":
                return f"/{kind}?id={s.next_post()}"
            case "autocomplete":
                return f"/autocomplete?term={s.term}"
        return f"/{kind}"

    def prepare_saves(self, count: int, mark: str, kind: str = "") -> list[tuple]:
        requests = []
        for _ in range(count):
            post = self.sample.next_post()
            _, page = self.client("GET", f"/open?id={post}")
            fields = dict(form_fields(page, "content"))
            fields["content"] += mark
            kept = [(name, fields[name]) for name in ("id", "title", "slug", "content")]
            requests.append((post, ("POST", "/save", kept)))
        return requests


class Admin(Peer):
    """What product and stock have in common: Django's addresses and forms."""

    email = EMAIL

    def log_in(self) -> None:
        _, page = self.client("GET", "/admin/login/?next=/admin/")
        fields = dict(form_fields(page, "password"))
        fields |= {"username": self.email, "password": PASSWORD}
        status, page = self.client("POST", "/admin/login/?next=/admin/", list(fields.items()))
        if status != 302:
            raise RuntimeError(f"{self.name}: logging in gave {status}: {page[:2000]!r}")

    def address(self, item: str) -> str:
        kind, _, word = item.partition(":")
        match kind:
            case "open":
                return f"{POSTS}{self.sample.next_post()}/change/"
            case "delete":
                return f"{POSTS}{self.sample.next_post()}/delete/"
            case "autocomplete":
                asked = {"app_label": "posts", "model_name": "post", "field_name": "author"}
                return "/admin/autocomplete/?" + urlencode(asked | {"term": self.sample.term})
        query = self.query(kind, word)
        return POSTS + (f"?{urlencode(query)}" if query else "")

    def query(self, kind: str, word: str) -> dict:
        raise NotImplementedError

    def prepare_saves(self, count: int, mark: str, kind: str = "") -> list[tuple]:
        requests = []
        for _ in range(count):
            post = self.sample.next_post()
            path = f"{POSTS}{post}/change/"
            status, page = self.client("GET", path)
            if status != 200:
                raise RuntimeError(f"{self.name}: {path} gave {status}")
            fields = [*form_fields(page, "content"), ("_save", "Save")]
            if kind:
                self.save_before(path, fields, kind, mark)
            requests.append((post, ("POST", path, with_more(fields, "content", mark))))
        return requests

    def save_before(self, path: str, fields: list, kind: str, mark: str) -> None:
        """What has been saved by the time that the request comes which is timed."""
        first = {
            "merge": with_more(fields, "title", " b"),
            "conflict": with_more(fields, "content", f" b{mark} b"),
            "again": with_more(fields, "content", mark),
        }[kind]
        status, _ = self.client("POST", path, first)
        if status != 302:
            raise RuntimeError(f"{self.name}: {path} gave {status} to the first of two saves")


def with_more(fields: list[tuple[str, str]], name: str, more: str) -> list[tuple[str, str]]:
    return [(key, value + more if key == name else value) for key, value in fields]


class Product(Admin):
    """As deployed: production settings, the pool, its own gunicorn configuration."""

    name = "product"

    def environment(self) -> dict[str, str]:
        return super().environment() | {
            "DJANGO_SETTINGS_MODULE": "config.settings.production",
            "SECRET_KEY": secrets.token_urlsafe(60),
            "ALLOWED_HOSTS": "127.0.0.1",
            "HTTPS": "off",
        }

    def command(self) -> list[str]:
        collect = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
        environment = clean_environment() | self.environment()
        subprocess.run(collect, cwd=ROOT, env=environment, check=True)
        return [sys.executable, "-m", "config.gunicorn"]

    def query(self, kind: str, word: str) -> dict:
        # Imported here: reading the product's addresses must not need its settings before.
        from apps.backoffice.keyset import encode

        s = self.sample
        return {
            "deep": lambda: {"after": encode(*s.cursor)},
            "last": lambda: {"at": "end"},
            "status": lambda: {"status": word} | TIME_ORDERS.get(word, {}),
            "kind": lambda: {"kind": word},
            "category": lambda: {"category": s.category},
            "tag": lambda: {"tags": s.tag},
            "author": lambda: {"author": s.authors[word]},
            "both": lambda: {"author": s.authors["busy"], "status": "published"},
            "search": lambda: {"q": s.words[word]},
            "order": lambda: {"o": word},
        }.get(kind, dict)()


class Stock(Admin):
    name = "stock"
    COLUMNS = ("title", "status", "author", "category", "comment_count", "created_at")

    def command(self) -> list[str]:
        config = str(ROOT / "benchmarks" / "gunicorn_config.py")
        wsgi = "benchmarks.stock.wsgi"
        return [sys.executable, "-m", "gunicorn", "-c", config, wsgi]

    def query(self, kind: str, word: str) -> dict:
        s = self.sample
        return {
            "deep": lambda: {"p": s.deep_page},
            "last": lambda: {"p": s.last_page},
            "status": lambda: {"status__exact": word},
            "kind": lambda: {"kind__exact": word},
            "category": lambda: {"category__id__exact": s.category},
            "tag": lambda: {"tags__id__exact": s.tag},
            "author": lambda: {"author__id__exact": s.authors[word]},
            "both": lambda: {"author__id__exact": s.authors["busy"], "status__exact": "published"},
            "search": lambda: {"q": s.words[word]},
            "order": lambda: {"o": self.order(word)},
        }.get(kind, dict)()

    def order(self, key: str) -> str:
        sign = "-" if key.startswith("-") else ""
        return f"{sign}{self.COLUMNS.index(key.lstrip('-')) + 1}"
