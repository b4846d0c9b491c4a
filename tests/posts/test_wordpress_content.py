import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from apps.posts.markdown import render
from apps.posts.wordpress.content import squeezed, to_markdown, to_plain_text, visible_text
from apps.posts.wordpress.converter import Converter
from apps.posts.wordpress.html_tokens import tokens
from tests.posts.inert import faults
from tests.posts.test_markdown import HERE, SHARED, lines
from tests.timing import timed

PLAIN = "all formatting (kept as plain paragraphs)"


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>a <b>b</b> <i>c</i> <s>d</s></p>", "a **b** *c* ~~d~~"),
        ("one\n\ntwo\nthree", "one\n\ntwo\\\nthree"),
        ("<!-- wp:paragraph -->\n<p>a\nb</p>\n<!-- /wp:paragraph -->", "a b"),
        ("<h2>A <em>b</em></h2>c", "## A *b*\n\nc"),
        ("<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>", "- a\n  1. b\n- c"),
        ("<ol start=3><li>a<li>b</ol>", "3. a\n4. b"),
        ("<ul><li>a</ul><ul><li>b</ul>", "- a\n\n+ b"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ("<pre>a\n  b</pre>", "```\na\n  b\n```"),
        ("<code>a`b</code>", "``a`b``"),
        ("a<hr>b", "a\n\n***\n\nb"),
        ('<a href="/x y" title="t">a</a>', '[a](/x%20y "t")'),
        ('<img src="/a.png" alt="A [b]">', "![A \\[b\\]](/a.png)"),
        ("https://example.com/a_b", "<https://example.com/a_b>"),
        ("<table><tr><th>a<th>b<tr><td>1|2</table>", "| a | b |\n| --- | --- |\n| 1\\|2 |  |"),
        ("<p>“<q>a</q>”</p>", "““a””"),
        ("[caption id=x]<img src=/a.png> <b>C</b>[/caption]", "![](/a.png)\n\n**C**"),
        ('[caption caption="Old"]<img src=/a.png>[/caption]', "![](/a.png)\n\nOld"),
        ("[embed]https://e.com/v[/embed]", "<https://e.com/v>"),
        ("<b> a </b>b", "**a** b"),
        ("<b><p>a</p><p>b</p></b>", "**a**\n\n**b**"),
        ("a<b>b</b>c", "a**b**c"),
        ("a<b>(b)</b>c <i>d</i>", "a(b)c *d*"),
        ("a!<a href=/b>c</a>", "a\\![c](/b)"),
    ],
)
def test_html_becomes_the_markdown_a_person_would_write(html, markdown):
    converted = to_markdown(html)
    assert converted.markdown == markdown
    assert PLAIN not in converted.losses


@pytest.mark.parametrize(
    "text", ["# a", "1. a", "- a", "+ a", "> a", "*a*", "_a_", "`a`", "[a](b)"]
)
@pytest.mark.parametrize("wrap", ["{}", "<p>{}</p>", "x<br>{}", "<li>{}", "<h2>{}</h2>"])
def test_text_that_looks_like_markdown_stays_text(text, wrap):
    html = wrap.format(text.replace(">", "&gt;"))
    converted = to_markdown(html)
    assert PLAIN not in converted.losses
    assert visible_text(render(converted.markdown)) == squeezed(
        re.sub(r"<[^>]*>", "", wrap).format(text)
    )


@pytest.mark.parametrize(
    ("html", "lost"),
    [
        ("<!--more-->", "“more” tag"),
        ("<!--nextpage-->", "page break (a rule instead)"),
        ('<!-- wp:latest-posts {"a":1} /-->', "block latest-posts"),
        ('[gallery ids="1,2"]', "[gallery] (left as text)"),
        ('[contact-form to="a@b.c"]', "[contact-form] (left as text)"),
        ('<iframe src="https://e.com/v"></iframe>', "<iframe> (a link instead)"),
        ('<iframe src="javascript:x"></iframe>', "<iframe>"),
        ('<video><source src="https://e.com/v"></video>', "<source> (a link instead)"),
        ("<script>x()</script>", "<script>"),
        ("<svg><text>x</text></svg>", "<svg>"),
        ("a<b>(b)</b>c", "emphasis within a word (its text is kept)"),
        ("x<sub>2</sub>", "<sub> (its text is kept)"),
        ('<abbr title="for the win">ftw</abbr>', "explanation of an abbreviation"),
        ("<table><tr><td colspan=2>a</table>", "merged table cells"),
        ('<a href="javascript:x">a</a>', "link whose address may not be followed"),
        ('<img src="data:image/png;base64,x">', "image without an address that may be shown"),
        ('<div style="background-image:url(/a)">a</div>', "background image"),
        ("<blockquote>" * 30 + "a", "list or quote nested too deeply (its text is kept)"),
    ],
)
def test_what_markdown_cannot_say_is_counted_by_name(html, lost):
    assert lost in to_markdown(html).losses


def test_an_embedded_video_is_a_link():
    converted = to_markdown('a<iframe src="https://e.com/v"></iframe>b')
    assert converted.markdown == "a\n\n<https://e.com/v>\n\nb"


# fmt: off
SIGNS = [
    "*", "_", "**", "`", "[", "]", "(", ")", "!", "#", "+", "-", "=", ">", "~", "~~", "|", "---",
    "===", "1.", "1)", "\\", "&amp;", "&lt;", "&nbsp;", "&copy", "\n", "\n\n", " ", "\t", "a",
    "b c", "é", "“", "[a]: b", "http://e.com/", '<a href="/(x)_y">', "</a>",
    '<img src="/i" alt="a_*">', "<!-- wp:p -->",
]
NAMES = [
    "b", "strong", "em", "i", "s", "del", "code", "pre", "p", "div", "h2", "ul", "ol", "li",
    "blockquote", "table", "tr", "td", "br", "hr", "span", "q", "dt",
]
# fmt: on
TAGS = [tag for name in NAMES for tag in (f"<{name}>", f"</{name}>")]
PIECES = st.one_of(st.sampled_from(SIGNS), st.sampled_from(TAGS))


@given(st.lists(PIECES, max_size=15).map("".join))
@example("<b>a</b>b<i>“</i>c")
@example("<b></li><blockquote><td>x")
def test_no_text_is_lost_or_changed(html):
    read = Converter(html)
    read.convert()
    assert visible_text(render(to_markdown(html).markdown)) == squeezed("".join(read.texts))


@given(st.lists(PIECES, max_size=15).map("".join))
def test_plain_text_of_any_html_is_made(html):
    to_plain_text(html)


def test_a_post_that_cannot_be_said_in_markdown_is_kept_as_plain_paragraphs(monkeypatch):
    monkeypatch.setattr("apps.posts.wordpress.inline.escape", lambda text: text)
    converted = to_markdown("<p>*a*</p><p>b</p>")
    assert converted.markdown == "\\*a\\*\n\nb"
    assert converted.losses[PLAIN] == 1


def test_comments_are_plain_text():
    assert to_plain_text("[...] 2 * 3 [...]") == "[...] 2 * 3 [...]"
    assert to_plain_text("a <b>b</b>\nc &amp; [d]") == "a **b**\nc & [d]"


@pytest.mark.parametrize("line", lines(HERE / "hostile.txt"))
def test_hostile_html_is_inert(line):
    assert faults(render(to_markdown(line).markdown)) == []


def test_the_shared_corpus_is_inert_as_html():
    corpus = next((lines(path) for path in SHARED if path.exists()), None)
    if corpus is None:
        pytest.skip("needs ../shared/labs/faults/xss_corpus.txt")
    assert len(corpus) == 62
    assert [line for line in corpus if faults(render(to_markdown(line).markdown))] == []


@pytest.mark.parametrize(
    "pattern",
    ["<!--", "<a ", '<a "', "<", "</", "<!", "<script>", "<div>", "<ul><li>", "[caption]"],
)
def test_hostile_html_takes_linear_time(pattern):
    def read(size):
        for _ in tokens(pattern * size):
            pass
        to_markdown(pattern * (size // 10))

    def seconds(size):
        return min(timed(read, size)[1] for _ in range(2))

    # A quadratic reader would take 64 times as long.
    assert seconds(80_000) < max(seconds(10_000), 0.02) * 24
