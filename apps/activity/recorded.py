"""Which models have a history, and which of their fields; each app registers its own in `ready()`.

Every field stands either in `fields` or in `left_out`: a new one without a decision is an error
of `manage.py check` (activity.E001), so nothing secret is recorded because nobody thought of it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.db.models import Model
from django.db.models.functions import Left

_registered: dict[str, "Recorded"] = {}


@dataclass(frozen=True)
class Recorded:
    """`fields` are columns, many-to-many fields and fields of a part: `profile.bio`.

    `label` names the column that an object is known by, by so many characters of it. `parts` are
    models that share the object's primary key and its versions, by their prefix.
    """

    model: type[Model]
    label: str
    fields: tuple[str, ...]
    left_out: tuple[str, ...]
    parts: Mapping[str, type[Model]] = field(default_factory=dict)
    label_length: int = 200

    @property
    def name(self) -> str:
        return self.model._meta.label_lower

    @property
    def is_versioned(self) -> bool:
        return "version" in self.left_out

    @property
    def label_column(self) -> str | Left:
        """Long texts are cut before they leave the database."""
        length = self.model._meta.get_field(self.label).max_length
        is_short = length is not None and length <= self.label_length
        return self.label if is_short else Left(self.label, self.label_length)

    def current_name(self, name: str) -> str | None:
        """What a field of an old entry is called today; None if it is gone."""
        name = getattr(self.model, "former_names", {}).get(name, name)
        return name if name in self.fields else None

    def fields_there_are(self) -> Iterator[str]:
        """Every field of the model and its parts."""
        for prefix, model in {"": self.model, **self.parts}.items():
            options = model._meta
            for one in (*options.concrete_fields, *options.many_to_many):
                yield f"{prefix}.{one.name}" if prefix else one.name


def register(recorded: Recorded) -> None:
    _registered[recorded.name] = recorded


def all_recorded() -> list[Recorded]:
    return list(_registered.values())


def recorded_as(model_or_name: type[Model] | str) -> Recorded | None:
    if isinstance(model_or_name, str):
        return _registered.get(model_or_name)
    return _registered[model_or_name._meta.label_lower]
