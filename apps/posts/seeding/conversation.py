"""Comments, most of them on a few posts, some still waiting to be judged."""

from array import array

from . import words
from .people import somebody
from .plan import RARE, Plan, mix
from .prose import NOTICES, prose
from .tables import Dialect

POPULAR = 40
"""Of so many posts one draws half the comments."""


class NoPublishedPostError(ValueError):
    """No post is published; the message says what to ask for instead."""


def first_published(plan: Plan) -> int:
    for number in range(1, plan.posts + 1):
        if plan.life(number)[2]:
            return number
    raise NoPublishedPostError("No post of these is published, so none can have comments.")


def commented_post(plan: Plan, share: float, moment: int, skew: float, popular: bool) -> int:
    """The number of a post published by a moment: near the newest for most values of `skew`."""
    newest = int(share * plan.posts)
    number = newest - int(skew * newest)
    if popular:
        number -= number % POPULAR
    for candidate in range(number, max(0, number - 40), -1):
        published = plan.life(candidate)[2]
        if 0 < published < moment:
            return candidate
    return 0


def status_at(share: float, age: float) -> str:
    """Pending ones are mostly new; `age` is 0 for the oldest comment and 1 for the newest."""
    if share < 0.12 * age * age:
        return "pending"
    if share > 0.98:
        return "removed"
    return "spam" if share > 0.92 else "approved"


def comments(plan: Plan, rows: range, dialect: Dialect) -> list[tuple]:
    random = plan.randomness("comments", rows)
    pick, bits, null, text = random.random, random.getrandbits, dialect.null, plan.calendar.text
    stock, last, made = prose(plan.seed), plan.calendar.last, []
    moderators = plan.moderators or (null,)
    fallback = first_published(plan) if rows else 0
    for number in rows:
        share, word = (number - 0.5) / plan.comments, bits(32)
        moment = plan.calendar.moment(share, mix(number, plan.seed + 4))
        post = commented_post(plan, share, moment, pick() ** 3, bool(word & 1))
        if not post:
            post = fallback
            moment = min(max(moment, plan.life(post)[2] + 60), last)
        status = status_at(pick(), share)
        visitor = word % 10 < 3
        name = stock.names[(word >> 4) & 4095] if visitor else ""
        body = words.SPAM[word % 5] if status == "spam" else stock.comments[(word >> 8) & 2047]
        if plan.has_rare_word(number, plan.comments):
            body = f"{body} {NOTICES[RARE]}"
        judged = status != "pending" and (visitor or status != "approved")
        updated = min(moment + word % 170_000, last) if judged else moment
        trashed = word % 307 == 1
        deleted = max(updated, last - word % (29 * 86_400)) if trashed else 0
        made.append(
            (
                number,
                post,
                null if visitor else somebody(plan, share, pick() ** 1.5),
                name,
                f"{name.lower().replace(' ', '.')}@example.net" if visitor else "",
                body,
                status,
                text(updated) if judged else null,
                moderators[word % len(moderators)] if judged else null,
                text(moment),
                text(deleted or updated),
                text(deleted) if trashed else null,
                1,
            )
        )
    return made


def counted_posts(rows: list[tuple], dialect: Dialect) -> array:
    """The post of each comment that its post's count includes: approved, not in the trash."""
    return array("I", [r[1] for r in rows if r[6] == "approved" and r[11] == dialect.null])
