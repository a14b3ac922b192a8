"""Images decode whole, within their bounds, and are nothing else besides."""

from __future__ import annotations

import struct

import pytest

from messages_app.files.identify import identify
from messages_app.files.images import MAX_FRAMES, MAX_SCANS
from messages_app.files.kinds import Problem
from tests.messages_app.files import samples

pytestmark = pytest.mark.rule("ATT-2", "ATT-3")

IMAGES = [name for name in samples.SOUND if name.endswith(("jpg", "jpeg", "gif", "png"))]


@pytest.mark.parametrize("name", IMAGES)
def test_every_truncation_is_refused(name: str) -> None:
    content = samples.SOUND[name]
    for kept in range(1, len(content)):
        assert identify(name, content[:kept]).problem is not None, kept


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGB", "RGBA", "I;16"])
def test_png_of_every_color_mode_passes(mode: str) -> None:
    assert identify("a.png", samples.image("PNG", mode=mode)).problem is None


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_jpeg_of_every_color_mode_passes(mode: str) -> None:
    assert identify("a.jpg", samples.image("JPEG", mode=mode)).problem is None


def test_a_broken_checksum_is_refused() -> None:
    content = bytearray(samples.SOUND["scan.png"])
    content[20] ^= 1
    assert identify("a.png", bytes(content)).problem is Problem.DAMAGED


@pytest.mark.parametrize(
    ("width", "height", "problem"),
    [
        (10_000, 5_000, None),
        (10_000, 5_001, Problem.TOO_MANY_PIXELS),
        (60_000, 60_000, Problem.TOO_MANY_PIXELS),
    ],
)
def test_fifty_million_pixels_and_one_row_more(width: int, height: int, problem: Problem | None) -> None:
    content = samples.png_of_size(width, min(height, 5_001))
    if height > 5_001:  # only claims to be that high
        header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
        content = content[:8] + samples.png_chunk(b"IHDR", header) + content[33:]
    assert identify("a.png", content).problem == problem


@pytest.mark.parametrize("name", ["moving.gif", "icon.gif"])
def test_a_gif_that_claims_a_huge_canvas_is_refused(name: str) -> None:
    content = bytearray(samples.SOUND[name])
    content[6:10] = struct.pack("<HH", 65_535, 65_535)
    assert identify("a.gif", bytes(content)).problem is Problem.TOO_MANY_PIXELS


def test_a_gif_frame_that_reaches_beyond_the_bound_is_refused() -> None:
    content = bytearray(samples.SOUND["icon.gif"])
    frame = content.index(b"\x2c\0\0\0\0")
    content[frame + 5 : frame + 9] = struct.pack("<HH", 65_535, 65_535)
    assert identify("a.gif", bytes(content)).problem is Problem.TOO_MANY_PIXELS


def test_a_jpeg_that_claims_too_many_pixels_is_refused() -> None:
    content = bytearray(samples.SOUND["photo.jpg"])
    frame = content.index(b"\xff\xc0")
    content[frame + 5 : frame + 9] = struct.pack(">HH", 10_000, 10_000)
    assert identify("a.jpg", bytes(content)).problem is Problem.TOO_MANY_PIXELS


@pytest.mark.parametrize(("frames", "problem"), [(20, None), (21, Problem.TOO_MANY_PIXELS)])
def test_all_frames_of_an_animation_count_together(frames: int, problem: Problem | None) -> None:
    content = samples.animation("GIF", frames, size=(2_500, 1_000))
    assert identify("a.gif", content).problem == problem


@pytest.mark.parametrize(("frames", "problem"), [(MAX_FRAMES, None), (MAX_FRAMES + 1, Problem.TOO_COMPLEX)])
def test_an_animation_has_a_bounded_number_of_frames(frames: int, problem: Problem | None) -> None:
    frame = b"\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0"
    content = b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff" + frame * frames + b";"
    assert identify("a.gif", content).problem == problem


@pytest.mark.parametrize(("frames", "problem"), [(2, Problem.DAMAGED), (3, Problem.TOO_MANY_PIXELS)])
def test_the_frames_of_a_png_count_together_before_any_is_decoded(frames: int, problem: Problem) -> None:
    still = samples.png_of_size(5_000, 5_000)
    content = still[:33] + samples.png_chunk(b"fcTL", bytes(26)) * frames + still[33:]
    assert identify("a.png", content).problem == problem


def test_pixels_that_do_not_unpack_are_refused_though_all_checksums_are_right() -> None:
    still = samples.png_of_size(100, 100)
    rest = samples.png_chunk(b"IDAT", b"no deflated data") + samples.png_chunk(b"IEND", b"")
    assert identify("a.png", still[:33] + rest).problem is Problem.DAMAGED


def test_a_jpeg_of_very_many_scans_is_refused() -> None:
    content = samples.SOUND["photo.jpeg"]
    scan = content.rindex(b"\xff\xda")
    repeated = content[:scan] + content[scan:-2] * (MAX_SCANS + 1) + content[-2:]
    assert identify("a.jpg", repeated).problem is Problem.TOO_COMPLEX


@pytest.mark.parametrize("padding", [b"\0" * 40, b"\r\n"])
@pytest.mark.parametrize("name", IMAGES)
def test_padding_behind_an_image_is_harmless(name: str, padding: bytes) -> None:
    assert identify(name, samples.SOUND[name] + padding).problem is None


@pytest.mark.parametrize("name", ["scan.png", "icon.gif"])
def test_anything_else_behind_a_png_or_gif_is_refused(name: str) -> None:
    assert identify(name, samples.SOUND[name] + b"payload").problem is Problem.TWO_TYPES


def test_what_a_phone_appends_to_a_jpeg_passes() -> None:
    clip = b"\0\0\0\x18ftypmp42" + bytes(100)
    assert identify("a.jpg", samples.SOUND["photo.jpg"] + clip).problem is None


def test_a_picture_in_a_picture_passes() -> None:
    picture = samples.image("JPEG", exif=samples.exif_with_gps())
    assert identify("a.jpg", picture).problem is None


@pytest.mark.parametrize("page", [b"<script>go()</script>", b"<HTML>", b"<?php go() ?>"])
@pytest.mark.parametrize("kind", ["JPEG", "GIF"])
def test_a_page_in_the_comment_of_an_image_is_refused(kind: str, page: bytes) -> None:
    content = samples.image(kind, comment=page)
    assert identify(f"a.{kind.lower()}", content).problem is Problem.TWO_TYPES


def test_a_png_that_unpacks_to_endless_text_is_refused() -> None:
    import zlib

    text = b"Comment\0\0" + zlib.compress(bytes(80_000_000), 9)
    sound = samples.SOUND["scan.png"]
    content = sound[:33] + samples.png_chunk(b"zTXt", text) + sound[33:]
    assert identify("a.png", content).problem is Problem.DAMAGED
