import re

from django.core import checks

from apps.activity.recorded import Recorded, all_recorded

SECRET = re.compile(r"password|secret|token|session|api_?key|hash|salt|otp", re.IGNORECASE)


@checks.register
def check_recorded_fields(app_configs, **options) -> list[checks.CheckMessage]:
    return [error for recorded in all_recorded() for error in errors_of(recorded)]


def errors_of(recorded: Recorded) -> list[checks.CheckMessage]:
    """Each field is recorded or left out, not both, and no recorded one sounds secret."""
    there, decided = set(recorded.fields_there_are()), [*recorded.fields, *recorded.left_out]
    found = []
    for name in sorted(there ^ set(decided) | {one for one in decided if decided.count(one) > 1}):
        what = "decided once" if name in there else "a field of the model"
        found.append(
            checks.Error(
                f"{name} is not {what}: name it in `fields` or in `left_out`, or nowhere.",
                obj=recorded.model,
                id="activity.E001",
            )
        )
    found += [
        checks.Error(
            f"{name} sounds like a secret, which no entry may hold.",
            obj=recorded.model,
            id="activity.E002",
        )
        for name in recorded.fields
        if SECRET.search(name)
    ]
    return found
