from __future__ import annotations

from typing import Any

from django.db import models

from accounts.name_keys import name_key


class NameKeyField(models.BinaryField):  # type: ignore[type-arg]
    """The key of another column's name, written with the row as `auto_now` is. An UPDATE of the name alone
    has to set it beside the name."""

    def __init__(self, *args: Any, of: str, **kwargs: Any) -> None:
        self.of = of
        kwargs |= {"editable": False, "default": b""}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("default", None)
        return name, path, args, kwargs | {"of": self.of}

    def pre_save(self, model_instance: models.Model, add: bool) -> bytes:
        """The key of the name that is saved."""
        key = name_key(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, key)
        return key
