import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Count, F, Q

from apps.posts.models import Category, Comment, CommentSearch, Post, PostSearch, Tag
from apps.posts.seeding import bare, conversation, load, people, plan, prose, words, writing
from apps.posts.seeding.chunks import Chunk, Makers
from apps.posts.seeding.tables import COLUMNS, SQL
from apps.users.models import Profile, User
from tests.races import PATIENCE_SECONDS

UNTIL = datetime(2026, 1, 1, tzinfo=UTC)
SIZE = {"users": 300, "posts": 1_500, "comments": 3_000}


def a_plan(**changes) -> plan.Plan:
    return plan.Plan(**(SIZE | {"seed": 1, "until": UNTIL} | changes))


def posts_of(a: plan.Plan) -> list[dict]:
    rows = [
        row for chunk in a.chunks("posts") for row in writing.posts(a, chunk, SQL, [0] * len(chunk))
    ]
    return [dict(zip(COLUMNS["posts"].split(), row, strict=True)) for row in rows]


def seed_demo(**options) -> str:
    told = StringIO()
    call_command("seed_demo", until=UNTIL, stdout=told, **(SIZE | options))
    return told.getvalue()


def test_equal_plans_give_equal_rows_and_another_seed_gives_others():
    assert posts_of(a_plan()) == posts_of(a_plan())
    assert posts_of(a_plan()) != posts_of(a_plan(seed=2))


def test_rows_are_the_same_whatever_the_number_of_processes():
    big = a_plan(posts=plan.CHUNK + 700)
    counts = [0] * (big.posts + 1)
    for table in ("posts", "comments", "users"):
        todo = [Chunk(table, rows, counts[: len(rows)]) for rows in big.chunks(table)]
        with Makers(big, 0) as alone, Makers(big, 2) as shared:
            assert list(alone.copy_texts(todo)) == list(shared.copy_texts(todo))


WAITING = """
import sys
from datetime import UTC, datetime
from apps.posts.seeding.chunks import Chunk, Makers
from apps.posts.seeding.plan import Plan

if __name__ == "__main__":
    plan = Plan(9, 50_000, 0, 1, datetime(2026, 1, 1, tzinfo=UTC))
    made = Makers(plan, 1).__enter__()
    next(made.copy_texts(Chunk("posts_tags", rows) for rows in plan.chunks("posts")))
    print("ready", flush=True)
    sys.stdin.read()
"""


def test_processes_end_when_their_parent_is_killed():
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.PIPE)
    parent = subprocess.Popen([sys.executable, "-c", WAITING], text=True, **pipes)
    assert parent.stdout.readline() == "ready\n"
    parent.kill()
    # The processes write where their parent does: the pipe ends when the last of them has gone.
    assert parent.communicate(timeout=PATIENCE_SECONDS)[0] == ""


def test_statuses_have_their_shares():
    found = Counter(post["status"] for post in posts_of(a_plan(posts=20_000)))
    shares = {status: round(count / 200) for status, count in found.items()}
    assert shares == pytest.approx(
        {"published": 70, "draft": 15, "review": 5, "scheduled": 5, "archived": 5}, abs=1
    )


def test_posts_follow_one_another_over_two_years():
    days = [post["created_at"][:10] for post in posts_of(a_plan(posts=5_000))]
    assert days == sorted(days)
    assert days[0] < "2024-01-05"
    assert "2025-12-28" < days[-1] < "2026-01-01"


def test_a_few_people_write_most():
    found = Counter(post["author_id"] for post in posts_of(a_plan(posts=20_000)))
    busiest = sum(count for _, count in found.most_common(30))
    assert 0.3 < busiest / 20_000 < 0.7
    assert len(found) > 200


@pytest.mark.parametrize("posts", [1_000, 7_777])
def test_the_rare_word_stands_in_fifty_posts_whatever_their_number(posts):
    found = [post for post in posts_of(a_plan(posts=posts)) if plan.RARE in post["content"]]
    assert len(found) == plan.RARE_POSTS
    assert not any(post["deleted_at"] for post in found)


def test_planted_words_stand_in_their_share_of_posts():
    texts = [post["content"] for post in posts_of(a_plan(posts=20_000, content_bytes=200))]
    for word, share in plan.PLANTED.items():
        if share:
            found = sum(word in text for text in texts)
            assert found == pytest.approx(20_000 * share, rel=0.5 if share < 0.01 else 0.15)


def test_planted_words_occur_nowhere_else():
    lists = [value for value in vars(words).values() if isinstance(value, list)]
    vocabulary = " ".join(word for one in lists for word in one).lower()
    for word in plan.PLANTED:
        assert word in prose.NOTICES[word]
        assert word not in vocabulary


def test_no_text_needs_escaping_in_copy():
    stock = prose.prose(1)
    texts = [*stock.paragraphs, *stock.comments, *stock.names, *words.SPAM, *words.TAGS]
    texts += [text for pair in stock.headlines + stock.endings for text in pair]
    assert not any(character in text for text in texts for character in "\\\t\r\n\0")


def test_titles_and_slugs_fit_at_any_size():
    stock = prose.prose(1)
    for part, limit in ((0, 200), (1, 200 - len("--10000000"))):
        longest = [
            max(len(pair[part]) for pair in some) for some in (stock.headlines, stock.endings)
        ]
        assert sum(longest) < limit


def test_nobody_comments_before_publication():
    a = a_plan()
    rows = [row for chunk in a.chunks("comments") for row in conversation.comments(a, chunk, SQL)]
    for row in rows:
        status, _, published = a.life(row[1])
        assert status in ("published", "archived")
        assert a.calendar.text(published) <= row[9]


def test_an_author_has_joined_before():
    a = a_plan()
    assert people.somebody(a, 0.0, 0.999) <= a.users * people.AT_START
    assert people.somebody(a, 1.0, 0.999) <= a.users


@pytest.mark.django_db
def test_the_command_fills_an_empty_database():
    told = seed_demo()
    assert (User.objects.count(), Post.objects.count()) == (300, 1_500)
    assert Comment.objects.count() == 3_000
    assert (Category.objects.count(), Tag.objects.count()) == (12, 50)
    assert 60 < Profile.objects.count() < 140
    assert "posts: 1,500 in" in told
    for model in (Post, Comment, User):
        assert model.objects.trashed().exists()
    assert set(Comment.objects.values_list("status", flat=True)) == set(Comment.Status.values)
    assert Comment.objects.filter(author=None).exclude(author_email="").exists()
    assert Post.objects.filter(kind=Post.Kind.PAGE).exists()
    assert Post.objects.filter(tags__name="elections").count() > 50


@pytest.mark.django_db
def test_every_post_knows_how_many_comments_it_has():
    seed_demo()
    counted = Q(comments__status="approved", comments__deleted_at=None)
    posts = Post.objects.annotate(found=Count("comments", filter=counted))
    assert not posts.exclude(comment_count=F("found")).exists()
    assert posts.filter(comment_count__gt=20).exists()


@pytest.mark.django_db
def test_times_are_in_order():
    seed_demo()
    assert not Post.objects.filter(updated_at__lt=F("created_at")).exists()
    assert not Post.objects.filter(published_at__lt=F("submitted_at")).exists()
    assert not Post.objects.filter(updated_at__gt=UNTIL).exists()
    assert not Post.objects.filter(status="scheduled", publish_at__lt=UNTIL).exists()
    assert not Comment.objects.filter(created_at__lt=F("post__published_at")).exists()
    assert not Post.objects.filter(created_at__lt=F("author__created_at")).count() > 15


@pytest.mark.django_db
def test_a_database_with_posts_is_left_as_it_is():
    Category.objects.create(name="Mine", slug="mine")
    with pytest.raises(CommandError, match="There are categories in this database already"):
        seed_demo()
    assert Post.objects.count() == User.objects.count() == 0


@pytest.mark.django_db
def test_make_run_may_ask_again():
    Category.objects.create(name="Mine", slug="mine")
    assert seed_demo(if_empty=True) == ""
    assert not Post.objects.exists()


@pytest.mark.django_db
def test_the_demo_staff_take_part(settings):
    settings.DEMO_STAFF_ALLOWED = True
    call_command("demo_accounts", verbosity=0)
    seed_demo()
    assert Post.objects.filter(author__email="writer@example.com").count() > 10
    moderated = Comment.objects.exclude(moderated_at=None)
    assert set(moderated.values_list("moderated_by__email", flat=True)) == {"moderator@example.com"}
    assert User.objects.count() == 306


@pytest.mark.django_db
def test_new_rows_get_new_ids():
    seed_demo()
    author = User.objects.create_user("new@example.com", "New")
    post = Post.objects.create(title="New", slug="new", author=author)
    assert post.pk == 1_501
    assert Comment.objects.create(post=post, author=author, body="New").pk == 3_001


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        ({"users": 0}, "Posts need authors"),
        ({"posts": 0}, "Comments need posts"),
    ],
)
def test_impossible_numbers_are_refused(numbers, sentence):
    with pytest.raises(CommandError, match=sentence):
        seed_demo(**numbers)


@pytest.mark.django_db
def test_nothing_at_all_can_be_asked_for():
    seed_demo(users=0, posts=0, comments=0)
    assert Post.objects.count() == 0


def definitions() -> tuple:
    tables = [*COLUMNS, "posts_search", "comments_search"]
    with connection.cursor() as cursor:
        cursor.execute(bare.DEFINITIONS, {"tables": tables})
        return cursor.fetchall(), sorted(bare.search_triggers(cursor, load.SEARCHED))


def test_indexes_constraints_and_triggers_are_back_afterwards(postgres):
    before = definitions()
    seed_demo()
    assert definitions() == before
    assert len(before[0]) > 40
    assert len(before[1]) == 4


def test_search_reads_what_the_triggers_would_have_written(postgres):
    seed_demo()
    for model, table, column in (
        (PostSearch, "posts", "title"),
        (CommentSearch, "comments", "body"),
    ):
        seeded = list(model.objects.order_by("pk").values_list())
        with connection.cursor() as cursor:
            for text in (f"{column} || ' x'", f"left({column}, -2)"):
                cursor.execute(f"UPDATE {table} SET {column} = {text}")
        assert list(model.objects.order_by("pk").values_list()) == seeded
        assert len(seeded) == SIZE[table]


@pytest.mark.django_db(transaction=True)
def test_a_load_that_breaks_off_leaves_no_trace(postgres, monkeypatch):
    before = definitions()

    def break_off(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(load, "put_back", break_off)
    with pytest.raises(KeyboardInterrupt):
        seed_demo()
    assert definitions() == before
    assert Post.objects.count() == User.objects.count() == 0
