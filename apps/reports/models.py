from django.db import models


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
            ("download_report", "Can download the rows of the reports he reads"),
        ]

    def __str__(self):
        return "Reports"
