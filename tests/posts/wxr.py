"""WordPress exports in the small: `wxr(item(id=1, title="A"), …)` is a file's bytes."""

from io import BytesIO
from pathlib import Path

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/">
<channel><title>Site</title><link>https://example.com</link>
<wp:wxr_version>1.2</wp:wxr_version><wp:base_blog_url>https://example.com</wp:base_blog_url>
"""
OLIVE = """<wp:author><wp:author_id>3</wp:author_id><wp:author_login>olive</wp:author_login>
<wp:author_email>Olive@Example.com</wp:author_email>
<wp:author_display_name><![CDATA[Olive Oil]]></wp:author_display_name></wp:author>
"""
# The public theme-unit-test file, beside the repository or beside what holds its worktrees.
SHARED = "shared/data/wordpress/themeunittestdata.wordpress.xml"
REAL = next((p / SHARED for p in Path(__file__).parents[2:] if (p / SHARED).exists()), None)


def wxr(*parts: str, authors: str = OLIVE) -> bytes:
    return f"{HEAD}{authors}{''.join(parts)}</channel></rss>\n".encode()


def wxr_file(*parts: str, **options) -> BytesIO:
    return BytesIO(wxr(*parts, **options))


def item(*inner: str, content="Text.", title="Title", creator="olive", terms="", **fields) -> str:
    """An item; `fields` are WordPress's, without prefix: `post_id`, `status`, `post_name`…

    One given as None is left out.
    """
    fields = {
        "post_id": 1,
        "post_type": "post",
        "status": "publish",
        "post_date_gmt": "2020-01-02 03:04:05",
        "post_name": f"post-{fields.get('post_id', 1)}",
        **fields,
    }
    return (
        f"<item><title><![CDATA[{title}]]></title>\n"
        f"<dc:creator>{creator}</dc:creator>{terms}\n"
        f"<content:encoded><![CDATA[{content}]]></content:encoded>\n"
        f"{_elements(fields)}{''.join(inner)}</item>\n"
    )


def comment(**fields) -> str:
    fields = {
        "comment_id": 1,
        "comment_author": "Vera",
        "comment_author_email": "vera@example.org",
        "comment_date_gmt": "2020-01-03 00:00:00",
        "comment_content": "Well said.",
        "comment_approved": "1",
        "comment_user_id": "0",
        **fields,
    }
    return f"<wp:comment>{_elements(fields)}</wp:comment>\n"


def category(name: str, domain="category", nicename: str | None = None) -> str:
    nicename = name.lower() if nicename is None else nicename
    return f'<category domain="{domain}" nicename="{nicename}"><![CDATA[{name}]]></category>'


def _elements(fields: dict) -> str:
    return "".join(
        f"<wp:{name}><![CDATA[{value}]]></wp:{name}>\n"
        for name, value in fields.items()
        if value is not None
    )
