from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from apps.posts import markdown
from apps.posts.markdown import MAX_BYTES, render, validate_content
from tests.posts.inert import faults
from tests.sizes import HOSTILE_BYTES
from tests.timing import timed

HERE = Path(__file__).parent
# Beside the repository, or beside what holds its worktrees.
SHARED = [parent / "shared/labs/faults/xss_corpus.txt" for parent in HERE.parents[1:]]


def lines(path):
    return [line for line in path.read_text().splitlines() if line.strip()]


def filled(pattern, size=HOSTILE_BYTES - 5_000):
    return (pattern * (size // len(pattern) + 1))[:size]


def test_markdown_becomes_html():
    assert render("# A\n\n*b* **c** ~~d~~ `e`\n\n- f\n") == (
        "<h1>A</h1>\n<p><em>b</em> <strong>c</strong> <s>d</s> <code>e</code></p>\n"
        "<ul>\n<li>f</li>\n</ul>\n"
    )


def test_html_in_the_source_is_shown_as_text():
    assert render("<b>x</b>") == "<p>&lt;b&gt;x&lt;/b&gt;</p>\n"


def test_links_leave_no_referrer_of_ours_and_no_praise():
    assert render("[a](https://example.com)") == (
        '<p><a href="https://example.com" rel="noopener nofollow">a</a></p>\n'
    )


@pytest.mark.parametrize("address", ["/posts/1", "#top", "mailto:a@example.com", "http://e.com/"])
def test_relative_mail_and_web_addresses_are_kept(address):
    assert f'href="{address}"' in render(f"[a]({address})")


@pytest.mark.parametrize("address", ["ftp://e.com/", "tel:123", "feed:javascript:alert(1)"])
def test_other_schemes_are_not(address):
    assert "href" not in render(f"[a]({address})")


def test_table_columns_keep_their_alignment_without_inline_style():
    html = render("| a | b |\n|---|--:|\n| 1 | 2 |\n")
    assert '<td align="right">2</td>' in html
    assert "style" not in html


@pytest.mark.parametrize("line", lines(HERE / "hostile.txt"))
def test_a_hostile_line_is_inert(line):
    assert faults(render(line)) == []


def test_the_judge_finds_what_the_sanitiser_must_stop():
    assert all(faults(line) for line in lines(HERE / "hostile.txt") if line.startswith("<"))


def test_the_shared_corpus_is_inert():
    corpus = next((lines(path) for path in SHARED if path.exists()), None)
    if corpus is None:
        pytest.skip("needs ../shared/labs/faults/xss_corpus.txt")
    assert len(corpus) == 62
    assert [line for line in corpus if faults(render(line))] == []
    assert faults(render("\n\n".join(corpus))) == []


# A little less than the limit, so that none is refused for its size alone.
SIZE = HOSTILE_BYTES - 5_000
HOSTILE_SHAPES = {
    "quotes": filled(">"),
    "quotes with spaces": filled("> "),
    "quotes, then lazy lines": "> " * 20 + "a\n" + filled("a\n", SIZE),
    "quotes 18 deep": filled("> " * 18 + "a\n"),
    "quotes, one each line": filled(">a\nb\n"),
    "lists on one line": filled("- "),
    "nested lists": "".join("  " * depth + "- a\n" for depth in range(900)),
    "lists, then lazy lines": "- " * 9 + "a\n" + filled("a\n", SIZE),
    "mixed nesting": filled("> - " * 6 + "a\n"),
    "many items": filled("- a\n"),
    "loose items": filled("- a\n\n"),
    "alternating lists": filled("- a\n+ b\n"),
    "ordered in ordered": filled("1. " * 9 + "a\n"),
    "brackets": filled("["),
    "closed brackets": "[" * (SIZE // 2) + "]" * (SIZE // 2),
    "brackets in lines": filled("[\n"),
    "image brackets": filled("!["),
    "links without end": filled("[a](b"),
    "links in parentheses": filled("[a]("),
    "link titles": filled('[a](b "'),
    "link in link": "[" * (SIZE // 3) + "a" + "](b)" * (SIZE // 6),
    "stars": filled("*"),
    "stars and letters": filled("*a"),
    "stars of three": filled("a***b** c*"),
    "stars with spaces": filled("* a "),
    "emphasis opened": filled("a **b", SIZE // 2) + filled(" _c", SIZE // 2),
    "emphasis nested": "*a " * (SIZE // 6) + "b* " * (SIZE // 6),
    "strong nested": "**a " * (SIZE // 8) + "b** " * (SIZE // 8),
    "alternating nested": "*_" * (SIZE // 4) + "a" + "_*" * (SIZE // 4),
    "small nested": "*a " * (SIZE // 200) + "b* " * (SIZE // 200),
    "struck": filled("~~a"),
    "code": filled("`a``b```"),
    "code of every length": "".join("`" * n + "a" for n in range(1, 1_400)),
    "angle brackets": filled("<"),
    "divisions": filled("<div>"),
    "comments": filled("<!--"),
    "autolinks": filled("<a:"),
    "ampersands": filled("&"),
    "entities": filled("&#x1;"),
    "backslashes": filled("\\"),
    "headings": filled("# a\n"),
    "underlined headings": filled("a\n-\n"),
    "rules": filled("---\n"),
    "fences": filled("```\n"),
    "fences in a list": "- " + filled("```\n  ", SIZE),
    "indented code": filled("    a\n\n"),
    "tables": filled("|a|b|\n|-|-|\n"),
    "wide table": "|" + "a|" * 300 + "\n|" + "-|" * 300 + "\n" + filled("|\n", SIZE),
    "references": "".join(f"[{n}]: /u\n" for n in range(SIZE // 13)),
    "one reference": filled("[a]: /b\n"),
    "broken references": filled('[a]: <b> "c\n'),
    "long reference, used often": "[a]: /" + "u" * (SIZE // 2) + "\n\n" + filled("[a] ", SIZE // 2),
    "long reference, used by few": "[a]: /"
    + "u" * (SIZE // 11)
    + "\n\n"
    + filled("[a] ", SIZE // 250),
    "short lines": filled("a\n"),
    "blank lines": filled("\n"),
    "carriage returns": filled("\r"),
    "combining marks": "a" + filled("\u0301", SIZE // 2),
    "emphasis in every line": filled(("Lorem ipsum dolor *sit* amet, consectetur.\n" * 8) + "\n"),
}


@pytest.fixture(scope="module")
def seconds_for_prose() -> float:
    paragraph = "Lorem *ipsum* dolor sit amet, consectetur adipiscing elit. " * 6 + "\n\n"
    return min(timed(render, filled(paragraph))[1] for _ in range(3))


@pytest.mark.parametrize("shape", HOSTILE_SHAPES)
def test_a_hostile_text_costs_a_bounded_number_of_times_what_prose_does(shape, seconds_for_prose):
    html, seconds = timed(render, HOSTILE_SHAPES[shape])
    # The worst takes 50 times as long as prose of its 25 kB, and 3 times as long at 1 MB; a
    # parser that walks back over what it has read takes thousands.
    assert seconds < 200 * seconds_for_prose
    assert faults(html) == []
    assert len(html) < 16_000_000


def test_a_megabyte_of_prose_is_accepted_and_shown_whole():
    text = filled(
        ("Lorem *ipsum* dolor sit amet, consectetur adipiscing elit. " * 6) + "\n\n", MAX_BYTES
    )
    validate_content(text)
    assert render(text).count("<em>ipsum</em>") == text.count("*ipsum*")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a" * 1_000_001, "Shorten the content: it is 1,000,001 bytes"),
        ("é" * 600_000, "Shorten the content: it is 1,200,000 bytes"),
        ("> " * 30 + "a", "Nest the content less deeply"),
        ("".join("  " * depth + "- a\n" for depth in range(30)), "Nest the content less deeply"),
        ("[" * 150_000, "Use less markup"),
        ("*a " * 500 + "b* " * 500, "Use less markup"),
        ("ab\0c", "Remove the NUL character at position 3"),
        ("ab\ud800c", "Remove the broken character at position 3"),
    ],
)
def test_what_cannot_be_kept_or_shown_is_refused_with_a_way_out(text, says):
    with pytest.raises(ValidationError, match=says):
        validate_content(text)
    assert faults(render(text)) == []


@pytest.mark.parametrize("text", ["", " ", "a", "> " * 10 + "a", "# " + "x" * 999_000, "\u202eabc"])
def test_ordinary_and_odd_texts_are_accepted(text):
    validate_content(text)


def test_a_refused_text_in_the_database_is_shown_as_typed():
    assert render("> " * 30 + "<b>") == f"<pre>{'&gt; ' * 30}&lt;b&gt;</pre>"


def test_nothing_accepted_is_dropped_for_its_depth():
    for depth in range(1, markdown.MAX_NESTING + 10):
        text = "> " * depth + "inmost"
        try:
            validate_content(text)
        except ValidationError:
            continue
        assert "inmost" in render(text)
        assert render(text).count("<blockquote>") == depth
