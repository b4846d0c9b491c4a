"""What `makemigrations` writes: syzygy's stages, and columns that go without a question."""

from functools import partial

from django.core.management.base import CommandError
from django.core.management.color import color_style
from django.db.migrations import AlterModelTable, RemoveField, RenameField, RenameModel
from django.db.migrations.autodetector import MigrationAutodetector as Plain
from django.db.migrations.autodetector import OperationDependency
from django.db.migrations.operations.base import Operation
from django.db.models import NOT_PROVIDED
from syzygy.autodetector import (
    STAGE_SPLIT,
    MigrationAutodetector,
    OperationStage,
    StageDependency,
    StagedOperationDependency,
)

from .apart import apart
from .linting.defaults import constant_default
from .linting.retiring import demand_of, two_steps
from .linting.shapes import column_of, table_of
from .operations import DropColumn


class Autodetector(MigrationAutodetector):
    def __init__(self, *args, style=None, **options):
        super().__init__(*args, style=style or color_style(), **options)
        # Models that have got another name, and keep their table.
        self.kept: set[tuple[str, str]] = set()

    def add_operation(self, app_label, operation, *args, **options):
        """What keeps its column or table gets another name without a question or a stage."""
        plain = isinstance(operation, RenameField) and self._keeps_its_column(app_label, operation)
        add = partial(Plain.add_operation, self) if plain else super().add_operation
        if isinstance(operation, RenameModel) and (table := self._kept_table(app_label, operation)):
            # First, or the rename would take the table along.
            add(app_label, AlterModelTable(operation.old_name_lower, table))
            self.kept.add((app_label, operation.new_name_lower))
        if (
            isinstance(operation, AlterModelTable)
            and (app_label, operation.name_lower) in self.kept
        ):
            return
        add(app_label, operation, *args, **options)

    def check_dependency(self, operation, dependency):
        """What waits for a field to be removed waits for its column too."""
        if isinstance(operation, DropColumn) and isinstance(dependency, OperationDependency):
            operation = RemoveField(operation.model_name, operation.name)
        return super().check_dependency(operation, dependency)

    def _generate_added_field(self, app_label, model_name, field_name):
        """A default that is called for each row must not become one constant in the database;
        and what is generated can have none.
        """
        field = self.to_state.models[app_label, model_name].get_field(field_name)
        self._refuse_another_kind(app_label, model_name, field_name, field)
        called = field.has_default() and constant_default(field) is NOT_PROVIDED
        plain = called or field.generated
        generate = partial(Plain._generate_added_field, self) if plain else None
        (generate or super()._generate_added_field)(app_label, model_name, field_name)

    def _refuse_another_kind(self, app_label, model_name, field_name, field) -> None:
        """Columns and joining tables come before the deploy and go after it: not by one name."""
        model = self.from_state.models.get((app_label, model_name))
        if model and field_name in model.fields:
            raise CommandError(
                f"{app_label}.{model.name}.{field_name} is to be another kind of field, and old "
                "code uses what it is until the deploy is over. Add the new one by another name; "
                f"a later release can give it the name {field_name}."
            )

    def _generate_removed_field(self, app_label, model_name, field_name):
        """In two steps where the column asks something of those who forgot it; never a question."""
        model = self.from_state.models[app_label, model_name]
        field = model.fields[field_name]
        if not demand_of(field):
            Plain._generate_removed_field(self, app_label, model_name, field_name)
            return
        steps = two_steps(self.from_state, model, field_name, field)
        if steps is None:
            raise CommandError(
                f"{app_label}.{model.name}.{field_name} is NOT NULL, and its type has no neutral "
                "value: give it a db_default and make a migration of that, before it is removed."
            )
        self._add_stages(app_label, model_name, field_name, *steps)

    def _build_migration_list(self, graph=None):
        """One existing table per migration, as the lint wants it."""
        super()._build_migration_list(graph)
        for app_label, migrations in self.migrations.items():
            state = self.from_state.clone()
            self.migrations[app_label] = [
                part for migration in migrations for part in apart(migration, state)
            ]

    def _add_stages(
        self, app_label: str, model_name: str, field_name: str, before: Operation, after: Operation
    ) -> None:
        """Two migrations, by way of syzygy's split."""
        self.add_operation(
            app_label,
            before,
            dependencies=[
                OperationDependency(app_label, model_name, field_name, kind)
                for kind in (
                    OperationDependency.Type.REMOVE_ORDER_WRT,
                    OperationDependency.Type.ALTER_FOO_TOGETHER,
                )
            ],
        )
        split = OperationStage()
        follows = StagedOperationDependency(app_label, STAGE_SPLIT, before)
        self.add_operation(STAGE_SPLIT, split, dependencies=[follows])
        self.add_operation(app_label, after, dependencies=[StageDependency(STAGE_SPLIT, split)])

    def _keeps_its_column(self, app_label: str, operation: RenameField) -> bool:
        fields = self.to_state.models[app_label, operation.model_name_lower].fields
        new = fields[operation.new_name]
        return column_of(operation.new_name, new) == column_of(operation.old_name, new)

    def _kept_table(self, app_label: str, operation: RenameModel) -> str:
        """The table that the new model names itself, and the old one has by its name alone."""
        old = self.from_state.models[app_label, operation.old_name_lower]
        table = self.to_state.models[app_label, operation.new_name_lower].options.get("db_table")
        return table if table == table_of(old) != old.options.get("db_table") else ""
