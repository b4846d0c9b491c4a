import tracemalloc
from datetime import UTC, datetime
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.posts.wordpress.elements import MAX_RECORD_CHARACTERS
from apps.posts.wordpress.reader import Export, Problem
from apps.posts.wordpress.records import Author, Item, Site, Term
from tests.posts.wxr import HEAD, OLIVE, REAL, category, comment, item, wxr
from tests.sizes import IMPORT_ITEMS


def read(content: bytes):
    return list(Export(BytesIO(content)))


def items(content: bytes):
    return [record for record in read(content) if isinstance(record, Item)]


def problems(content: bytes):
    return [record.message for record in read(content) if isinstance(record, Problem)]


def test_an_export_is_read_in_its_order():
    content = wxr(
        "<wp:tag><wp:tag_slug>a</wp:tag_slug><wp:tag_name>A</wp:tag_name></wp:tag>",
        item(comment(), terms=category("News") + category("Hot", "post_tag")),
    )
    _link, site, author, term, post = read(content)
    assert site == Site("example.com")
    assert (author.login, author.id, author.email) == ("olive", "3", "Olive@Example.com")
    assert isinstance(author, Author)
    assert term == Term("post_tag", "a", "A")
    assert (post.id, post.kind, post.title, post.content) == (1, "post", "Title", "Text.")
    assert post.terms == [Term("category", "news", "News"), Term("post_tag", "hot", "Hot")]
    assert post.created_at == datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC)
    assert [one.content for one in post.comments] == ["Well said."]


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_every_version_of_the_format_is_read(version, scheme):
    content = wxr(item()).replace(
        b"http://wordpress.org/export/1.2", f"{scheme}://wordpress.org/export/{version}".encode()
    )
    assert len(items(content)) == 1


def test_a_date_without_utc_is_read_in_the_time_zone_of_the_settings(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    (post,) = items(wxr(item(post_date_gmt="0000-00-00 00:00:00", post_date="2020-07-01 12:00:00")))
    assert post.created_at == datetime(2020, 7, 1, 10, tzinfo=UTC)


def test_an_item_may_have_no_date():
    (post,) = items(wxr(item(post_date_gmt="0000-00-00 00:00:00")))
    assert post.created_at is None


@pytest.mark.parametrize(
    ("broken", "says"),
    [
        ({"post_id": None}, "line 10: the item has no id: wp:post_id is “”."),
        ({"post_id": "x"}, "line 10: the item has no id: wp:post_id is “x”."),
        ({"post_id": "-1"}, "line 10: the item has no id"),
        ({"post_id": "9" * 30}, "line 10: the item has no id"),
        ({"post_type": None}, "line 10: item 1 has no type (wp:post_type)."),
        (
            {"post_date_gmt": "2023-02-30 00:00:00"},
            "line 10: item 1 has an impossible date: wp:post_date_gmt is “2023-02-30 00:00:00”.",
        ),
        (
            {"post_date_gmt": None, "post_date": "yesterday"},
            "line 10: item 1 has an impossible date: wp:post_date is “yesterday”.",
        ),
    ],
)
def test_a_broken_item_is_named_with_its_line_and_the_others_are_read(broken, says):
    content = wxr(item(**broken), item(post_id=2))
    (problem,) = problems(content)
    assert problem.startswith(says)
    assert [post.id for post in items(content)] == [2]


def test_the_comments_of_a_refused_item_are_named_too():
    said = problems(wxr(item(comment(), comment(comment_id=2), post_id=None)))
    assert len(said) == 3
    assert said[1].endswith("the comment’s post was refused.")


def test_a_broken_comment_leaves_its_post_and_the_other_comments():
    content = wxr(item(comment(comment_date_gmt="2020-13-01 00:00:00"), comment(comment_id=2)))
    assert "comment 1 has an impossible date" in problems(content)[0]
    assert [one.id for one in items(content)[0].comments] == [2]


def test_a_comment_outside_of_any_item_is_named():
    assert "its post is absent" in problems(wxr(comment()))[0]


def test_a_truncated_file_gives_what_stood_before_and_the_line():
    whole = wxr(item(post_id=1), item(post_id=2))
    cut = whole[: whole.rindex(b"<content:encoded>") + 30]
    assert [post.id for post in items(cut)] == [1]
    (problem,) = problems(cut)
    assert "ends too early" in problem
    assert problem.startswith("line 21: ")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "line 1: the file ends too early"),
        (b"\x89PNG\r\n", "line 1: the file is not XML"),
        (b"Hello", "line 1: the file is not XML"),
        (b"<html><body><p>Hi</p></body></html>", "This is not a WordPress export"),
        (b"<rss></rss>", "This is not a WordPress export"),
        (b'<?xml version="1.0" encoding="x-none"?><rss/>', "encoding"),
        (b"\xff\xfe", "line 1"),
    ],
)
def test_a_file_of_another_kind_is_one_clear_problem(content, says):
    (problem,) = read(content)
    assert says in problem.message
    assert problem.kind == "file"


BOMBS = {
    "billion laughs": '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>',
    "external": '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "parameter": '<!DOCTYPE r [<!ENTITY % a SYSTEM "http://127.0.0.1/x">%a;]>',
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_entities_of_the_files_own_are_refused(bomb):
    content = wxr(item(content="]]>&a;<![CDATA["))
    content = content.replace(b"<rss ", BOMBS[bomb].encode() + b"<rss ", 1)
    (problem,) = read(content)
    assert "declares entities of its own" in problem.message


def test_control_characters_are_left_out_and_counted():
    export = Export(BytesIO(wxr(item(title="a\x00b\x08c"))))
    (post,) = [record for record in export if isinstance(record, Item)]
    assert post.title == "abc"
    assert export.control_characters == 2


def test_utf_16_is_read():
    content = wxr(item(title="Łódź")).decode().replace("UTF-8", "UTF-16").encode("utf-16")
    assert items(content)[0].title == "Łódź"


def test_a_record_too_large_or_too_deep_is_left_out_and_the_next_is_read():
    large = item(content="x" * (MAX_RECORD_CHARACTERS + 1))
    deep = f"<item>{'<a>' * 300}{'</a>' * 300}</item>"
    content = wxr(large, deep, item(post_id=3))
    assert [post.id for post in items(content)] == [3]
    assert len(problems(content)) == 2
    assert all("left out" in problem for problem in problems(content))


def test_the_bound_is_for_each_record_and_not_for_the_file(monkeypatch):
    monkeypatch.setattr("apps.posts.wordpress.elements.MAX_RECORD_CHARACTERS", 10_000)
    content = wxr(*(item(post_id=number, content="x" * 2_000) for number in range(1, 11)))
    assert len(items(content)) == 10


@given(st.data())
def test_no_broken_file_raises(data):
    content = bytearray(wxr(item(comment(), terms=category("A")), item(post_id=2)))
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(content) - 1))
        length = data.draw(st.integers(0, 40))
        content[at : at + length] = data.draw(st.binary(max_size=10))
    records = read(bytes(content))
    for message in (record.message for record in records if isinstance(record, Problem)):
        assert "line " in message or "file" in message or "export" in message


@given(st.integers(0, 5_000))
def test_a_file_cut_anywhere_gives_only_whole_items(at):
    whole = wxr(item(post_id=1, content="one"), item(post_id=2, content="two"))
    for post in items(whole[:at]):
        assert post.content == {1: "one", 2: "two"}[post.id]
    if at < len(whole) - 7:
        assert problems(whole[:at])


class Growing:
    """A file of many items that exists only as it is read."""

    def __init__(self, number: int):
        self._parts = self._pieces(number)

    def _pieces(self, number):
        yield (HEAD + OLIVE).encode()
        for at in range(1, number + 1):
            yield item(comment(comment_id=at), post_id=at, content="Lorem ipsum. " * 80).encode()
        yield b"</channel></rss>"

    def read(self, size):
        return next(self._parts, b"")


def test_memory_does_not_grow_with_the_file():
    def peak(number):
        tracemalloc.start()
        read = sum(isinstance(record, Item) for record in Export(Growing(number)))
        assert read == number
        try:
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    assert peak(IMPORT_ITEMS) < peak(IMPORT_ITEMS // 10) * 1.5


def test_the_theme_unit_test_file_is_read_whole():
    if REAL is None:
        pytest.skip("needs ../shared/data/wordpress/themeunittestdata.wordpress.xml")
    found = items(REAL.read_bytes())
    assert problems(REAL.read_bytes()) == []
    assert len(found) == 186
    assert sum(len(post.comments) for post in found) == 33
