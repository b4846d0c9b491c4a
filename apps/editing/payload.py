"""What a form posted, as JSON and back: a pending edit keeps it as it came."""

import base64
import json
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from apps.editing.opened import BESIDE_TYPED, is_secret

# A post has at most 1 MB of text and a picture 256 kB; in JSON and Base64 they are larger.
LARGEST_BYTES = 4 * 1024 * 1024


class TooLargeToKeep(ValueError):
    """More than a pending edit may hold."""


def payload_of(data: QueryDict, files: MultiValueDict) -> dict[str, Any]:
    """Everything that was typed but passwords: those are never kept. Raises TooLargeToKeep."""
    payload = {
        "data": {
            storable(name): list(map(storable, data.getlist(name)))
            for name in data
            if is_kept(name)
        },
        "files": {storable(name): file_of(files[name]) for name in files},
    }
    if len(json.dumps(payload)) > LARGEST_BYTES:
        raise TooLargeToKeep
    return payload


def is_kept(name: str) -> bool:
    return name not in BESIDE_TYPED and not is_secret(name)


def storable(text: str) -> str:
    """PostgreSQL's JSON has no NUL; the form would refuse it anyway."""
    return text.replace("\x00", "\ufffd")


def file_of(upload) -> dict[str, str]:
    if upload.size > LARGEST_BYTES:
        raise TooLargeToKeep
    upload.seek(0)
    content = base64.b64encode(upload.read()).decode()
    return {
        "name": storable(upload.name),
        "type": storable(upload.content_type or ""),
        "base64": content,
    }


def typed_in(payload: dict[str, Any]) -> tuple[QueryDict, MultiValueDict]:
    """The data and files, as a request has them."""
    data = QueryDict(mutable=True)
    for name, values in payload["data"].items():
        data.setlist(name, values)
    files = MultiValueDict()
    for name, file in payload["files"].items():
        content = base64.b64decode(file["base64"])
        files[name] = SimpleUploadedFile(file["name"], content, file["type"])
    return data, files
