from uuid import uuid4

import pytest
from django.core.management.base import CommandError
from django.db import models
from django.db.migrations import (
    AddField,
    AddIndex,
    AlterField,
    AlterModelTable,
    DeleteModel,
    RemoveField,
    RenameField,
    RenameModel,
)
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.questioner import MigrationQuestioner
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.writer import MigrationWriter
from syzygy.plan import must_post_deploy_migration

from apps.database.autodetector import Autodetector
from apps.database.linting.linter import lint
from apps.database.linting.steps import steps_of
from apps.database.linting.tables import InUse
from apps.database.operations import DropColumn, RetireField

KEY = models.ForeignKey("blog.Author", models.CASCADE)


class Colour(models.Field):
    def get_internal_type(self):
        return "Colour"


def states(*, author: bool = True, **fields: models.Field) -> ProjectState:
    state = ProjectState()
    key = {"id": models.BigAutoField(primary_key=True)}
    if author:
        state.add_model(ModelState("blog", "Author", key))
    state.add_model(ModelState("blog", "Post", key | fields))
    return state


def changes(before: ProjectState, after: ProjectState, **answers) -> list:
    graph = MigrationGraph()
    graph.add_node(("blog", "0001_initial"), None)
    detector = Autodetector(before, after, MigrationQuestioner(answers))
    return detector.changes(graph).get("blog", [])


def kinds(migrations: list) -> list[list[type]]:
    return [[type(operation) for operation in it.operations] for it in migrations]


DEMANDING = {
    "text": (models.CharField(max_length=9), ""),
    "its default": (models.IntegerField(default=3), 3),
    "a list": (models.JSONField(default=list), []),
    "a foreign key": (KEY, 0),
}


@pytest.mark.parametrize(("field", "default"), DEMANDING.values(), ids=DEMANDING)
def test_a_column_goes_in_two_steps_with_a_default_and_without_a_question(field, default):
    before, after = changes(states(extra=field), states())

    assert kinds([before, after]) == [[RetireField], [DropColumn]]
    assert before.operations[0].db_default == default
    assert not after.operations[0].field.null
    assert ("blog", before.name) in after.dependencies
    assert [must_post_deploy_migration(it) for it in (before, after)] == [False, True]


def test_a_nullable_key_stays_nullable_and_lets_go_of_its_target():
    before, after = changes(
        states(extra=models.OneToOneField("blog.Author", models.CASCADE, null=True)), states()
    )

    assert kinds([before, after]) == [[RetireField], [DropColumn]]
    assert before.operations[0].deconstruct()[2].keys() == {"model_name", "name"}


QUIET = [
    models.CharField(max_length=9, null=True),
    models.IntegerField(db_default=1),
    models.ManyToManyField("blog.Author"),
]


@pytest.mark.parametrize("field", QUIET)
def test_a_column_that_asks_nothing_goes_in_one(field):
    migrations = changes(states(extra=field), states())

    assert kinds(migrations) == [[RemoveField]]
    assert must_post_deploy_migration(migrations[0])


def test_a_type_without_a_neutral_value_needs_its_author():
    with pytest.raises(CommandError, match=r"blog\.Post\.extra .* give it a db_default"):
        changes(states(extra=Colour()), states())


def test_a_table_goes_after_the_column_that_refers_to_it():
    migrations = changes(states(extra=KEY), states(author=False))

    assert kinds(migrations) == [[RetireField], [DropColumn], [DeleteModel]]


def test_an_added_column_keeps_its_default():
    field = models.IntegerField(default=3, db_default=3)
    (migration,) = changes(states(), states(extra=field))

    assert kinds([migration]) == [[AddField]]
    assert migration.operations[0].field.db_default == 3


def test_a_default_of_python_alone_is_the_databases_until_after_the_deploy():
    before, after = changes(states(), states(extra=models.IntegerField(default=3)))

    assert before.operations[0].field.db_default == 3
    assert not after.operations[0].field.has_db_default()
    assert must_post_deploy_migration(after)


def test_a_default_that_is_called_is_no_constant_of_the_database():
    (migration,) = changes(states(), states(extra=models.UUIDField(default=uuid4)))

    assert not migration.operations[0].field.has_db_default()


def test_what_is_generated_has_no_default():
    twice = models.GeneratedField(
        expression=models.F("id") * 2, output_field=models.IntegerField(), db_persist=True
    )
    (migration,) = changes(states(), states(extra=twice))

    assert kinds([migration]) == [[AddField]]
    exec(MigrationWriter(migration).as_string(), {})


MANY = models.ManyToManyField("blog.Author", related_name="+")


@pytest.mark.parametrize(("old", "new"), [(KEY, MANY), (MANY, KEY)], ids=["to many", "to one"])
def test_one_name_is_not_two_kinds_of_field_at_once(old, new):
    with pytest.raises(CommandError, match=r"blog\.Post\.extra .* by another name"):
        changes(states(extra=old), states(extra=new))


def test_a_name_that_keeps_its_column_is_no_question_of_stages():
    kept = models.CharField(max_length=9, db_column="title")
    before = states(title=models.CharField(max_length=9))
    migrations = changes(before, states(headline=kept), ask_rename=True)

    assert kinds(migrations) == [[AlterField, RenameField]]


def test_a_model_that_keeps_its_table_needs_no_sql():
    def post(name: str, **options) -> ProjectState:
        state = states(title=models.CharField(max_length=9))
        model = state.models.pop(("blog", "post"))
        state.add_model(ModelState("blog", name, model.fields, options))
        return state

    before = post("Post")
    migrations = changes(before, post("Note", db_table="blog_post"), ask_rename_model=True)

    assert kinds(migrations) == [[AlterModelTable, RenameModel]]
    assert list(lint(steps_of(migrations[0], before.clone(), InUse()))) == []
    after = migrations[0].mutate_state(before)
    assert after.models["blog", "note"].options["db_table"] == "blog_post"


def test_another_column_is_one():
    field = models.CharField(max_length=9)
    with pytest.raises(SystemExit):
        changes(states(title=field), states(headline=field), ask_rename=True)


def two_tables() -> tuple[ProjectState, ProjectState]:
    """Author and post as they were, and each with a column and an index more."""
    before, after = states(), states(extra=models.IntegerField(null=True))
    after.models["blog", "author"].fields["name"] = models.CharField(max_length=9, null=True)
    for name, column in (("author", "name"), ("post", "extra")):
        index = models.Index(fields=[column], name=f"by_{column}")
        after.models["blog", name].options["indexes"] = [index]
    return before, after


def test_each_table_has_a_migration_of_its_own():
    migrations = changes(*two_tables())

    assert kinds(migrations) == [[AddField, AddIndex], [AddField, AddIndex]]
    assert [{op.model_name for op in it.operations} for it in migrations] == [{"author"}, {"post"}]
    assert [it.dependencies for it in migrations] == [
        [("blog", "0001_initial")],
        [("blog", migrations[0].name)],
    ]
    assert len({it.name for it in migrations}) == 2
    state = two_tables()[0]
    assert [list(lint(steps_of(it, state, InUse()))) for it in migrations] == [[], []]


def test_what_the_database_does_not_hear_of_stays_in_one():
    before = states(author_is=models.CharField(max_length=9))
    after = states(author_is=models.CharField(max_length=9, verbose_name="written by"))
    after.models["blog", "author"].options["verbose_name"] = "writer"

    assert len(changes(before, after)) == 1


def test_new_tables_stay_in_one():
    assert len(changes(ProjectState(), states(extra=KEY))) == 1
