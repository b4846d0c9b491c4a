"""What an import did, counted by kind, with examples by name."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

EXAMPLES = 5
MESSAGES = 1_000


@dataclass(slots=True)
class Tally:
    count: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, count: int, examples: list[str]) -> None:
        self.count += count
        for example in examples:
            if len(self.examples) < EXAMPLES and example and example not in self.examples:
                self.examples.append(example)

    def __str__(self):
        if not self.examples:
            return f"{self.count:,}"
        more = ", …" if self.count > len(self.examples) else ""
        return f"{self.count:,}  ({', '.join(self.examples)}{more})"


class Report:
    """Counts of `created` and `existing` rows; tallies of what was left out or changed;
    the refused by kind, with a sentence each (of the first thousand)."""

    def __init__(self):
        self.created = Counter()
        self.existing = Counter()
        self.left_out: dict[str, Tally] = {}
        self.changed: dict[str, Tally] = {}
        self.refused = Counter()
        self.messages: list[str] = []

    def leave_out(self, name: str, example: str = "", count: int = 1) -> None:
        if count:
            self.left_out.setdefault(name, Tally()).add(count, [example])

    def change(self, name: str, example: str = "", count: int = 1) -> None:
        if count:
            self.changed.setdefault(name, Tally()).add(count, [example])

    def refuse(self, kind: str, message: str, count: int = 1) -> None:
        self.refused[kind] += count
        if len(self.messages) < MESSAGES:
            self.messages.append(message)

    def add(self, other: "Report") -> None:
        self.created += other.created
        self.existing += other.existing
        self.refused += other.refused
        self.messages += other.messages[: MESSAGES - len(self.messages)]
        for mine, theirs in ((self.left_out, other.left_out), (self.changed, other.changed)):
            for name, tally in theirs.items():
                mine.setdefault(name, Tally()).add(tally.count, tally.examples)

    def lines(self) -> Iterator[str]:
        yield from _section("Imported", self.created)
        yield from _section("Imported before, left as they are", self.existing)
        yield from _section("Changed on the way", self.changed)
        yield from _section("Could not be kept", self.left_out)
        yield from _section("Refused", self.refused)
        yield from (f"  {message}" for message in self.messages)
        unsaid = self.refused.total() - len(self.messages)
        if unsaid > 0 and len(self.messages) == MESSAGES:
            yield f"  … and {unsaid:,} more."


def _section(title: str, counts: Counter | dict[str, Tally]) -> Iterator[str]:
    if not counts:
        return
    yield f"{title}:"
    width = max(len(name) for name in counts)
    for name, count in counts.items():
        yield f"  {name:<{width}}  {f'{count:,}' if isinstance(count, int) else count}"
