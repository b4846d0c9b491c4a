"""One sequential client with cookies, as a browser is; and what it reads in a page."""

import http.client
import re
from html.parser import HTMLParser
from urllib.parse import urlencode

FORM = "application/x-www-form-urlencoded"
SLOWEST_SECONDS = 120
CHECKBOX = re.compile(r'<input[^>]*name="_selected_action"[^>]*>')
VALUE = re.compile(r'value="(\d+)"')


class Client:
    def __init__(self, port: int):
        self.port, self.cookies, self.connection = port, {}, None

    def __call__(self, method: str, path: str, fields: list | None = None) -> tuple[int, bytes]:
        """Status and body; a new connection only where the server closed the last."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection(
                "127.0.0.1", self.port, timeout=SLOWEST_SECONDS
            )
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        body = None
        if fields is not None:
            body, headers["Content-Type"] = urlencode(fields), FORM
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
            data = response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            raise
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, value = cookie.split(";")[0].split("=", 1)
            self.cookies[name] = value
        if response.will_close:
            self.close()
        return response.status, data

    def close(self) -> None:
        if self.connection:
            self.connection.close()
        self.connection = None


def listed_ids(page: bytes) -> list[int]:
    """The ids of a list's rows, in order, from their checkboxes."""
    boxes = CHECKBOX.findall(page.decode())
    return [int(VALUE.search(box)[1]) for box in boxes]


class FormReader(HTMLParser):
    """What a browser would send for the form that holds a field, without pressing a button."""

    SKIPPED = ("submit", "button", "image", "file", "reset")

    def __init__(self, wanted: str):
        super().__init__()
        self.wanted, self.forms, self.by_id = wanted, [], {}
        self.current = self.textarea = self.select = None

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if tag == "form":
            self.current = []
            self.forms.append(self.current)
            self.by_id[a.get("id")] = self.current
        fields = self.by_id.get(a.get("form"), self.current) if a.get("form") else self.current
        if fields is None:
            return
        if tag == "input" and a.get("name") and a.get("type", "text") not in self.SKIPPED:
            ticks = a.get("type") in ("checkbox", "radio")
            if not ticks or "checked" in a:
                fields.append((a["name"], a.get("value", "on" if ticks else "")))
        elif tag == "textarea" and a.get("name"):
            self.textarea = (fields, a["name"], [])
        elif tag == "select":
            self.select = (fields, a.get("name"))
        elif tag == "option" and self.select and "selected" in a:
            self.select[0].append((self.select[1], a.get("value", "")))

    def handle_data(self, data):
        if self.textarea:
            self.textarea[2].append(data)

    def handle_endtag(self, tag):
        if tag == "textarea" and self.textarea:
            fields, name, parts = self.textarea
            # HTML drops one newline right after the tag.
            fields.append((name, "".join(parts).removeprefix("\r\n").removeprefix("\n")))
            self.textarea = None
        elif tag == "select":
            self.select = None
        elif tag == "form":
            self.current = None

    @property
    def fields(self) -> list[tuple[str, str]]:
        for form in self.forms:
            if any(name == self.wanted for name, _ in form):
                return form
        raise ValueError(f"No form of the page has a field {self.wanted}.")


def form_fields(page: bytes, wanted: str) -> list[tuple[str, str]]:
    reader = FormReader(wanted)
    reader.feed(page.decode())
    return reader.fields
