"""Profile pictures: small files of four kinds, known by how they begin, never by their name."""

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile

MAX_BYTES = 256 * 1024
SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
}


def content_type_of(picture: bytes) -> str | None:
    """`image/…`, or None for what is no picture of a known kind."""
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "image/webp"
    found = (kind for start, kind in SIGNATURES.items() if picture.startswith(start))
    return next(found, None)


def read_picture(upload: UploadedFile) -> bytes:
    """Raises ValidationError for a file too large or of another kind."""
    if upload.size > MAX_BYTES:
        raise ValidationError("The picture is larger than 256 kB.", code="too_large")
    # A form may be validated twice.
    upload.seek(0)
    picture = upload.read()
    if content_type_of(picture) is None:
        raise ValidationError("Choose a PNG, JPEG, WebP or GIF picture.", code="no_picture")
    return picture
