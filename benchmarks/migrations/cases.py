"""The sixteen changes of a table in use, as Django would make them and as they are made here."""

from dataclasses import dataclass

from .steps import COLUMNS, Step, after

IMPORTS = """from apps.database.operations import (
    AlterFieldType, Backfill, ContractRename, DropColumn, ExpandRename, RetireField,
)"""
# Referred to by name in a scratch migration: what people write who know no better.
RUN_PYTHON = "from benchmarks.migrations.cases import fill_rating"


def fill_rating(apps, schema_editor) -> None:
    apps.get_model("blog", "Post").objects.filter(rating=None).update(rating=0)


@dataclass(frozen=True)
class Case:
    name: str
    ours: tuple[Step, ...]
    # By default the same.
    stock: tuple[Step, ...] = ()
    stock_imports: str = ""
    # Seconds that somebody sits in a transaction who has read the table.
    reader_seconds: float = 0
    # Then all the way down again, with such a reader again.
    and_down: bool = False

    @property
    def by_stock(self) -> tuple[Step, ...]:
        return self.stock or self.ours


def renamed(old: str, new: str) -> dict[str, str]:
    return {new if name == old else name: value for name, value in COLUMNS.items()}


def plain(name: str, operations: str, **options) -> Case:
    return Case(name, (Step(operations),), **options)


# Code after the deploy: it gives a rating always, knows no note, or calls it remark.
RATED = COLUMNS | {"rating": "%(n)s %% 5"}
NOTELESS = {name: value for name, value in COLUMNS.items() if name != "note"}
REMARKED = renamed("note", "remark")

NOT_NULL = 'migrations.AlterField("post", "rating", models.IntegerField(default=0)),'
SUBTITLE = 'migrations.AddField("post", "subtitle", models.CharField(max_length=200, null=True)),'
EDITOR = 'models.ForeignKey("blog.Author", models.CASCADE, null=True, db_index=False)'
BIG = "models.BigIntegerField(default=0, db_index=True)"

CASES = [
    plain("nullable column", SUBTITLE),
    plain(
        "NOT NULL with db_default",
        'migrations.AddField("post", "likes", models.IntegerField(db_default=0)),',
    ),
    Case("NULL → NOT NULL", ours=(after(NOT_NULL, RATED),), stock=(Step(NOT_NULL),)),
    plain(
        "index",
        'migrations.AddIndex("post", models.Index(fields=["status", "created_at"], name="i_two")),',
    ),
    plain(
        "partial index",
        'migrations.AddIndex("post", models.Index(fields=["created_at"], name="i_drafts",'
        ' condition=Q(status="draft"))),',
    ),
    plain(
        "unique",
        'migrations.AddConstraint("post", models.UniqueConstraint(fields=["slug"],'
        ' name="u_slug")),',
    ),
    plain(
        "check",
        'migrations.AddConstraint("post", models.CheckConstraint(condition=Q(views__gte=0),'
        ' name="c_views")),',
    ),
    plain(
        "foreign key, new column",
        'migrations.AddField("post", "author",'
        ' models.ForeignKey("blog.Author", models.CASCADE, null=True)),',
    ),
    plain("foreign key, existing column", f'migrations.AlterField("post", "editor", {EDITOR}),'),
    Case(
        "drop column",
        ours=(
            Step('RetireField("post", "note", db_default=""),'),
            after(
                'DropColumn("post", "note", models.CharField(max_length=100, db_default="")),',
                NOTELESS,
            ),
        ),
        stock=(Step('migrations.RemoveField("post", "note"),'),),
    ),
    Case(
        "rename column",
        ours=(
            Step('ExpandRename("post", "note", "remark"),'),
            after('ContractRename("post", "note", "remark"),', REMARKED),
        ),
        stock=(Step('migrations.RenameField("post", "note", "remark"),'),),
    ),
    Case(
        "integer → bigint",
        ours=(Step(f'AlterFieldType("post", "views", {BIG}),'),),
        stock=(Step(f'migrations.AlterField("post", "views", {BIG}),'),),
    ),
    plain(
        "wider varchar",
        'migrations.AlterField("post", "title", models.CharField(max_length=300)),',
    ),
    Case(
        "backfill",
        ours=(Step('Backfill("post", {"rating": 0}),', RATED),),
        stock=(Step("migrations.RunPython(fill_rating),", RATED),),
        stock_imports=RUN_PYTHON,
    ),
    Case(
        "uuid key",
        ours=(
            Step('migrations.AddField("post", "key", models.UUIDField(null=True)),'),
            Step(
                'migrations.AlterField("post", "key",'
                " models.UUIDField(null=True, db_default=RandomUUID())),"
            ),
            Step('Backfill("post", {"key": RandomUUID()}),'),
            after(
                'migrations.AlterField("post", "key", models.UUIDField(db_default=RandomUUID())),'
            ),
            after(
                'migrations.AlterField("post", "key",'
                " models.UUIDField(db_default=RandomUUID(), unique=True)),"
            ),
        ),
        stock=(
            Step(
                'migrations.AddField("post", "key",'
                " models.UUIDField(db_default=RandomUUID(), unique=True)),"
            ),
        ),
    ),
    plain("behind a 6 s reader, up and down", SUBTITLE, reader_seconds=6, and_down=True),
]
