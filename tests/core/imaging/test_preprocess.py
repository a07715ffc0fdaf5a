"""The one path from a picture to a tensor: what it must not depend on, and what it must refuse."""

import io
import struct
import zlib
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torch import Tensor

from core.data import load
from core.imaging.preprocess import FORMATS, MAX_BYTES, Preprocess, from_record, open_picture
from core.registry.store import get_record, read_registry

GLYPHS = [*product("7FLhgy%", range(3))]
COLOUR = Preprocess(channels=3, size=16, crop=False, thicken=False, centre=None)
PLAIN = {"crop": False, "thicken": False, "centre": None}
MNIST_RECORDS = [name for name, record in read_registry().items() if record.recipe.data == "mnist"]
AS_MNIST = from_record(get_record("mnist-classifier").preprocess)


def likeness(a: Tensor, b: Tensor) -> float:
    """Cosine of two pictures: 1 for the same, 0.95 if edges lie half a pixel off, under 0.8 for two letters."""
    return torch.cosine_similarity(a.flatten(), b.flatten(), dim=0).item()


def bar(height: int, width: int, side: int = 256) -> np.ndarray:
    """A dark upright box on light paper."""
    paper = np.full((side, side), 255, np.uint8)
    paper[40 : 40 + height, 60 : 60 + width] = 0
    return paper


# What a tensor holds


@pytest.mark.parametrize(("height", "width"), [(120, 20), (120, 40), (40, 120), (90, 90)])
def test_a_box_fills_the_square_up_to_its_margin_with_its_aspect_kept(height: int, width: int) -> None:
    tensor = Preprocess().to_tensor(bar(height, width))
    scale = 24 / max(height, width)
    tall, wide = round(height * scale), round(width * scale)
    expected = torch.zeros(1, 1, 28, 28)
    top, left = (28 - tall) // 2, (28 - wide) // 2
    expected[..., top : top + tall, left : left + wide] = 1
    assert tensor.dtype == torch.float32
    torch.testing.assert_close(tensor, expected)


@pytest.mark.parametrize("character", "07FIimg")
def test_ink_is_one_and_paper_is_zero(draw, character: str) -> None:
    tensor = Preprocess().to_tensor(draw(character))
    assert tensor.shape == (1, 1, 28, 28)
    assert tensor.min() == 0
    assert tensor.max() == 1
    ink = tensor[0, 0] > 0
    assert not ink[:2].any() and not ink[-2:].any() and not ink[:, :2].any() and not ink[:, -2:].any()


@pytest.mark.parametrize(("size", "margin"), [(28, 2), (64, 4), (32, 0)])
def test_the_ink_reaches_the_margin_on_its_longer_side(draw, size: int, margin: int) -> None:
    rows = Preprocess(size=size, margin=margin).to_tensor(draw("F"))[0, 0].amax(dim=1).nonzero()
    assert (rows[0].item(), rows[-1].item()) == (margin, size - margin - 1)


def test_off_centre_means_in_the_corner_of_the_margin() -> None:
    tensor = Preprocess(centre=None).to_tensor(bar(120, 20))
    assert tensor[0, 0, 2:26, 2:6].eq(1).all()
    assert tensor.sum() == 24 * 4


def centre_of_mass(tensor: Tensor) -> tuple[float, float]:
    """Row and column, in which the first pixel's middle is 0."""
    plane, at = tensor[0, 0].double(), torch.arange(tensor.shape[-1], dtype=torch.float64)
    return (plane.sum(1) @ at / plane.sum()).item(), (plane.sum(0) @ at / plane.sum()).item()


def test_the_centre_of_mass_of_a_known_shape() -> None:
    paper = np.zeros((200, 200), np.uint8)
    paper[20:180, 20:52] = paper[148:180, 52:148] = 255  # an L of 20 × 16 pixels, its strokes 4 wide
    tensor = Preprocess(margin=4, centre="mass").to_tensor(paper)[0, 0]
    stem, foot = 20 * 4, 4 * 12
    row, column = (stem * 9.5 + foot * 17.5) / (stem + foot), (stem * 1.5 + foot * 9.5) / (stem + foot)
    top, left = round(14 - row), round(14 - column)
    expected = torch.zeros(28, 28)
    expected[top : top + 20, left : left + 4] = expected[top + 16 : top + 20, left + 4 : left + 16] = 1
    torch.testing.assert_close(tensor, expected)


@given(st.sampled_from(GLYPHS))
def test_the_centre_of_mass_is_in_the_middle_as_near_as_whole_pixels_allow(draw, glyph: tuple[str, int]) -> None:
    row, column = centre_of_mass(Preprocess(margin=6, centre="mass").to_tensor(draw(*glyph)))
    assert abs(row - 14) <= 0.51 and abs(column - 14) <= 0.51


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("margin", [0, 4])
def test_ink_far_from_its_centre_of_mass_stays_inside(turns: int, margin: int) -> None:
    hammer = np.zeros((200, 200), np.uint8)
    hammer[20:60, 40:160] = hammer[60:180, 95:105] = 255  # nearly all of it lies at one end
    preprocess = Preprocess(margin=margin, centre="mass", thicken=False)
    inside = preprocess.to_tensor(np.rot90(hammer, turns).copy())
    torch.testing.assert_close(inside.sum(), Preprocess(margin=margin, thicken=False).to_tensor(hammer).sum())
    long_side = (inside[0, 0] > 0).nonzero().aminmax(dim=0)
    assert (long_side.max - long_side.min + 1).max() == 28 - 2 * margin


def test_faint_ink_counts_as_part_of_a_small_glyph_if_asked() -> None:
    small = np.zeros((28, 28), np.uint8)
    small[4:24, 12:16] = 255
    small[10, 8:12] = 20  # fainter than 32 of 255
    told, untold = Preprocess(margin=4, threshold=0.0, thicken=False), Preprocess(margin=4, thicken=False)
    assert told.to_tensor(small)[0, 0, 10].gt(0).sum() == 8
    assert untold.to_tensor(small)[0, 0, 10].gt(0).sum() == 4


@given(st.sampled_from(GLYPHS), st.sampled_from([100, 240, 300, 700]))
def test_without_a_threshold_a_large_glyph_is_cropped_all_the_same(draw, glyph: tuple[str, int], side: int) -> None:
    page = np.full((2 * side, 2 * side), 255, np.uint8)
    page[side // 4 : side // 4 + side, side // 2 : side // 2 + side] -= draw(*glyph, side)
    ink = AS_MNIST.to_tensor(page)[0, 0] > 0.1
    sides = ink.any(dim=1).sum(), ink.any(dim=0).sum()
    assert 19 <= max(sides) <= 20


@given(st.sampled_from(GLYPHS), st.sampled_from([75, 90]))
def test_a_compressed_drawing_becomes_the_same_digit(draw, glyph: tuple[str, int], quality: int) -> None:
    page = np.full((240, 240), 255, np.uint8)
    page[40:200, 40:200] -= draw(*glyph, 160)
    compressed = open_picture(encoded(Image.fromarray(page), "JPEG", quality=quality))
    assert likeness(AS_MNIST.to_tensor(compressed), AS_MNIST.to_tensor(page)) > 0.93


def test_without_steps_a_picture_of_the_right_size_passes_through() -> None:
    picture = np.arange(28 * 28, dtype=np.uint32).reshape(28, 28).astype(np.uint8)
    light = Preprocess(polarity="light", **PLAIN).to_tensor(picture)
    dark = Preprocess(polarity="dark", **PLAIN).to_tensor(picture)
    torch.testing.assert_close(light[0, 0], torch.from_numpy(picture) / 255)
    torch.testing.assert_close(dark, 1 - light)


def test_colour_keeps_its_channels_and_comes_back() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    tensor = COLOUR.to_tensor(pixels)
    assert tensor.shape == (1, 3, 16, 16)
    torch.testing.assert_close(tensor[0].permute(1, 2, 0), torch.from_numpy(pixels) / 255)
    np.testing.assert_array_equal(np.asarray(COLOUR.to_image(tensor)), pixels)


def test_a_square_is_the_middle_of_a_colour_picture() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (16, 40, 3), dtype=np.uint8)
    middle = replace(COLOUR, square=True).to_tensor(pixels)
    torch.testing.assert_close(middle, COLOUR.to_tensor(pixels[:, 12:28]))
    torch.testing.assert_close(replace(COLOUR, square=True).to_tensor(pixels.transpose(1, 0, 2)), middle.mT)


@pytest.mark.parametrize("mode", ["L", "1", "RGB", "RGBA", "CMYK", "P"])
def test_every_mode_of_picture_gives_as_many_channels_as_asked(mode: str) -> None:
    picture = Image.fromarray(bar(120, 20)).convert(mode)
    torch.testing.assert_close(Preprocess().to_tensor(picture), Preprocess().to_tensor(bar(120, 20)))
    assert COLOUR.to_tensor(picture).shape == (1, 3, 16, 16)


# What it must not depend on


@given(st.sampled_from(GLYPHS), st.sampled_from([28, 64]))
def test_a_tensor_seen_as_a_picture_gives_the_same_tensor(draw, glyph: tuple[str, int], size: int) -> None:
    preprocess = Preprocess(size=size)
    once = preprocess.to_tensor(draw(*glyph))
    again = preprocess.to_tensor(preprocess.to_image(once))
    assert (once - again).abs().max() < 0.05


@given(st.sampled_from(GLYPHS))
def test_dark_on_light_and_light_on_dark_are_one(draw, glyph: tuple[str, int]) -> None:
    light, dark = draw(*glyph), 255 - draw(*glyph)
    expected = Preprocess(polarity="light").to_tensor(light)
    for tensor in (
        Preprocess().to_tensor(light),
        Preprocess().to_tensor(dark),
        Preprocess(polarity="dark").to_tensor(dark),
    ):
        torch.testing.assert_close(tensor, expected, atol=0.01, rtol=0)


@given(st.sampled_from(GLYPHS), st.floats(0.3, 1.0), st.integers(0, 100))
def test_faint_ink_is_as_good_as_black_ink(draw, glyph: tuple[str, int], contrast: float, paper: int) -> None:
    faint = (paper + draw(*glyph) * contrast * (255 - paper) / 255).astype(np.uint8)
    assert likeness(Preprocess().to_tensor(faint), Preprocess().to_tensor(draw(*glyph))) > 0.999


@given(st.sampled_from(GLYPHS), st.integers(0, 100), st.integers(0, 100))
def test_where_a_glyph_stands_does_not_matter(draw, glyph: tuple[str, int], top: int, left: int) -> None:
    page = np.zeros((216, 216), np.uint8)
    page[top + 2 : top + 114, left + 2 : left + 114] = draw(*glyph)
    torch.testing.assert_close(Preprocess().to_tensor(page), Preprocess().to_tensor(draw(*glyph)))


@given(st.sampled_from(GLYPHS), st.sampled_from([0.5, 2, 3]))
def test_how_large_a_glyph_is_does_not_matter(draw, glyph: tuple[str, int], factor: float) -> None:
    scaled = cv2.resize(draw(*glyph), None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    assert likeness(Preprocess().to_tensor(scaled), Preprocess().to_tensor(draw(*glyph))) > 0.93


def photograph(glyph: np.ndarray, seed: int) -> np.ndarray:
    """Dark ink on warm paper with a shadow across it and a sensor's grain, stored as JPEG."""
    rng = np.random.default_rng(seed)
    height, width = glyph.shape
    y, x = np.mgrid[:height, :width] / height
    light = 0.85 - 0.25 * x - 0.1 * y
    photo = light * (1 - 0.7 * glyph / 255.0) + rng.normal(0, 0.02, glyph.shape)
    return cv2.imdecode(cv2.imencode(".jpg", np.clip(photo * 255, 0, 255).astype(np.uint8))[1], cv2.IMREAD_GRAYSCALE)


@given(st.sampled_from(GLYPHS), st.integers(0, 5))
def test_a_shadowed_noisy_photograph_shows_the_same_glyph(draw, glyph: tuple[str, int], seed: int) -> None:
    page = np.zeros((400, 400), np.uint8)
    page[80:320, 60:300] = draw(*glyph, 240)
    assert likeness(Preprocess().to_tensor(photograph(page, seed)), Preprocess().to_tensor(page)) > 0.94


@pytest.mark.parametrize("character", "LTEo8")
def test_thin_strokes_are_widened_and_bold_ones_are_left(draw, character: str) -> None:
    line = np.zeros((256, 256), np.uint8)
    cv2.putText(line, character, (60, 200), cv2.FONT_HERSHEY_SIMPLEX, 6, 255, 20)
    outline = cv2.morphologyEx(line, cv2.MORPH_GRADIENT, np.ones((2, 2), np.uint8))  # strokes of one or two pixels
    thin, kept = Preprocess().to_tensor(outline), Preprocess(thicken=False).to_tensor(outline)
    assert thin.sum() > 1.3 * kept.sum()
    torch.testing.assert_close(Preprocess().to_tensor(line), Preprocess(thicken=False).to_tensor(line))


def test_a_hairline_becomes_a_stroke_of_the_least_width() -> None:
    cross = np.zeros((250, 250), np.uint8)
    cross[20:230, 124:126] = cross[124:126, 20:230] = 255
    arm = Preprocess(min_stroke=1.8).to_tensor(cross)[0, 0, 6].sum().item()
    assert arm == pytest.approx(1.8, abs=0.35)
    assert Preprocess(thicken=False).to_tensor(cross)[0, 0, 6].sum() <= 1.1


# MNIST's own form


def test_all_records_of_mnist_see_a_digit_alike() -> None:
    assert len(MNIST_RECORDS) > 5
    assert {from_record(get_record(name).preprocess) for name in MNIST_RECORDS} == {AS_MNIST}


@given(st.sampled_from(GLYPHS))
def test_a_drawing_in_mnists_form_comes_through_unchanged(draw, glyph: tuple[str, int]) -> None:
    once = AS_MNIST.to_tensor(draw(*glyph))
    torch.testing.assert_close(AS_MNIST.to_tensor(AS_MNIST.to_image(once)), once, atol=0.5 / 255, rtol=0)


@pytest.mark.data
def test_mnist_comes_through_unchanged(real_root: Path) -> None:
    if not (real_root / "MNIST" / "raw" / "train-images-idx3-ubyte").is_file():
        pytest.skip("no MNIST in STYLESCAPE_DATA")
    digits = load("mnist", "val", real_root).take(np.arange(4000))
    ink, _ = digits.tensors(AS_MNIST)
    change = (ink[:, 0].int() - torch.from_numpy(digits.images).int()).abs().amax(dim=(1, 2))
    assert (change <= 0.02 * 255).float().mean() >= 0.999


# What it must refuse


@pytest.mark.parametrize("polarity", ["auto", "light", "dark"])
@pytest.mark.parametrize(("shape", "grey"), [((1, 1), 0), ((28, 28), 255), ((300, 7), 128)])
def test_an_even_picture_has_no_character(polarity, shape: tuple[int, int], grey: int) -> None:
    with pytest.raises(ValueError, match=r"expected a character .* got an empty or even picture"):
        Preprocess(polarity=polarity).to_tensor(np.full(shape, grey, np.uint8))


def test_noise_alone_has_no_character() -> None:
    noise = np.random.default_rng(0).normal(200, 10, (200, 200)).clip(0, 255).astype(np.uint8)
    with pytest.raises(ValueError, match="empty or even"):
        Preprocess().to_tensor(noise)


@pytest.mark.parametrize("pixels", [[[0, 255]], [[0], [255]], [[0] * 9] * 5 + [[255] * 9] * 5])
def test_ink_on_half_of_the_border_is_still_a_shape(pixels: list[list[int]]) -> None:
    assert Preprocess().to_tensor(np.array(pixels, np.uint8)).max() == 1


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((0, 5), np.uint8),
        np.zeros(5, np.uint8),
        np.zeros((5, 5, 1), np.uint8),
        np.zeros((5, 5, 4), np.uint8),
        np.full((5, 5), np.nan),
    ],
)
@pytest.mark.parametrize("preprocess", [Preprocess(), COLOUR])
def test_arrays_that_are_no_pictures_are_named(preprocess: Preprocess, array: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"expected pixels \(H, W\) or \(H, W, 3\) of uint8, got .*"):
        preprocess.to_tensor(array)


@pytest.mark.parametrize(
    "fields",
    [
        {"size": 3},
        {"channels": 2},
        {"margin": 14},
        {"margin": -1},
        {"channels": 3},
        {"centre": True},
        {"centre": "middle"},
        {"threshold": 1.0},
        {"threshold": -0.1},
        {"square": True},
    ],
)
def test_settings_that_leave_no_picture_are_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected"):
        Preprocess(**fields)


def test_a_record_with_an_unknown_field_is_refused() -> None:
    assert from_record({"size": 64}) == Preprocess(size=64)
    with pytest.raises(ValueError, match="colour"):
        from_record({"colour": True})


# Strangers' files


def encoded(picture: Image.Image, kind: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def glyph_picture(mode: str = "L") -> Image.Image:
    return Image.fromarray(bar(36, 6, 64)).convert(mode)


def bomb(side: int) -> bytes:
    """A black PNG of one bit a pixel, side × side, in a few kilobytes."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    squeeze = zlib.compressobj(1)
    row = bytes(1 + -(-side // 8))
    pixels = b"".join(squeeze.compress(row) for _ in range(side)) + squeeze.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_opens_from_bytes_and_from_a_file(tmp_path: Path, kind: str) -> None:
    content = encoded(glyph_picture("RGB"), kind)
    (tmp_path / "glyph").write_bytes(content)
    for source in (content, tmp_path / "glyph"):
        picture = open_picture(source)
        assert picture.size == (64, 64)
        assert likeness(Preprocess().to_tensor(picture), Preprocess().to_tensor(glyph_picture())) > 0.98


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "something else"),
        (bytes(range(256)) * 4, "something else"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><path d='M0 0L9 9'/></svg>", "something else"),
        (b"%PDF-1.7", "something else"),
        (b"GIF89a", "something else"),
        (bytes(MAX_BYTES + 1), "at most 10 MB, got 10.0 MB"),
        (bomb(20_000), "megapixels, got far more"),
        (bomb(10_000), "megapixels, got a picture of 10000×10000"),
        (bomb(7_000), "megapixels, got a picture of 7000×7000"),
    ],
    ids=["empty", "bytes", "svg", "pdf", "header", "11 MB", "20000", "10000", "7000"],
)
def test_what_is_no_bounded_picture_is_said_in_one_sentence(content: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        open_picture(content)
    assert str(caught.value).startswith("expected ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("share", [0.05, 0.95])
def test_a_file_cut_short_is_damaged(kind: str, share: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (64, 64), dtype=np.uint8)
    content = encoded(Image.fromarray(noise), kind)
    with pytest.raises(ValueError, match=r"expected a (picture file|whole picture file)"):
        open_picture(content[: int(len(content) * share)])


def test_one_pixel_opens_but_has_no_character() -> None:
    picture = open_picture(encoded(Image.new("L", (1, 1))))
    with pytest.raises(ValueError, match="empty or even"):
        Preprocess().to_tensor(picture)


def sixteen_bits(glyph: Image.Image) -> bytes:
    return encoded(Image.fromarray(np.asarray(glyph).astype(np.uint16) * 257))


def cut_out(mode: str) -> bytes:
    """Black ink whose paper is transparent; under the transparency lies more black."""
    ink = Image.new("L", (64, 64), 0)
    ink.putalpha(Image.fromarray(255 - np.asarray(glyph_picture())))
    return encoded(ink.convert(mode))


def palette_with_a_transparent_colour() -> bytes:
    picture = Image.fromarray((np.asarray(glyph_picture()) > 0).astype(np.uint8), "L").convert("P")
    picture.putpalette([0, 0, 0, 0, 0, 0])  # both colours are black; the second is nothing
    return encoded(picture, transparency=1)


def animation() -> bytes:
    return encoded(
        glyph_picture(), "GIF", save_all=True, append_images=[Image.new("L", (64, 64), 255)] * 3, duration=50
    )


def lying_on_its_side() -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6  # "turn me a quarter clockwise"
    return encoded(glyph_picture().transpose(Image.Transpose.ROTATE_90), "JPEG", exif=exif, quality=95)


@pytest.mark.parametrize(
    "content",
    [
        encoded(glyph_picture("CMYK"), "JPEG", quality=95),
        encoded(glyph_picture("1")),
        cut_out("LA"),
        cut_out("RGBA"),
        encoded(glyph_picture(), transparency=254),
        palette_with_a_transparent_colour(),
        sixteen_bits(glyph_picture()),
        animation(),
        lying_on_its_side(),
    ],
    ids=["CMYK", "1", "LA", "RGBA", "L", "P", "16 bits", "animated", "turned"],
)
def test_unusual_pictures_show_the_same_glyph(content: bytes) -> None:
    picture = open_picture(content)
    assert picture.mode in ("L", "RGB")
    assert likeness(Preprocess().to_tensor(picture), Preprocess().to_tensor(glyph_picture())) > 0.99


FILES = {kind: encoded(glyph_picture("RGB"), kind) for kind in FORMATS}


@settings(max_examples=150)
@given(st.sampled_from(FORMATS), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_damaged_file_opens_or_is_a_value_error(kind: str, changes: list[tuple[float, int]]) -> None:
    content = bytearray(FILES[kind])
    for place, value in changes:
        content[int(place * (len(content) - 1))] = value
    try:
        picture = open_picture(bytes(content))
    except ValueError as error:
        assert str(error).startswith("expected ")
    else:
        assert picture.mode in ("L", "RGB")


@settings(max_examples=50)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_value_error(content: bytes) -> None:
    for prefix in (
        b"",
        b"\x89PNG\r\n\x1a\n",
        b"\xff\xd8\xff\xe0",
        b"GIF89a",
        b"BM",
        b"II*\x00",
        b"RIFF\x00\x00\x00\x00WEBP",
    ):
        with pytest.raises(ValueError, match="expected"):
            open_picture(prefix + content)
