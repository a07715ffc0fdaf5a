"""What strangers send, and what they should get: files of every kind, pictures as `data:` addresses, clear messages."""

import base64
from io import BytesIO

import numpy as np
from PIL import Image


def picture(address: str) -> Image.Image:
    return Image.open(BytesIO(base64.b64decode(address.split(",")[1])))


def is_mistake(answer: dict) -> bool:
    """One sentence for the status line, and nothing that would replace the last good pictures."""
    return answer.keys() == {"message", "kind"} and answer["kind"] == "error" and "\n" not in answer["message"]


def saved(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def letter(mode: str = "L", paper: int = 255, ink: int = 0, side: int = 120) -> Image.Image:
    page = Image.new("L", (side, side), paper)
    page.paste(ink, (40, 20, 55, 100))
    page.paste(ink, (40, 85, 90, 100))
    return page.convert(mode)


def sixteen_bit() -> bytes:
    return saved(Image.fromarray((np.asarray(letter()).astype(np.uint16)) * 257))


def with_alpha() -> bytes:
    ink = np.zeros((120, 120, 4), np.uint8)
    ink[..., 3] = 255 - np.asarray(letter())
    return saved(Image.fromarray(ink))


GOOD_FILES = {
    "grey": saved(letter()),
    "light on dark": saved(letter(paper=0, ink=255)),
    "colour": saved(letter("RGB"), "JPEG"),
    "CMYK": saved(letter("CMYK"), "JPEG"),
    "16 bit": sixteen_bit(),
    "alpha": with_alpha(),
    "palette": saved(letter("P")),
    "one bit": saved(letter("1")),
    "WebP": saved(letter("RGB"), "WEBP"),
    "animated": saved(letter(), "GIF", save_all=True, append_images=[Image.new("L", (120, 120), 255)]),
    "large": saved(letter().resize((3000, 3000))),
}


BAD_FILES = {
    "nothing": b"",
    "text": b"this is no picture",
    "SVG": b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>',
    "cut short": saved(letter("RGB").resize((800, 800)), "JPEG")[:2000],
    "damaged": saved(letter())[:60] + bytes(200),
    "all black": saved(Image.new("L", (200, 200), 0)),
    "all white": saved(Image.new("L", (200, 200), 255)),
    "one pixel": saved(Image.new("L", (1, 1), 0)),
    "clear": saved(Image.new("RGBA", (50, 50), (0, 0, 0, 0))),
    "20,000 × 20,000": saved(Image.new("1", (20_000, 20_000)), compress_level=1),
    "too many bytes": bytes(10_000_001),
}
