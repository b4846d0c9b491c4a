"""The form that a request brought, for a page that has nowhere else to keep it.

Only of forms that are saved once however often they are sent, and only after the CSRF check: a
page that sends on whatever came would send on what another site made up.
"""

from dataclasses import dataclass
from itertools import chain

from django.http import HttpRequest, QueryDict
from django.middleware.csrf import get_token
from django.utils.datastructures import MultiValueDict

# The signed input of those forms, in `apps.editing.opened`.
TOKEN = "_opened"  # noqa: S105
CSRF = "csrfmiddlewaretoken"
# So long a line is read in a text area.
LONGEST_LINE = 60


@dataclass(frozen=True)
class Sent:
    """One value of the form; what nobody can read is sent again hidden."""

    name: str
    value: str

    @property
    def label(self) -> str:
        """“profile-0-bio” is “Bio” to whoever typed it, “r2” the second text of a merge page."""
        if self.name[:1] == "r" and self.name[1:].isdecimal():
            return f"Text {self.name[1:]} to save"
        return self.name.rpartition("-")[2].replace("_", " ").strip().capitalize()

    @property
    def is_readable(self) -> bool:
        has_words = any(map(str.isalpha, self.value)) and len(self.value.split()) > 1
        return has_words and not self.name.startswith("_")

    @property
    def rows(self) -> int:
        """Of its text area; 0 for a single short line."""
        if "\n" not in self.value and len(self.value) <= LONGEST_LINE:
            return 0
        return max(2, min(12, len(self.value) // LONGEST_LINE + self.value.count("\n")))


def refused_body(request: HttpRequest) -> dict[str, object]:
    """What 503.html shows of the request: empty where there is nothing to send again.

    `sent` are the values, `files` the names of inputs for which a file has to be chosen again,
    `has_password` says that one has to be typed again.
    """
    if not getattr(request, "csrf_processing_done", False):
        return {}
    data, files = as_sent(request)
    if TOKEN not in data:
        return {}
    return {
        "sent": values_of(data),
        "files": file_names(files),
        "has_password": any(map(is_secret, data)),
        "address": request.get_full_path(),
        "csrf_token": get_token(request),
    }


def keep_as_sent(request: HttpRequest) -> None:
    """For views that put another form in the place of the one that came."""
    if not hasattr(request, "sent"):
        request.sent = request.POST, request.FILES


def as_sent(request: HttpRequest) -> tuple[QueryDict, MultiValueDict]:
    return getattr(request, "sent", None) or (request.POST, request.FILES)


def values_of(data: QueryDict) -> list[Sent]:
    """Readable ones in their order, among them."""
    names = (name for name in data if name != CSRF and not is_secret(name))
    return list(chain.from_iterable([Sent(n, one) for one in data.getlist(n)] for n in names))


def file_names(files: MultiValueDict) -> list[tuple[Sent, str]]:
    """The input, and the name of the file that was chosen."""
    return [(Sent(name, ""), files[name].name) for name in files]


def is_secret(name: str) -> bool:
    return "password" in name.lower()
