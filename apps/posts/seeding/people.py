"""Accounts of readers and contributors, and their profiles."""

from . import words
from .plan import Plan, mix
from .prose import prose
from .tables import Dialect

AT_START = 0.3
"""The share of people who had joined before the first post; the others join over the two years."""


def joined_at(share: float) -> float:
    """When, as a share of the two years, the person at this share of all people joined."""
    return max(0.0, (share - AT_START) / (1 - AT_START))


def somebody(plan: Plan, share: float, skew: float) -> int:
    """The id of a person who had joined at a share of the two years.

    `skew` is a random number in [0, 1) to a power: the higher the power, the more of the work is
    done by those who joined first.
    """
    joined = plan.users * (AT_START + (1 - AT_START) * share)
    return plan.first_user + int(skew * joined)


def users(plan: Plan, rows: range, dialect: Dialect) -> list[tuple]:
    pick = plan.randomness("users", rows).random
    names, text, null = prose(plan.seed).names, plan.calendar.text, dialect.null
    last, made = plan.calendar.last, []
    for number in rows:
        word = mix(number, plan.seed + 2)
        joined = plan.calendar.moment(joined_at(number / plan.users), word)
        seen = joined + int(pick() ** 0.5 * (last - joined))
        name = names[word % len(names)]
        suspended, trashed = word % 101 == 7, number > 10 and word % 97 == 3
        made.append(
            (
                plan.first_user + number - 1,
                "!",
                0,
                f"{name.lower().replace(' ', '.')}.{number}@example.org",
                0 if word % 13 == 1 else 1,
                name,
                f"+44 20 7946 {word % 10_000:04}" if word % 5 == 0 else null,
                words.REGIONS[(word >> 12) % 8],
                0 if word % 23 == 5 else 1,
                0,
                0,
                text(last + 1 + word % 2_000_000) if suspended else null,
                words.SUSPENSIONS[word % 3] if suspended else "",
                text(seen),
                text(joined),
                text(seen if trashed else joined),
                text(seen) if trashed else null,
                1,
            )
        )
    return made


def profiles(plan: Plan, rows: range, dialect: Dialect) -> list[tuple]:
    """One person in three has said something about himself."""
    paragraphs, made = prose(plan.seed).paragraphs, []
    for number in rows:
        word = mix(number, plan.seed + 3)
        if word % 3 == 0:
            site = f"https://person{number}.example.org/" if word % 2 else ""
            user = plan.first_user + number - 1
            made.append((user, paragraphs[word % len(paragraphs)], site))
    return made
