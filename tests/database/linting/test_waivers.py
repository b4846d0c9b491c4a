import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from textwrap import dedent

import pytest
from django.db.migrations import RenameField

HEAD = """
from django.db import migrations, models
from django.db.migrations import RenameField

SECOND = RenameField("post", "state", "status")


class Migration(migrations.Migration):
"""
PLAIN = """
    operations = [
        RenameField("post", "title", "headline"),
        RenameField("post", "score", "points"),
    ]
"""


@pytest.fixture
def lint_file(tmp_path, blog, monkeypatch):
    """Lints a migration that is a file, with what is given as its class's body."""

    def lint(body: str, name: str = "0002_change"):
        file = tmp_path / f"{name}.py"
        file.write_text(dedent(HEAD) + body)
        spec = spec_from_file_location(f"blog_migrations_{name}", file)
        module = module_from_spec(spec)
        monkeypatch.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
        return blog.lint_migration(module.Migration(name, "blog"))

    return lint


def test_without_a_waiver_each_operation_is_refused_and_says_how(lint_file):
    refusals = lint_file(PLAIN)

    assert [refusal.place for refusal in refusals] == [0, 1]
    assert "# migration: safe because …" in str(refusals[0])


ONE = {
    "above it": """
    operations = [
        # migration: safe because nobody reads the title yet
        RenameField("post", "title", "headline"),
        RenameField("post", "score", "points"),
    ]
""",
    "within it": """
    operations = [
        RenameField(
            "post",
            "title",  # migration: safe because nobody reads the title yet
            "headline",
        ),
        RenameField("post", "score", "points"),
    ]
""",
    "on two lines": """
    operations = [
        # migration: safe because
        # nobody reads the title yet
        RenameField("post", "title", "headline"),
        RenameField("post", "score", "points"),
    ]
""",
}


@pytest.mark.parametrize("body", ONE.values(), ids=ONE)
def test_a_reason_waives_its_own_operation_alone(body, lint_file):
    (refusal,) = lint_file(body)

    assert refusal.place == 1


EVERY = {
    "of a list": """
    # migration: safe because the table is read by nobody
    operations = [
        RenameField("post", "title", "headline"),
        SECOND,
    ]
""",
    "of a list not written out": """
    # migration: safe because the table is read by nobody
    operations = [RenameField("post", "title", "headline")] + [SECOND]
""",
    "of a list with a star": """
    # migration: safe because the table is read by nobody
    operations = [RenameField("post", "title", "headline"), *[SECOND]]
""",
}


@pytest.mark.parametrize("body", EVERY.values(), ids=EVERY)
def test_above_the_list_it_waives_every_operation(body, lint_file):
    assert lint_file(body) == []


@pytest.mark.parametrize("words", ["safe", "safe because", "SAFE because …", "safe because  : "])
def test_without_a_reason_it_is_itself_refused(words, lint_file):
    first, _ = lint_file(f"""
    operations = [
        # migration: {words}
        RenameField("post", "title", "headline"),
        RenameField("post", "score", "points"),
    ]
""")
    assert "not why" in str(first)
    assert "If you know better" not in str(first)


def test_below_the_list_it_waives_nothing(lint_file):
    assert len(lint_file(PLAIN + "    # migration: safe because of something\n")) == 2


def test_in_a_string_it_waives_nothing(lint_file):
    assert len(lint_file('    """# migration: safe because of something"""' + PLAIN)) == 2


def test_the_settings_waive_what_is_not_ours_to_write_in(lint_file, settings):
    settings.MIGRATIONS_ALLOWED = {"blog.0002_change": "Its tables are small."}

    assert lint_file(PLAIN) == []
    assert len(lint_file(PLAIN, name="0003_other")) == 2


def test_they_need_a_reason_too(lint_file, settings):
    settings.MIGRATIONS_ALLOWED = {"blog.0002_change": " "}

    assert ["not why" in str(refusal) for refusal in lint_file(PLAIN)] == [True, True]


def test_a_refusal_of_a_package_names_the_setting(blog):
    elsewhere = import_module("django.contrib.auth.migrations.0001_initial").__name__
    rename = RenameField("post", "title", "headline")
    (refusal,) = blog.lint(rename, __module__=elsewhere)

    assert 'MIGRATIONS_ALLOWED = {"blog.0002_change": "…"}' in str(refusal)
