import datetime

import pytest
from django import forms
from django.contrib.admin import options
from django.db.models.functions import Lower
from django.forms.models import modelform_factory as factory
from django.http import QueryDict
from django.urls import reverse

from apps.backoffice import sites
from apps.backoffice.admin import ModelAdmin
from apps.backoffice.keyset import Order
from apps.backoffice.search import PrefixSearch
from apps.backoffice.templatetags.pages import form_media
from apps.backoffice.widgets import RelatedField, RelatedInput, RelatedMultipleField
from apps.database.expressions import Bytewise
from apps.posts.models import Category, Post, Tag
from apps.users.models import User
from tests.factories import PostFactory, UserFactory, olive, rory

pytestmark = pytest.mark.django_db


class NamedAdmin(ModelAdmin):
    search = PrefixSearch(Order("name", Bytewise(Lower("name"))))


class PostAdmin(ModelAdmin):
    fields = ["title", "author", "category", "tags", "publish_at"]


@pytest.fixture
def site():
    site = sites.AdminSite()
    site.register([User, Tag], NamedAdmin)
    # Without a search.
    site.register(Category, ModelAdmin)
    site.register(Post, PostAdmin)
    return site


@pytest.fixture
def form_class(site, rf):
    request = rf.get("/")
    request.user = olive()
    return site.get_model_admin(Post).get_form(request, None, change=False)


def make_tags(*names: str) -> list[Tag]:
    return [Tag.objects.create(name=name, slug=name) for name in names]


def posted(**fields) -> QueryDict:
    data = QueryDict(mutable=True)
    data["title"] = "Storm Ylva"
    for name, value in fields.items():
        data.setlist(name.replace("__", "-"), value if isinstance(value, list) else [value])
    return data


def test_searched_models_are_found_by_typing_and_others_chosen(form_class):
    fields = form_class.base_fields
    assert isinstance(fields["author"], RelatedField)
    assert isinstance(fields["tags"], RelatedMultipleField)
    assert isinstance(fields["category"].widget, forms.Select)
    assert fields["publish_at"].widget.widgets[0].input_type == "date"


def test_the_field_shows_the_name_and_says_where_to_ask(form_class):
    author = UserFactory(name='Ida "Sea" <Falk>')
    html = str(form_class(instance=Post(title="x", author=author))["author"])
    assert 'value="Ida &quot;Sea&quot; &lt;Falk&gt;"' in html
    assert f'data-value="{author.pk}"' in html
    assert f'data-url="{reverse("admin:autocomplete")}"' in html
    assert 'data-field-name="author"' in html
    assert "<Falk>" not in html


def test_the_name_of_a_known_object_costs_no_query(form_class, django_assert_num_queries):
    post = Post(title="x", author=UserFactory())
    with django_assert_num_queries(0):
        str(form_class(instance=post)["author"])


def test_an_id_is_taken(form_class):
    author = UserFactory()
    form = form_class(posted(author=str(author.pk)))
    assert form["author"].field.clean(str(author.pk)) == author


def test_the_object_that_was_chosen_is_not_read_again_for_its_name(
    form_class, django_assert_num_queries
):
    author = UserFactory(name="Ida Falk")
    form = form_class(posted(author=str(author.pk)))
    assert "author" not in form.errors
    with django_assert_num_queries(0):
        assert 'value="Ida Falk"' in str(form["author"])


def test_words_that_find_one_object_are_taken(form_class):
    UserFactory(name="Olive Marshall")
    author = UserFactory(name="Ida Falk")
    assert form_class().fields["author"].clean("ida f") == author


def test_a_whole_name_wins_over_names_that_begin_with_it(form_class):
    UserFactory(name="Ida Falkenberg")
    author = UserFactory(name="Ida Falk")
    assert form_class().fields["author"].clean("Ida Falk") == author


@pytest.mark.parametrize("words", ["Ida", "Nobody", "\x00", "99999999999999999999", "%", "-1"])
def test_words_that_find_none_or_many_are_an_error(form_class, words):
    UserFactory(name="Ida Falk")
    UserFactory(name="Ida Holm")
    with pytest.raises(forms.ValidationError):
        form_class().fields["author"].clean(words)


def test_the_name_sent_back_unchanged_is_no_change(form_class, django_assert_num_queries):
    UserFactory(name="Ida Falk")
    author = UserFactory(name="Ida Falk")
    form = form_class(posted(author="Ida Falk"), instance=Post(title="x", author=author))
    with django_assert_num_queries(0):
        assert not form["author"]._has_changed()
        assert form.fields["author"].clean("Ida Falk") == author


def test_what_one_form_knows_the_next_does_not(form_class):
    author = UserFactory(name="Ida Falk")
    str(form_class(instance=Post(title="x", author=author))["author"])
    assert form_class.base_fields["author"].widget.known == {}
    assert form_class().fields["author"].widget.known == {}


def test_chosen_tags_are_chips_that_work_without_a_script(form_class):
    storm, _ = make_tags("storm", "budget")
    html = str(form_class(initial={"tags": [storm]})["tags"])
    assert f'<input type="checkbox" name="tags" value="{storm.pk}" checked>storm' in html
    assert 'name="tags-typed"' in html
    assert "budget" not in html


def test_tags_come_by_id_and_by_name(form_class):
    storm, budget, _ = make_tags("storm", "budget", "walks")
    form = form_class(posted(tags=[str(storm.pk)], tags__typed="budget, storm"))
    field = form.fields["tags"]
    value = field.widget.value_from_datadict(form.data, {}, "tags")
    assert set(field.clean(value)) == {storm, budget}


def test_a_tag_that_does_not_exist_is_an_error_and_stays_typed(form_class):
    make_tags("storm")
    form = form_class(posted(tags__typed="nonsense"))
    assert "tags" in form.errors
    assert 'value="nonsense"' in str(form["tags"])


def test_no_tags_are_none(form_class):
    field = form_class().fields["tags"]
    assert list(field.clean(field.widget.value_from_datadict(posted(), {}, "tags"))) == []


def test_dates_are_the_browsers_own_inputs(form_class, settings):
    settings.TIME_ZONE = "UTC"
    at = datetime.datetime(2026, 11, 23, 7, 0, tzinfo=datetime.UTC)
    html = str(form_class(instance=Post(title="x", publish_at=at))["publish_at"])
    assert 'type="date"' in html
    assert 'value="2026-11-23"' in html
    assert 'value="07:00"' in html


def test_no_form_loads_the_stock_admins_scripts(site, form_class):
    scripts = str(site.get_model_admin(Post).media + form_class().media)
    assert "jquery" not in scripts
    assert "select2" not in scripts
    assert scripts.count("js/combobox.js") == 1


def test_a_widget_named_in_the_form_stays(site, rf):
    class Named(PostAdmin):
        def formfield_for_foreignkey(self, db_field, request, **kwargs):
            kwargs["widget"] = forms.NumberInput()
            return super().formfield_for_foreignkey(db_field, request, **kwargs)

    request = rf.get("/")
    request.user = olive()
    form = Named(Post, site).get_form(request, None)
    assert not isinstance(form.base_fields["author"].widget, RelatedInput)


def test_a_kept_form_class_is_made_once_per_set_of_fields(site, rf, monkeypatch):
    class Kept(PostAdmin):
        keeps_form_class = True

    made = []
    monkeypatch.setattr(
        options, "modelform_factory", lambda *args, **kw: made.append(kw) or factory(*args, **kw)
    )
    kept, request = Kept(Post, site), rf.get("/")
    request.user = olive()
    post = PostFactory()
    address = str(post.pk)
    for _ in range(3):
        kept.change_view(request, address)
    assert len(made) == 1
    kept.add_view(request)
    assert len(made) == 2
    Kept.readonly_fields = ["category"]
    kept.change_view(request, address)
    assert "category" in made[2]["exclude"]
    request.user = rory()
    kept.change_view(request, address)
    assert set(made[3]["exclude"]) > {"title", "author", "tags"}


def test_scripts_of_a_form_are_those_of_its_widgets(form_class):
    class Plain(forms.Form):
        name = forms.CharField()

    assert form_media(form_class()) == str(form_class().media)
    assert form_media(form_class()) == str(form_class().media)
    assert form_media(Plain()) == ""
