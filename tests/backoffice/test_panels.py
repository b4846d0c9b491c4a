from types import ModuleType

import pytest
from django import forms
from django.contrib import admin
from django.urls import path

from apps.backoffice import panels, sidebar, sites
from apps.backoffice.admin import ModelAdmin
from apps.posts.models import Category, Tag
from config import urls
from tests.factories import CategoryFactory, olive

pytestmark = pytest.mark.django_db


class CategoryAdmin(ModelAdmin):
    fields = ["name", "slug"]


@pytest.fixture(autouse=True)
def empty_registry(monkeypatch):
    for name, value in (("_home", []), ("_beside", {}), ("_on_add", {})):
        monkeypatch.setattr(panels, name, value)
    monkeypatch.setattr(sidebar, "_makers", {})


@pytest.fixture
def page(client, settings):
    """A logged-in client of a site with categories alone."""
    site = sites.AdminSite()
    site.register(Category, CategoryAdmin)
    urlconf = ModuleType("urls_of_the_test")
    # Before the site's own the addresses stand that its sidebar and pages lead to.
    others = [one for one in urls.urlpatterns if getattr(one, "app_name", "") not in ("", "admin")]
    urlconf.urlpatterns = [*others, path("admin/", site.urls)]
    settings.ROOT_URLCONF = urlconf
    client.force_login(olive())
    return client


class TagForm(forms.Form):
    name = forms.CharField(max_length=20)


@pytest.fixture
def tag_panel():
    @panels.on_add("posts.category")
    class FirstTag(panels.FormPanel):
        key, title, form_class = "first-tag", "First tag", TagForm

        def is_offered(self, request):
            return request.user.has_perm("posts.add_tag")

        def save(self, request, form, category):
            name = form.cleaned_data["name"]
            Tag.objects.create(name=name, slug=category.slug)
            if name == "explode":
                raise RuntimeError(name)


def posted(**fields) -> dict:
    return {"name": "Harbour", "slug": "harbour", "_save": "Save", **fields}


def test_panels_stand_beside_an_object_and_make_the_second_column(page):
    category = CategoryFactory()
    address = f"/admin/posts/category/{category.pk}/change/"
    assert "edit-side" not in page.get(address).content.decode()

    @panels.beside("posts.category", order=1)
    def about(request, obj):
        return panels.Panel("about", f"About {obj.name}", badge=("New", "draft"))

    html = page.get(address).content.decode()
    assert "edit-side" in html
    assert f"About {category.name}" in html
    assert '<span class="badge draft">New</span>' in html


def test_an_add_page_takes_the_panels_form_along(page, tag_panel):
    html = page.get("/admin/posts/category/add/").content.decode()
    assert "First tag" in html
    assert 'name="first-tag-name"' in html
    page.post("/admin/posts/category/add/", posted(**{"first-tag-name": "dredging"}))
    assert Category.objects.get().name == "Harbour"
    assert Tag.objects.get().name == "dredging"


def test_a_panel_left_empty_does_nothing(page, tag_panel):
    page.post("/admin/posts/category/add/", posted(**{"first-tag-name": ""}))
    assert Category.objects.count() == 1
    assert not Tag.objects.exists()


def test_an_error_in_the_panel_saves_neither_and_links_to_the_field(page, tag_panel):
    response = page.post("/admin/posts/category/add/", posted(**{"first-tag-name": "x" * 21}))
    html = response.content.decode()
    assert 'href="#id_first-tag-name"' in html
    assert not Category.objects.exists()
    assert not Tag.objects.exists()


def test_an_error_in_the_object_saves_neither(page, tag_panel):
    page.post("/admin/posts/category/add/", posted(name="", **{"first-tag-name": "dredging"}))
    assert not Category.objects.exists()
    assert not Tag.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_failure_in_the_panel_takes_the_object_back(page, tag_panel):
    with pytest.raises(RuntimeError):
        page.post("/admin/posts/category/add/", posted(**{"first-tag-name": "explode"}))
    assert not Category.objects.exists()
    assert not Tag.objects.exists()


def test_a_panel_is_offered_only_to_who_may_use_it(page, tag_panel, monkeypatch):
    monkeypatch.setattr(panels._on_add["posts.category"][0], "is_offered", lambda *_: False)
    assert "First tag" not in page.get("/admin/posts/category/add/").content.decode()
    page.post("/admin/posts/category/add/", posted(**{"first-tag-name": "dredging"}))
    assert not Tag.objects.exists()


def test_the_products_own_site_is_used():
    assert isinstance(admin.site, sites.AdminSite)
