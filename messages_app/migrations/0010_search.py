import django.db.models.deletion
from django.db import migrations, models

import messages_app.models.search


def find_tokens(apps, schema_editor):
    """What finds tokens: an inverted index of the database's own kind."""
    if schema_editor.connection.vendor == "postgresql":
        # Short pending lists: whoever fills one sorts it in, and must not take long over it.
        schema_editor.execute(
            "CREATE INDEX search_entries_by_token ON messages_app_searchentry USING gin (tokens)"
            " WITH (fastupdate = on, gin_pending_list_limit = 512)"
        )
        schema_editor.execute("ALTER TABLE messages_app_searchentry ALTER COLUMN tokens SET STORAGE MAIN")
    else:
        schema_editor.execute(
            "CREATE VIRTUAL TABLE messages_app_searchwords USING"
            " fts5(words, content='', columnsize=0, detail=none, tokenize='ascii')"
        )


def forget_tokens(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX search_entries_by_token")
    else:
        schema_editor.execute("DROP TABLE messages_app_searchwords")


class Migration(migrations.Migration):
    dependencies = [("messages_app", "0009_cases")]
    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("side", models.CharField(choices=[("buyer", "buyer"), ("seller", "seller")], max_length=6)),
                ("owner", models.BigIntegerField()),
                ("place", models.BigIntegerField()),
                ("tokens", messages_app.models.search.TokensField()),
                (
                    "message",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="search_entries",
                        to="messages_app.message",
                    ),
                ),
                (
                    "thread",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="messages_app.thread",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["side", "owner", "place"], name="search_entries_of_owner")],
                "constraints": [
                    models.UniqueConstraint(fields=["message", "side"], name="one_search_entry_per_side")
                ],
            },
        ),
        migrations.RunPython(find_tokens, forget_tokens),
    ]
