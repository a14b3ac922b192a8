"""Uploads stay in memory, within bounds (PRV-1, ATT-1)."""

import tempfile
from typing import Any

import pytest
from django.core.files.uploadedfile import InMemoryUploadedFile, SimpleUploadedFile, UploadedFile
from django.http import HttpRequest
from django.test import RequestFactory, override_settings

LIMIT = 200_000


def uploaded(rf: RequestFactory, *contents: bytes) -> list[UploadedFile[Any]]:
    """What a view finds in `request.FILES`."""
    files = [SimpleUploadedFile(f"{number}.txt", content) for number, content in enumerate(contents)]
    request: HttpRequest = rf.post("/", {"files": files})
    return list(request.FILES.getlist("files"))


@pytest.mark.rule("PRV-1")
def test_a_large_file_never_touches_the_temporary_folder(
    rf: RequestFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    content = bytes(range(256)) * 12_000  # over Django's own limit of 2.5 MB
    [file] = uploaded(rf, content)
    assert isinstance(file, InMemoryUploadedFile)
    assert (file.size, file.read()) == (len(content), content)


@pytest.mark.rule("ATT-1")
@pytest.mark.parametrize(
    ("sizes", "kept"),
    [
        ([LIMIT], [LIMIT]),
        ([LIMIT + 1], [0]),
        ([LIMIT // 2, LIMIT // 2], [LIMIT // 2, LIMIT // 2]),
        ([LIMIT // 2, LIMIT // 2 + 1], [LIMIT // 2, 0]),
        ([LIMIT * 20, 1], [0, 0]),
    ],
)
def test_beyond_the_limit_of_all_files_only_the_size_is_kept(
    rf: RequestFactory, sizes: list[int], kept: list[int]
) -> None:
    with override_settings(MAX_WIRE_BYTES=LIMIT):
        files = uploaded(rf, *(b"x" * size for size in sizes))
    assert [file.size for file in files] == sizes
    assert [len(file.read()) for file in files] == kept
