from types import ModuleType

import pytest
from django.contrib.auth.models import Permission
from django.urls import path, resolve, reverse

from apps.backoffice import panels, sidebar, sites
from apps.backoffice.admin import ModelAdmin
from apps.posts.models import Comment, Post, Tag
from apps.users.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(settings, monkeypatch):
    """A site of its own, with plain admins of three models."""
    monkeypatch.setattr(sidebar, "_makers", {})
    site = sites.AdminSite()
    site.register([Post, Comment, Tag], ModelAdmin)
    urlconf = ModuleType("urls_of_the_test")
    urlconf.urlpatterns = [path("admin/", site.urls)]
    settings.ROOT_URLCONF = urlconf
    return site


def staff(*codenames: str, **fields) -> User:
    number = User.objects.count()
    user = User.objects.create(
        email=f"staff{number}@example.com", name=f"Staff {number}", is_staff=True, **fields
    )
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return User.objects.get(pk=user.pk)


def labels(sections: list[dict]) -> dict[str, list[str]]:
    return {
        section["name"]: [model["object_name"] for model in section["models"]]
        for section in sections
    }


def request_for(rf, user):
    request = rf.get("/admin/")
    request.user, request.resolver_match = user, None
    return request


def test_the_home_page_greets_by_name_and_says_the_date(client):
    user = staff()
    client.force_login(user)
    page = client.get("/admin/").content.decode()
    assert f", {user.name}</h1>" in page
    assert "Good " in page


@pytest.mark.parametrize(
    ("hour", "wish"),
    [(4, "evening"), (5, "morning"), (11, "morning"), (12, "afternoon"), (18, "evening")],
)
def test_the_greeting_knows_the_hour(hour, wish):
    assert sites.greeting(hour) == f"Good {wish}"


def test_somebody_without_a_role_is_told_whom_to_ask(client):
    client.force_login(staff())
    assert "Ask an administrator" in client.get("/admin/").content.decode()


def test_the_sidebar_shows_only_what_the_person_may_open(rf, site):
    html = site.sidebar(request_for(rf, staff("view_comment")))
    assert "posts-comment" in html
    assert "posts-tag" not in html
    assert "addlink" not in html


def test_sections_and_models_come_in_the_declared_order(rf, site, monkeypatch):
    from django.apps import apps

    monkeypatch.setattr(
        apps.get_app_config("posts"), "sidebar_models", ["tag", "post"], raising=False
    )
    user = staff("view_post", "view_tag", "view_comment")
    assert labels(site.get_app_list(request_for(rf, user)))["Content"][:2] == ["Tag", "Post"]


def test_a_section_can_take_in_another_apps_model(rf, site, monkeypatch):
    from django.apps import apps

    monkeypatch.setattr(
        apps.get_app_config("monitoring"), "sidebar_models", ["posts.Tag"], raising=False
    )
    monkeypatch.setattr(apps.get_app_config("posts"), "sidebar_models", ["post"], raising=False)
    found = labels(site.get_app_list(request_for(rf, staff("view_post", "view_tag"))))
    assert found["Content"] == ["Post"]
    assert ["Tag"] in found.values()


def test_the_sidebar_is_rendered_once_per_permissions_and_model(rf, site, monkeypatch):
    rendered = []
    original = sites.AdminSite.render_sidebar
    monkeypatch.setattr(
        sites.AdminSite,
        "render_sidebar",
        lambda self, request, current: rendered.append(current) or original(self, request, current),
    )
    one, two, other = staff("view_post"), staff("view_post"), staff("view_tag")
    assert site.sidebar(request_for(rf, one)) == site.sidebar(request_for(rf, two))
    assert len(rendered) == 1
    assert site.sidebar(request_for(rf, other)) != site.sidebar(request_for(rf, one))
    assert len(rendered) == 2


@pytest.mark.parametrize("page", ["", "add/", "{}/change/", "{}/restore/"])
def test_the_sidebar_marks_the_model_on_each_of_its_pages(rf, site, page):
    request = request_for(rf, staff("view_post", "view_tag"))
    request.resolver_match = resolve(f"/admin/posts/post/{page.format(1)}")
    html = site.sidebar(request)
    assert html.count('aria-current="page"') == 1
    assert 'class="model-post current-model"' in html


def test_losing_a_permission_is_seen_on_the_next_page(rf, site):
    user = staff("view_post")
    assert "posts-post" in site.sidebar(request_for(rf, user))
    user.user_permissions.clear()
    assert "posts-post" not in site.sidebar(request_for(rf, User.objects.get(pk=user.pk)))


def test_kept_sidebars_are_bounded():
    kept = sites.BoundedCache(2)
    for number in range(5):
        kept[number] = "html"
    assert list(kept) == [3, 4]


def test_the_shell_adds_no_query(client, django_assert_num_queries):
    client.force_login(staff("view_post"))
    client.get(reverse("admin:password_change"))
    # The session with its user and rights.
    with django_assert_num_queries(1):
        client.get(reverse("admin:password_change"))


def test_pages_have_no_inline_script_style_or_handler(client, site):
    client.force_login(staff("view_post"))
    for name in ("admin:index", "admin:password_change"):
        page = client.get(reverse(name)).content.decode()
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick" not in page
        assert all("src=" in tag for tag in page.split("<script")[1:])


def test_panels_are_on_the_home_page(client, monkeypatch):
    monkeypatch.setattr(panels, "_home", [])

    @panels.home(order=2)
    def later(request):
        return panels.Panel(key="later", title="Later", empty="All quiet.")

    @panels.home(order=1)
    def first(request):
        return panels.Panel(key="first", title="First <b>", link=("All", "/all/"))

    @panels.home(order=3)
    def nobody(request):
        return None

    client.force_login(staff())
    page = client.get("/admin/").content.decode()
    assert page.index('id="first"') < page.index('id="later"')
    assert "First &lt;b&gt;" in page
    assert "All quiet." in page
    assert 'href="/all/"' in page


def test_a_section_has_pages_of_several_apps(site):
    for key in ("audit", "pending"):
        page = sidebar.Page(key, key.capitalize(), f"/{key}/")
        sidebar.pages("activity")(lambda user, page=page: [page])
    assert [one.key for one in sidebar.pages_of("activity", None)] == ["audit", "pending"]
