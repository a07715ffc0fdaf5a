"""Pictures that leave core: their size, their colours, and that they can be read again."""

import base64
from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image

from core.imaging import rendering


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def test_tensors_become_bytes_with_rounding():
    ink = torch.tensor([0.0, 0.5, 1.0, 2.0, -1.0]).reshape(5, 1, 1, 1)
    assert rendering.to_array(ink).ravel().tolist() == [0, 128, 255, 255, 0]


@pytest.mark.parametrize(("count", "columns", "shape"), [(11, 11, (28, 308)), (16, 4, (112, 112)), (5, 3, (56, 84))])
def test_a_sheet_holds_every_glyph_in_reading_order(count, columns, shape):
    glyphs = np.arange(1, count + 1, dtype=np.uint8)[:, None, None] * np.ones((1, 28, 28), np.uint8)
    sheet = rendering.sheet(glyphs, columns)
    assert sheet.shape == shape
    seen = sheet[14::28, 14::28].ravel()
    assert seen[:count].tolist() == list(range(1, count + 1))
    assert not seen[count:].any()


def test_gaps_lie_between_glyphs_only():
    assert rendering.sheet(np.full((4, 2, 2), 9, np.uint8), 2, gap=3).shape == (7, 7)


def test_enlarged_glyphs_do_not_bleed_into_their_neighbours():
    pair = np.stack([np.full((28, 28), 255, np.uint8), np.zeros((28, 28), np.uint8)])
    large = rendering.enlarge(pair, 4)
    assert large.shape == (2, 112, 112)
    assert large[0].min() == 255
    assert large[1].max() == 0


def test_inline_pictures_are_ink_on_nothing():
    address = rendering.inline(np.array([[0, 255], [128, 0]], np.uint8))
    head, data = address.split(",")
    assert head == "data:image/png;base64"
    picture = opened(base64.b64decode(data))
    red, green, blue, opacity = picture.convert("RGBA").split()
    assert opacity.tobytes() == bytes([0, 255, 128, 0])
    assert {shade for each in (red, green, blue) for shade in each.tobytes()} == {rendering.INK}


def test_pictures_to_keep_are_dark_on_white():
    picture = opened(rendering.png(rendering.on_paper(np.array([[0, 255]], np.uint8))))
    assert picture.mode == "L"
    assert picture.tobytes() == bytes([255, rendering.INK])


def test_a_small_result_is_a_small_address():
    glyph = np.zeros((28, 28), np.uint8)
    glyph[6:22, 12:16] = 255
    assert len(rendering.inline(glyph)) < 1600  # of which 1,400 are the palette


def test_the_gif_plays_there_and_back_and_rests_at_the_ends():
    glyphs = np.arange(11, dtype=np.uint8)[:, None, None] * np.full((1, 28, 28), 25, np.uint8)
    film = opened(rendering.gif(glyphs))
    waits, shades = [], []
    for frame in range(film.n_frames):
        film.seek(frame)
        waits.append(film.info["duration"])
        shades.append(film.convert("L").getpixel((14, 14)))
    assert film.n_frames == 20
    assert film.info["loop"] == 0
    assert [i for i, wait in enumerate(waits) if wait == 500] == [0, 10]
    assert shades[1:10] == shades[:10:-1]
