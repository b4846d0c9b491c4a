"""What is refused, one function a rule: it yields refusals of a step, or of a whole migration."""

from . import (
    adding,
    altering,
    contrib,
    python,
    removing,
    renaming,
    retyping,
    sharing,
    sql,
    whole,
)

OF_A_STEP = (
    adding.not_null,
    adding.another_value_for_each_row,
    adding.one_value_for_all_rows,
    adding.one_value_for_a_unique_column,
    adding.stored_expression,
    adding.order_column,
    altering.no_more_null,
    contrib.concurrently_by_hand,
    contrib.excludes,
    python.writes_many_rows,
    python.cannot_be_undone,
    removing.asks_of_those_who_forgot,
    removing.column_goes_too_early,
    removing.table_goes_too_early,
    removing.table_still_refers,
    renaming.renamed_column,
    renaming.moved_table,
    renaming.joined_by_other_names,
    retyping.another_type,
    retyping.more_than_its_type,
    sharing.column_is_there,
    sharing.column_is_anothers,
    sql.keeps_others_out,
    sql.drops_too_early,
    sql.rows_at_once,
    sql.several_statements,
)
OF_A_MIGRATION = (
    whole.python_beside_ddl,
    whole.more_than_one_table,
    whole.both_stages,
)
