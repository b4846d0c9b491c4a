"""Posts with their tags, and the categories and tags themselves."""

from collections.abc import Sequence

from . import words
from .people import somebody
from .plan import PLANTED, RARE, Plan
from .prose import NOTICES, prose, with_slug
from .tables import Dialect


def categories() -> list[tuple]:
    return [
        (number, name, with_slug(name)[1], number * 10, 1)
        for number, name in enumerate(words.CATEGORIES, 1)
    ]


def tags() -> list[tuple]:
    return [(number, name, with_slug(name)[1], 1) for number, name in enumerate(words.TAGS, 1)]


def posts(plan: Plan, rows: range, dialect: Dialect, comments: Sequence[int]) -> list[tuple]:
    """`comments` holds the number of approved comments of each row.

    At ten million rows a microsecond a row is ten seconds: hence the local names, and several
    small choices from the bits of one number.
    """
    random = plan.randomness("posts", rows)
    pick, bits = random.random, random.getrandbits
    stock, text, life, null = prose(plan.seed), plan.calendar.text, plan.life, dialect.null
    headlines, endings, last = stock.headlines, stock.endings, plan.calendar.last
    write, authors, made = writer(plan, dialect, random), plan.authors, []
    sections = len(words.CATEGORIES)
    for number, counted in zip(rows, comments, strict=True):
        status, created, published = life(number)
        word = bits(32)
        headline, slug = headlines[word & 4095]
        ending, slug_ending = endings[(word >> 12) & 1023]
        author = somebody(plan, number / plan.posts, pick() ** 2.5)
        if authors and pick() < 0.04:
            author = authors[word % len(authors)]
        rare = plan.has_rare_word(number, plan.posts)
        updated = published or created
        trashed = word % 199 == 1 and not rare and status != "scheduled"
        if trashed:
            deleted = max(updated, last - (word >> 8) % (29 * 86_400))
            updated = deleted
        submitted = null
        if published:
            submitted = text((created + published) // 2)
        elif status != "draft":
            submitted = text(min(created + 3_600, last))
        out = text(published) if published else null
        made.append(
            (
                number,
                "page" if word % 89 == 1 else "post",
                f"{headline} {ending}",
                f"{slug}-{slug_ending}-{number}",
                write(rare),
                author,
                int(pick() ** 2 * sections) + 1 if word % 25 else null,
                status,
                submitted,
                text(last + 1 + word % 5_000_000) if status == "scheduled" else null,
                out,
                out,
                counted,
                text(created),
                text(updated),
                text(deleted) if trashed else null,
                1,
            )
        )
    return made


def writer(plan: Plan, dialect: Dialect, random):
    """A function that gives the text of the next post, told whether the rare word is due."""
    paragraphs = prose(plan.seed).paragraphs
    headlines, pick, bits = prose(plan.seed).headlines, random.random, random.getrandbits
    planted = [(share, NOTICES[word]) for word, share in PLANTED.items() if share]

    def article() -> str:
        parts = [paragraphs[bits(12)] for _ in range(3 + bits(2))]
        if len(parts) > 4:
            parts.insert(3, f"## {headlines[bits(12)][0]}")
        return "\n\n".join(parts)

    def sized() -> str:
        text = paragraphs[bits(12)]
        while len(text) < plan.content_bytes:
            text = f"{text}\n\n{paragraphs[bits(12)]}"
        return text[: plan.content_bytes].rstrip()

    body = article if plan.content_bytes is None else sized

    def write(rare: bool) -> str:
        notices = [notice for share, notice in planted if pick() < share]
        if rare:
            notices.append(NOTICES[RARE])
        text = f"{body()}\n\n{' '.join(notices)}" if notices else body()
        return text if dialect.newline == "\n" else text.replace("\n", dialect.newline)

    return write


def posts_tags(plan: Plan, rows: range, dialect: Dialect) -> list[tuple]:
    """Which tags each post has: none to three, some tags much more than others."""
    random = plan.randomness("posts_tags", rows)
    pick, last, made = random.random, len(words.TAGS), []
    for number in rows:
        chosen = {int(pick() ** 2 * last) + 1 for _ in range(int(pick() ** 1.5 * 4))}
        made.extend((number, tag) for tag in sorted(chosen))
    return made
