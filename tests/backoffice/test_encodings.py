import pytest
from django import forms

from apps.backoffice.fields import ManyField
from tests.factories import UserFactory, olive

pytestmark = pytest.mark.django_db
HALF_A_PAIR = b'--b\r\nContent-Disposition: form-data; name="username"\r\n\r\n+2AA-\r\n--b--\r\n'


@pytest.mark.parametrize("charset", ["utf-7", "UTF-16", "raw_unicode_escape", "no-such", ""])
def test_a_body_in_another_encoding_is_refused(client, charset):
    kind = f"multipart/form-data; boundary=b; charset={charset}"
    assert client.generic("POST", "/admin/login/", HALF_A_PAIR, kind).status_code == 400
    assert client.get("/admin/login/?q=+2AA-", CONTENT_TYPE=kind).status_code == 400


@pytest.mark.parametrize("charset", ["utf-8", "UTF-8", "utf8"])
def test_utf_8_passes(client, charset):
    kind = f"multipart/form-data; boundary=b; charset={charset}"
    assert client.generic("POST", "/admin/login/", HALF_A_PAIR, kind).status_code == 200


@pytest.mark.parametrize("key", ["9" * 19, "9" * 5000, "-" + "9" * 30, "\x00", "x", "1.5"])
def test_a_key_that_cannot_be_is_a_field_error(key):
    field = ManyField(type(olive()).objects.all())
    with pytest.raises(forms.ValidationError):
        field.clean([key])


def test_keys_that_are_there_are_found():
    users = UserFactory.create_batch(2)
    field = ManyField(type(users[0]).objects.all())
    assert set(field.clean([str(user.pk) for user in users])) == set(users)
