"""What a browser would post of a form on a page."""

import re
from html.parser import HTMLParser

from django.test.client import ClientHandler

from tests.clients import StaffClient

# Buttons are posted only where they are pressed, files only where one is chosen.
NOT_POSTED = ("submit", "button", "file", "image", "reset")


class FormReader(HTMLParser):
    """Collects `fields`, name → values, of the form with this id (or class, if it has no id)."""

    def __init__(self, form_id: str):
        super().__init__()
        self.form_id, self.form = form_id, None
        self.fields: dict[str, list[str]] = {}
        self.types: dict[str, str] = {}
        self.action: str | None = None
        self.found = False
        self.area = self.select = None
        self.options: list[tuple[str, bool]] = []

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if tag == "form":
            self.form = attributes.get("id") or attributes.get("class", "")
            if self.form == self.form_id:
                self.found, self.action = True, attributes.get("action")
        if attributes.get("form", self.form) != self.form_id or "disabled" in attributes:
            return
        if tag == "input":
            self.take_input(attributes)
        elif tag == "textarea":
            self.area, self.text = attributes.get("name"), ""
        elif tag == "select":
            self.select, self.options = attributes.get("name"), []
        elif tag == "option":
            self.options.append((attributes.get("value", ""), "selected" in attributes))

    def take_input(self, attributes):
        name, kind = attributes.get("name"), attributes.get("type", "text")
        if not name:
            return
        self.types[name] = kind
        if kind in NOT_POSTED:
            return
        if kind in ("checkbox", "radio"):
            if "checked" in attributes:
                self.fields.setdefault(name, []).append(attributes.get("value", "on"))
            return
        # A box that finds objects shows a name; its script sends the id.
        value = attributes.get("data-value") or attributes.get("value") or ""
        self.fields.setdefault(name, []).append(value)

    def handle_data(self, data):
        if self.area:
            self.text += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "textarea" and self.area:
            # The line break after the tag is the template's; a browser sends CR LF.
            text = self.text.removeprefix("\n").replace("\n", "\r\n")
            self.fields.setdefault(self.area, []).append(text)
            self.area = None
        elif tag == "select" and self.select:
            chosen = [value for value, is_chosen in self.options if is_chosen]
            chosen = chosen or [value for value, _ in self.options[:1]]
            self.fields.setdefault(self.select, []).extend(chosen)
            self.select = None


def forms_on(html: str) -> list[str]:
    """The ids of the forms on the page, classes of those without."""
    tags = re.findall(r"<form [^>]*>", html)
    named = (
        re.search(r' id="([^"]+)"', tag) or re.search(r' class="([^"]+)"', tag) for tag in tags
    )
    return [found[1] for found in named if found]


def form_on(html: str, form_id: str) -> FormReader:
    reader = FormReader(form_id)
    reader.feed(html)
    assert reader.found, f"There is no form {form_id} on the page."
    return reader


class OpenForm:
    """A form that somebody has open; `data` is what its page would post as it stands."""

    def __init__(self, client: StaffClient, address: str, form_id: str, html: str | None = None):
        self.client, self.form_id = client, form_id
        if html is None:
            answer = client.get(address)
            assert answer.status_code == 200, (address, answer.status_code)
            html = answer.content.decode()
        reader = form_on(html, form_id)
        self.address = reader.action or address
        self.data, self.types = reader.fields, reader.types

    def post(self, **typed):
        """Type this and press a button; what is typed stays, a button is pressed once."""
        names = {name.replace("__", "-"): value for name, value in typed.items()}
        buttons = {name: value for name, value in names.items() if name.startswith("_")}
        self.data |= {name: value for name, value in names.items() if name not in buttons}
        return self.client.post(self.address, self.data | (buttons or {"_save": "Save"}))


# Loading the middleware costs more than a page.
HANDLER = ClientHandler(enforce_csrf_checks=False)


def log_in(who) -> StaffClient:
    client = StaffClient()
    client.handler = HANDLER
    client.force_login(who)
    return client


def open_change(client: StaffClient, obj) -> OpenForm:
    options = obj._meta
    address = f"/admin/{options.app_label}/{options.model_name}/{obj.pk}/change/"
    return OpenForm(client, address, f"{options.model_name}_form")


def open_add(client: StaffClient, model) -> OpenForm:
    options = model._meta
    address = f"/admin/{options.app_label}/{options.model_name}/add/"
    return OpenForm(client, address, f"{options.model_name}_form")


def open_delete(client: StaffClient, obj) -> OpenForm:
    options = obj._meta
    address = f"/admin/{options.app_label}/{options.model_name}/{obj.pk}/delete/"
    return OpenForm(client, address, "card")


def merge_page(client: StaffClient, html: str) -> OpenForm:
    """The page of a pending edit, also as the answer to a save."""
    return OpenForm(client, "", "merge_form", html)
