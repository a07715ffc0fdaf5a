"""One look for all apps: ink on warm paper, one accent of seal red, in light and dark."""

from pathlib import Path

from gradio.themes import Base
from gradio.themes.utils.colors import Color

from apps.ui.shared.fonts import SANS, stack

# For the page's head, where it is there before the first paint, and Gradio does not rewrite it.
STYLE = Path(__file__).with_name("style.css").read_text(encoding="utf-8")

PAPER = Color(
    name="paper",
    c50="#fffdf8",
    c100="#f7f3ea",
    c200="#ece5d7",
    c300="#dcd3c1",
    c400="#b9ae99",
    c500="#8b8170",
    c600="#6b6254",
    c700="#4a443a",
    c800="#332f28",
    c900="#211e1a",
    c950="#171512",
)
SEAL = Color(
    name="seal",
    c50="#fcf1ec",
    c100="#f8dfd5",
    c200="#f0bfad",
    c300="#e8957a",
    c400="#e07a5a",
    c500="#c24d31",
    c600="#ab3b22",
    c700="#8c301c",
    c800="#6e2718",
    c900="#4d1d13",
    c950="#33130c",
)
CODE = ("ui-monospace", "SFMono-Regular", "Liberation Mono", "Menlo", "monospace")

THEME = Base(
    primary_hue=SEAL,
    secondary_hue=SEAL,
    neutral_hue=PAPER,
    font=stack(SANS),
    font_mono=CODE,
    radius_size="sm",
    spacing_size="sm",
    text_size="sm",
).set(
    body_background_fill="*neutral_100",
    body_background_fill_dark="*neutral_950",
    body_text_color="*neutral_900",
    body_text_color_dark="*neutral_200",
    body_text_color_subdued="*neutral_600",
    body_text_color_subdued_dark="*neutral_400",
    background_fill_primary="*neutral_50",
    background_fill_primary_dark="*neutral_900",
    block_background_fill="transparent",
    block_background_fill_dark="transparent",
    block_border_width="0px",
    block_border_width_dark="0px",
    block_shadow="none",
    block_label_text_color="*neutral_700",
    block_label_text_color_dark="*neutral_300",
    block_title_text_color="*neutral_700",
    block_title_text_color_dark="*neutral_300",
    block_title_text_weight="400",
    block_padding="0px",
    input_background_fill="*neutral_50",
    input_background_fill_dark="*neutral_900",
    border_color_primary="*neutral_300",
    border_color_primary_dark="*neutral_800",
    slider_color="*primary_600",
    slider_color_dark="*primary_400",
)
