"""A sheet knows the song whose words it was begun with."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("studio", "0010_sung_words")]

    operations = [
        migrations.AddField(
            model_name="lyricsheet",
            name="clip",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="lyric_sheets",
                to="studio.clip",
            ),
        ),
    ]
