"""Style loss between glyphs: from where to where, and bounded."""

import pytest
import torch
from torch import Tensor

from core.handwriting.neural_style_transfer import MAX_STEPS, Progression, as_paper, total_variation, transfer
from core.models.base import Backbone
from core.style.style_loss import style_loss


class Blurs(Backbone):
    """Two layers without weights: the picture and its coarse average."""

    layers = ("all", "coarse")

    def responses(self, x: Tensor) -> list[Tensor]:
        return [x, torch.nn.functional.avg_pool2d(x, 4)]


def glyphs() -> tuple[Tensor, Tensor]:
    """A thin cross and a bold bar, (1, 1, 12, 12)."""
    cross, bar = torch.zeros(2, 1, 1, 12, 12)
    cross[..., 5, 1:11] = cross[..., 1:11, 5] = 1
    bar[..., 3:9, 1:11] = 1
    return cross, bar


@pytest.mark.parametrize("start", ["content", "noise"])
def test_style_comes_near_and_content_stays_nearer_than_the_other_glyph(start) -> None:
    content, style = glyphs()
    run = transfer(content, style, Blurs(), steps=40, start=start, seed=3)
    assert run.frames.shape == (len(run.content), 1, 12, 12) and len(run.frames) <= 41
    assert run.frames.min() >= 0 and run.frames.max() <= 1
    assert run.style[-1] < 0.5 and run.content[-1] < 1
    if start == "content":
        torch.testing.assert_close(run.frames[:1], content)
        assert (run.content[0].item(), run.style[0].item()) == pytest.approx((0, 1), abs=1e-5)


def test_losses_are_those_of_the_formulas() -> None:
    content, style = glyphs()
    network = Blurs()
    run = transfer(content, style, network, steps=5)
    own, other, mine = (network.responses(as_paper(x)) for x in (content, style, run.frames[3:4]))
    assert run.style[3].item() == pytest.approx((style_loss(mine, other) / style_loss(own, other)).item(), rel=1e-3)
    expected = (mine[-1] - own[-1]).square().sum() / (other[-1] - own[-1]).square().sum()
    assert run.content[3].item() == pytest.approx(expected.item(), rel=1e-3)


def test_weights_decide_what_is_kept() -> None:
    content, style = glyphs()
    kept = transfer(content, style, Blurs(), steps=25, content_weight=100.0, style_weight=1.0, smoothness=0.0)
    taken = transfer(content, style, Blurs(), steps=25, content_weight=1.0, style_weight=100.0, smoothness=0.0)
    assert kept.content[-1] < taken.content[-1] and kept.style[-1] > taken.style[-1]
    rough = transfer(content, style, Blurs(), steps=25, start="noise", smoothness=0.0)
    smooth = transfer(content, style, Blurs(), steps=25, start="noise", smoothness=5.0)
    assert total_variation(smooth.frames[-1:]) < total_variation(rough.frames[-1:])


def test_the_seed_is_of_the_noise_alone() -> None:
    def last(**options) -> Tensor:
        return transfer(*glyphs(), Blurs(), steps=4, **options).frames[-1]

    assert torch.equal(last(seed=1), last(seed=2))
    assert torch.equal(last(start="noise", seed=1), last(start="noise", seed=1))
    assert not torch.equal(last(start="noise", seed=1), last(start="noise", seed=2))


def test_a_strip_goes_from_the_first_to_the_last_evenly_in_pixels() -> None:
    values = torch.tensor([0.0, 0.5, 0.75, 1.0, 1.0, 1.0])
    frames = values[:, None, None, None].expand(-1, 1, 2, 2)
    strip = Progression(frames, torch.zeros(6), torch.zeros(6), 0.0).strip(5)
    assert strip[:, 0, 0, 0].tolist() in ([0, 0, 0.5, 0.75, 1], [0, 0.5, 0.5, 0.75, 1])


def test_a_glyph_is_seen_dark_on_white_and_larger() -> None:
    content, _ = glyphs()
    picture = as_paper(content)
    assert picture.shape == (1, 3, 24, 24)
    assert picture[..., 0, 0].tolist() == [[1, 1, 1]] and picture[0, 0, 10:12, 10:12].max() < 0.1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": 0}, f"expected 1 to {MAX_STEPS} steps, got 0"),
        ({"steps": MAX_STEPS + 1}, "expected 1 to"),
        ({"style_weight": -1.0}, "expected weights of at least 0"),
        ({"content_weight": 0.0, "style_weight": 0.0, "smoothness": 0.0}, "expected weights of at least 0, one of"),
        ({"style_weight": float("nan")}, "expected weights of at least 0"),
    ],
)
def test_what_cannot_be_done_is_named(options, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        transfer(*glyphs(), Blurs(), **options)


def test_glyphs_that_do_not_fit_are_named() -> None:
    content, style = glyphs()
    with pytest.raises(ValueError, match="expected two different glyphs"):
        transfer(content, content, Blurs())
    with pytest.raises(ValueError, match=r"expected two glyphs \(1, 1, S, S\), got \(1, 1, 12, 12\) and \(1, 12, 12\)"):
        transfer(content, style[0], Blurs())
