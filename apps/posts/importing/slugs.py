"""The next free slug for many posts at once."""

from apps.posts.models import Post

MAX_LENGTH = 200


class Slugs:
    """Gives out free slugs: `summer`, `summer-2`, `summer-3`…

    Within one import no number is tried twice, so ten thousand posts of one title
    cost no more than ten thousand of their own.
    """

    def __init__(self):
        self._next: dict[str, int] = {}

    def claim(self, wanted: list[str]) -> list[str]:
        """A free slug for each, in the order of `wanted`."""
        given: dict[int, str] = {}
        used: set[str] = set()
        open_ = list(range(len(wanted)))
        while open_:
            tries = {at: self._candidate(wanted[at], used) for at in open_}
            rows = Post.objects.filter(slug__in=tries.values())
            taken = set(rows.values_list("slug", flat=True))
            given |= {at: slug for at, slug in tries.items() if slug not in taken}
            open_ = [at for at in open_ if at not in given]
        return [given[at] for at in range(len(wanted))]

    def forget(self) -> None:
        """Trust the database again: what was given out was rolled back."""
        self._next.clear()

    def _candidate(self, base: str, used: set[str]) -> str:
        while True:
            number = self._next.get(base, 1)
            self._next[base] = number + 1
            suffix = f"-{number}" if number > 1 else ""
            slug = base[: MAX_LENGTH - len(suffix)] + suffix
            if slug not in used:
                used.add(slug)
                return slug
