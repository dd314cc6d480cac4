"""A discarded draft can be taken back for some time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("studio", "0011_sheets_of_songs")]

    operations = [
        migrations.AddField("lyricdraft", "discarded_at", models.DateTimeField(null=True)),
    ]
