"""Uploads in memory alone: nothing of a file reaches the disk before it is sealed (PRV-1)."""

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler


class BoundedMemoryHandler(MemoryFileUploadHandler):
    """Keeps files up to MAX_WIRE_BYTES in all; of what goes beyond, only the size.

    A file that is too large arrives empty but with its true `size`, so that the form can refuse it with both
    figures (ATT-1) without holding it.
    """

    def handle_raw_input(self, *args: object, **kwargs: object) -> None:
        """Take every upload, whatever its announced length."""
        self.activated = True
        self.kept = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep the chunk while there is room."""
        self.kept += len(raw_data)
        if self.kept <= settings.MAX_WIRE_BYTES:
            self.file.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        """Hand over the file; without content once the room was used up."""
        if self.kept > settings.MAX_WIRE_BYTES:
            self.file.truncate(0)
        return super().file_complete(file_size)
