from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

WROTE = Q(written__gt=0)


class Report(models.Model):
    """No table: what rights on reports hang on. A report's rows are those of other models."""

    class Meta:
        managed = False
        default_permissions = ()
        permissions = [
            ("view_publishing", "Can read the reports on publishing"),
            ("view_people", "Can read the reports on people"),
            ("view_conversation", "Can read the reports on conversation"),
            ("view_staff", "Can read the reports on the staff"),
            ("view_database", "Can read the pages on the database"),
            ("download_report", "Can download the rows of the reports he reads"),
        ]

    def __str__(self):
        return "Reports"


class DailyTotal(models.Model):
    """One number of one day, ready to be read: so many posts published in a category.

    `dimension` says what `key` is; both are empty for the day's total. Weekly and monthly numbers
    stand under the first day of their week or month. Code names the metrics:
    `apps.reports.rollups.metrics`.
    """

    day = models.DateField()
    metric = models.CharField(max_length=40)
    dimension = models.CharField(max_length=20, blank=True)
    key = models.CharField(max_length=100, blank=True)
    value = models.BigIntegerField()
    # When the number became what it is; a refresh that finds the same leaves it.
    computed_at = models.DateTimeField(db_default=Now())

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["day", "metric", "dimension", "key"], name="uniq_daily_total"
            ),
        ]
        indexes = [
            models.Index(
                fields=["metric", "dimension", "day", "key", "value"], name="idx_daily_total"
            ),
            # The hundred best of a year among 36,000 kept ones: 0.6 ms, and 16.6 without.
            models.Index(
                fields=["-value", "day", "key"],
                condition=Q(metric="posts.most_commented"),
                name="idx_daily_most_commented",
            ),
        ]

    def __str__(self):
        return f"{self.metric} {self.dimension} {self.key} {self.day}: {self.value}"


class DirtyDay(models.Model):
    """A mark: what happened on the day has changed since its totals were computed.

    Insert-only and never unique: the refresh deletes just the marks it read before it read the
    truth, so one that comes meanwhile stays for the next.
    """

    day = models.DateField()

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["day", "id"], name="idx_dirty_day")]

    def __str__(self):
        return str(self.day)


class AuthorDay(models.Model):
    """What one person did on one day.

    `posts` published on it and the `comments` these have drawn by now; `written`: posts begun and
    comments written. The author is an id: whoever counts needs no row of a user.
    """

    day = models.DateField()
    author = models.BigIntegerField()
    posts = models.IntegerField()
    comments = models.IntegerField()
    written = models.IntegerField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["day", "author"], name="uniq_author_day"),
        ]
        indexes = [
            models.Index(fields=["author", "day"], condition=WROTE, name="idx_author_wrote"),
        ]

    def __str__(self):
        return f"{self.author} on {self.day}"


class AuthorTotal(models.Model):
    """One person over all time: the sums of his days, and the first on which he wrote."""

    author = models.BigIntegerField(primary_key=True)
    # As his account has it, so that the best of a region are read in the order of an index.
    region = models.CharField(max_length=40, blank=True)
    posts = models.IntegerField()
    comments = models.IntegerField()
    first_day = models.DateField(null=True)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["region", "-posts", "author"], name="idx_author_region_posts"),
            models.Index(fields=["-posts", "author"], name="idx_author_posts"),
        ]

    def __str__(self):
        return f"{self.author}: {self.posts} posts"


class RollupState(models.Model):
    """The one row that says how far the totals reach, where their midnight is, what they mean."""

    time_zone = models.CharField(max_length=60)
    # Later days are read from the tables; on this and earlier ones only marked days have changed.
    closed_until = models.DateField(null=True)
    # `state.DEFINITION` of the release that computed them.
    definition = models.IntegerField(db_default=0)
    # Grows with every batch that changed a total: what was read before is out of date.
    generation = models.BigIntegerField(db_default=0)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"Until {self.closed_until} in {self.time_zone}"
