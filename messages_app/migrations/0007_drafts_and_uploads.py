import django.db.models.deletion
import django.utils.timezone
import uuid_utils.compat
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("messages_app", "0006_places_of_threads")]
    operations = [
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ("content_sealed", models.BinaryField()),
                ("has_text", models.BooleanField(default=False)),
                ("saved_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("key", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="messages_app.sealingkey")),
                ("order", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="orders.order")),
                ("seller", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.seller")),
                ("thread", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="messages_app.thread")),
                ("to_seller", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.seller")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [
                    models.Index(condition=Q(has_text=False), fields=["saved_at"], name="drafts_without_text"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(thread__isnull=False, order=None, to_seller=None)
                        | Q(thread=None, order__isnull=False, to_seller=None)
                        | Q(thread=None, order=None, to_seller__isnull=False, seller=None),
                        name="draft_has_one_target",
                    ),
                    models.UniqueConstraint(fields=["user", "seller", "thread"], name="one_draft_of_member_in_thread"),
                    models.UniqueConstraint(fields=["user", "seller", "order"], name="one_draft_of_member_on_order"),
                    models.UniqueConstraint(condition=Q(seller=None), fields=["user", "thread"], name="one_draft_of_buyer_in_thread"),
                    models.UniqueConstraint(condition=Q(seller=None), fields=["user", "order"], name="one_draft_of_buyer_on_order"),
                    models.UniqueConstraint(fields=["user", "to_seller"], name="one_draft_to_seller"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.UUIDField(default=uuid_utils.compat.uuid7, editable=False, primary_key=True, serialize=False)),
                ("position", models.PositiveSmallIntegerField()),
                ("kind", models.CharField(max_length=8)),
                ("size", models.PositiveBigIntegerField()),
                ("meta_sealed", models.BinaryField()),
                ("uploaded_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("draft", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="uploads", to="messages_app.draft")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["draft", "position"], name="one_upload_per_position"),
                ],
            },
        ),
    ]
