from django import forms

# The digits of the largest key there can be, 2⁶³ − 1, less one.
LONGEST = 18


class ManyField(forms.ModelMultipleChoiceField):
    """Django's, for numbers that no key can be too: a database refuses to compare with them."""

    def _check_values(self, value):
        for key in value if isinstance(value, list | tuple) else ():
            if len(str(key)) > LONGEST:
                raise forms.ValidationError(
                    self.error_messages["invalid_pk_value"],
                    code="invalid_pk_value",
                    params={"pk": str(key)[:40]},
                )
        return super()._check_values(value)


class LinesField(forms.CharField):
    """Text whose lines end in `\\n`, as in the database: browsers send `\\r\\n`, which would make
    each save of an untouched text a change.
    """

    widget = forms.Textarea

    def to_python(self, value):
        return super().to_python(value).replace("\r\n", "\n").replace("\r", "\n")
