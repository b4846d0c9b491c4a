"""Bodies of migrations of the app `shelf`."""

BOOK = """
operations = [migrations.CreateModel("Book", [
    ("id", models.BigAutoField(primary_key=True)),
    ("title", models.CharField(max_length=100)),
    ("pages", models.IntegerField(null=True)),
])]
"""
INDEX = """
operations = [migrations.AddIndex("book", models.Index(fields=["title"], name="idx_title"))]
"""
COLUMN = """
operations = [migrations.AddField("book", "isbn", models.TextField(null=True))]
"""
UNUSED_COLUMN_GOES = """
stage = Stage.POST_DEPLOY
operations = [migrations.RemoveField("book", "pages")]
"""
RENAME = """
operations = [migrations.RenameField("book", "title", "name")]
"""
PYTHON = """
operations = [migrations.RunPython(lambda apps, editor: None, migrations.RunPython.noop)]
"""
FAILS = """
def fail(apps, editor):
    raise RuntimeError("It cannot be done.")
operations = [migrations.RunPython(fail, migrations.RunPython.noop)]
"""
GATE = """
def gate(apps, editor):
    pathlib.Path({reached!r}).touch()
    until = time.monotonic() + {patience}
    while not pathlib.Path({opened!r}).exists():
        assert time.monotonic() < until
        time.sleep(0.02)
operations = [migrations.RunPython(gate, migrations.RunPython.noop)]
"""
CHECK = """
operations = [migrations.AddConstraint("book", models.CheckConstraint(
    condition=models.Q(pages__gt=0), name="book_has_pages"))]
"""
KEY = """
operations = [migrations.AddField("book", "sequel", models.ForeignKey(
    "shelf.book", models.SET_NULL, null=True))]
"""
DUAL = """
operations = [ExpandRename("book", "title", "name")]
"""
FILL = """
atomic = False
operations = [Backfill("book", {"pages": 1})]
"""
