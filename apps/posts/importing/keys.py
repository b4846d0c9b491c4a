"""Names that stay the same from one import to the next."""

from hashlib import sha256

from django.utils.text import slugify

MAX_KEY = 200


def import_key(site: str, kind: str, identifier: int | str) -> str:
    """`wordpress:example.com:post:12`; a digest in place of what would be too long."""
    key = f"wordpress:{site}:{kind}:{identifier}"
    return key if len(key) <= MAX_KEY else f"wordpress:{kind}:{digest(key)}"


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:32]


def plain_slug(text: str, fallback: str, length: int) -> str:
    """The slug in the characters of an address here: a–z, 0–9, - and _."""
    return slugify(text)[:length].strip("-_") or fallback


def distinct_slug(text: str, prefix: str, length: int) -> str:
    """Such a slug that also tells apart what the plain characters cannot.

    `привет-2` and `мир-2` would both be `2`; they get a digest. `Café` is `cafe`.
    """
    plain = slugify(text)
    if len(plain) == len(slugify(text, allow_unicode=True)) and 0 < len(plain) <= length:
        return plain
    return f"{plain[: length - 20] or prefix}-{digest(text)[:12]}"
