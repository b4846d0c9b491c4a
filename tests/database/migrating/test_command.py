"""`manage.py migrate` from outside: what it prints, what it leaves, how it ends."""

INDEX = (
    'operations = [migrations.AddIndex("book", models.Index(fields=["title"], name="idx_title"))]'
)
COLUMN = 'operations = [migrations.AddField("book", "isbn", models.TextField(null=True))]'


def test_an_empty_database_is_installed_and_the_second_run_has_nothing_to_do(project):
    first, second = project.migrate(), project.migrate()

    assert first.code == 0, first
    assert "shelf.0001_book (2 of 2) … OK" in first.out
    assert "safe to run again" in first.out
    assert second.code == 0, second
    assert "No migrations to apply" in second.out


def test_it_is_silent_when_asked_to_be(project):
    ended = project.migrate("--verbosity", "0")

    assert (ended.code, ended.out, ended.err) == (0, "", "")
