import pytest

from benchmarks.client import form_fields, listed_ids

PAGE = b"""
<form id="search"><input name="q" value="harbour"></form>
<form id="post_form">
<input type="hidden" name="csrfmiddlewaretoken" value="t&amp;k">
<input name="title" value="Fares &quot;frozen&quot;">
<textarea name="content">
First line
&lt;b&gt;second</textarea>
<select name="category"><option value="1">News<option value="3" selected>Harbour</select>
<select name="tags" multiple><option value="5" selected>a<option value="6" selected>b</select>
<input type="checkbox" name="pinned" checked><input type="checkbox" name="hidden">
<input type="submit" name="_save" value="Save">
</form>
<input name="publish_at_0" form="post_form" value="2026-01-01">
"""


def test_a_form_is_read_as_a_browser_sends_it():
    assert form_fields(PAGE, "content") == [
        ("csrfmiddlewaretoken", "t&k"),
        ("title", 'Fares "frozen"'),
        ("content", "First line\n<b>second"),
        ("category", "3"),
        ("tags", "5"),
        ("tags", "6"),
        ("pinned", "on"),
        ("publish_at_0", "2026-01-01"),
    ]


def test_a_page_without_the_form_is_an_error():
    with pytest.raises(ValueError, match="password"):
        form_fields(PAGE, "password")


def test_rows_are_known_by_their_checkboxes():
    page = b"""<input type="checkbox" id="action-toggle">
    <input class="action-select" value="12" type="checkbox" name="_selected_action">
    <input type=checkbox name="_selected_action" value="7">"""
    assert listed_ids(page) == [12, 7]
