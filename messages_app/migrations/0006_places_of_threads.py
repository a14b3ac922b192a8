import django.utils.timezone
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Exists, OuterRef, Q


def note_files(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Threads that were there before know whether they carry files."""
    entries = apps.get_model("messages_app", "MailboxEntry").objects
    files = apps.get_model("messages_app", "Attachment").objects
    seen = Q(message__state="delivered") | Q(message__author=OuterRef("side"))
    entries.filter(Exists(files.filter(seen, message__thread=OuterRef("thread")))).update(has_files=True)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_names_of_the_marketplace"),
        ("messages_app", "0005_count_renderings_begun"),
    ]

    operations = [
        migrations.AddField(
            model_name="mailboxentry",
            name="changed_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name="mailboxentry", name="has_files", field=models.BooleanField(default=False)
        ),
        migrations.AddField(
            model_name="mailboxentry",
            name="place",
            field=models.CharField(
                choices=[("inbox", "Inbox"), ("archived", "Archived"), ("deleted", "Deleted")],
                default="inbox",
                max_length=8,
            ),
        ),
        migrations.AddField(
            model_name="mailboxentry", name="placed_at", field=models.DateTimeField(null=True)
        ),
        migrations.RemoveIndex(
            model_name="mailboxentry",
            name="entries_of_seller",
        ),
        migrations.RemoveIndex(
            model_name="mailboxentry",
            name="entries_of_buyer",
        ),
        migrations.RemoveIndex(
            model_name="mailboxentry",
            name="entries_unread_of_seller",
        ),
        migrations.RemoveIndex(
            model_name="mailboxentry",
            name="entries_unread_of_buyer",
        ),
        migrations.RemoveIndex(
            model_name="mailboxentry",
            name="entries_received_by_seller",
        ),
        migrations.RemoveIndex(
            model_name="mailboxentry",
            name="entries_sent_by_seller",
        ),
        migrations.RemoveIndex(
            model_name="mailboxentry",
            name="entries_refused_of_seller",
        ),
        migrations.RemoveIndex(
            model_name="mailboxentry",
            name="entries_sent_by_buyer",
        ),
        migrations.AddIndex(
            model_name="mailboxentry",
            index=models.Index(
                condition=models.Q(("side", "seller"), models.Q(("place", "deleted"), _negated=True)),
                fields=["seller", "-last_at", "-thread"],
                name="entries_of_seller",
            ),
        ),
        migrations.AddIndex(
            model_name="mailboxentry",
            index=models.Index(
                condition=models.Q(("place", "inbox"), ("side", "buyer")),
                fields=["buyer", "-last_at", "-thread"],
                name="entries_of_buyer",
            ),
        ),
        migrations.AddIndex(
            model_name="mailboxentry",
            index=models.Index(
                condition=models.Q(("place", "inbox"), ("side", "seller"), ("unread__gt", 0)),
                fields=["seller", "-last_at", "-thread"],
                name="entries_unread_of_seller",
            ),
        ),
        migrations.AddIndex(
            model_name="mailboxentry",
            index=models.Index(
                condition=models.Q(("place", "inbox"), ("side", "buyer"), ("unread__gt", 0)),
                fields=["buyer", "-last_at", "-thread"],
                name="entries_unread_of_buyer",
            ),
        ),
        migrations.AddIndex(
            model_name="mailboxentry",
            index=models.Index(
                condition=models.Q(("place", "inbox"), ("received_at__isnull", False), ("side", "seller")),
                fields=["seller", "-received_at", "-thread"],
                name="entries_received_by_seller",
            ),
        ),
        migrations.AddIndex(
            model_name="mailboxentry",
            index=models.Index(
                condition=models.Q(("place", "inbox"), ("sent_at__isnull", False), ("side", "seller")),
                fields=["seller", "-sent_at", "-thread"],
                name="entries_sent_by_seller",
            ),
        ),
        migrations.AddIndex(
            model_name="mailboxentry",
            index=models.Index(
                condition=models.Q(("place", "inbox"), ("refused_at__isnull", False), ("side", "seller")),
                fields=["seller", "-refused_at", "-thread"],
                name="entries_refused_of_seller",
            ),
        ),
        migrations.AddIndex(
            model_name="mailboxentry",
            index=models.Index(
                condition=models.Q(("place", "inbox"), ("sent_at__isnull", False), ("side", "buyer")),
                fields=["buyer", "-sent_at", "-thread"],
                name="entries_sent_by_buyer",
            ),
        ),
        migrations.AddIndex(
            model_name="mailboxentry",
            index=models.Index(
                condition=models.Q(("placed_at__isnull", False), ("side", "seller")),
                fields=["seller", "place", "-placed_at", "-thread"],
                name="entries_placed_by_seller",
            ),
        ),
        migrations.AddIndex(
            model_name="mailboxentry",
            index=models.Index(
                condition=models.Q(("placed_at__isnull", False), ("side", "buyer")),
                fields=["buyer", "place", "-placed_at", "-thread"],
                name="entries_placed_by_buyer",
            ),
        ),
        migrations.AddIndex(
            model_name="mailboxentry",
            index=models.Index(
                condition=models.Q(("side", "seller")),
                fields=["seller", "-changed_at"],
                name="entries_changed_of_seller",
            ),
        ),
        migrations.AddIndex(
            model_name="mailboxentry",
            index=models.Index(
                condition=models.Q(("side", "buyer")),
                fields=["buyer", "-changed_at"],
                name="entries_changed_of_buyer",
            ),
        ),
        migrations.RunPython(note_files, migrations.RunPython.noop),
    ]
