"""The painter: what it minimises, what it learns from, and that it learns to judge as its teacher does."""

from pathlib import Path

import pytest
import torch
import yaml
from safetensors.torch import save_file
from torch import Tensor

from core.evaluate import evaluate
from core.metrics.backbone_agreement import agreement
from core.models.style_features import FLOOR, StyleFeatures, layer_losses
from core.registry.load import load
from core.registry.schema import Recipe
from core.style.backbones import LOCAL, Vgg19, backbone
from core.style.style_loss import style_loss
from core.training.distillation import NEAR, distil, learn, lesson, varied

SMALL = (4, 6, 8)
RECIPE = Recipe(data="artworks", epochs=30, batch=12, lr=0.005)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def pictures(n: int, seed: int = 0, side: int = 16) -> Tensor:
    """Noise of different grain, colour and contrast."""
    g = seeded(seed)
    grain = torch.rand((n, 3, side, side), generator=g) * torch.rand((n, 1, 1, 1), generator=g)
    return (grain + torch.rand((n, 3, 1, 1), generator=g) * 0.5).clamp(0, 1)


def painter(seed: int = 0) -> StyleFeatures:
    torch.manual_seed(seed)
    return StyleFeatures(SMALL)


def test_layer_losses_are_those_of_the_formula_by_layer() -> None:
    responses = painter().responses(pictures(4))
    found = layer_losses(responses)
    assert found.shape == (3, 4, 4)
    for layer, response in enumerate(responses):
        expected = style_loss([response[:1]], [response[2:3]])
        torch.testing.assert_close(found[layer, 0, 2], expected[0], rtol=1e-3, atol=1e-7)


def test_the_total_is_the_mean_squared_log_ratio_over_layers_and_their_sum() -> None:
    model, x = painter(), pictures(5)
    y = torch.rand((3, 5, 5), generator=seeded(1))
    y = y + y.mT
    ours = layer_losses(model.responses(x))
    gaps = []
    for mine, theirs in [*zip(ours, y, strict=True), (ours.mean(0), y.mean(0))]:
        pairs = [(i, j) for i in range(5) for j in range(i + 1, 5)]
        floor = FLOOR * torch.stack([theirs[pair] for pair in pairs]).median()
        gaps.append(torch.stack([((mine[p] + floor) / (theirs[p] + floor)).log() ** 2 for p in pairs]).mean())
    terms = model.loss(x, y)
    assert list(terms) == ["total", "fine", "middle", "coarse", "sum"]
    torch.testing.assert_close(terms["total"], torch.stack(gaps).mean(), rtol=1e-3, atol=1e-5)


def test_a_painter_that_agrees_has_no_loss() -> None:
    model, x = painter(), pictures(6)
    assert model.loss(x, layer_losses(model.responses(x)))["total"].item() == pytest.approx(0, abs=1e-6)


def test_what_is_no_teachers_judgement_is_refused() -> None:
    for y in (None, torch.zeros(4), torch.zeros(3, 5, 5)):
        with pytest.raises(ValueError, match=r"expected a teacher's losses \(3, 4, 4\), got"):
            painter().loss(pictures(4), y)


def test_calibration_brings_each_layer_to_its_teachers_scale() -> None:
    model, x = painter(), pictures(6)
    y = layer_losses(painter(1).responses(x)) * 7
    model.calibrate(x, y)
    torch.testing.assert_close(layer_losses(model.responses(x)).mean(dim=(1, 2)), y.mean(dim=(1, 2)), rtol=1e-3, atol=0)


def test_half_of_a_lesson_is_paintings_and_the_rest_near_them() -> None:
    x = pictures(16)
    group = varied(x, seeded())
    assert group.shape == x.shape
    assert torch.equal(group[:8], x[:8])
    assert 0 <= group.min() <= group.max() <= 1
    assert 0 < NEAR < 1
    assert torch.equal(group, varied(x, seeded()))


def test_a_lesson_is_bytes_and_the_teachers_losses() -> None:
    teacher = painter(1)
    group, losses = lesson(pictures(20).mul(255).byte(), teacher, 12, 0, torch.device("cpu"))
    assert (group.dtype, group.shape) == (torch.uint8, (12, 3, 16, 16))
    with torch.no_grad():
        torch.testing.assert_close(losses, layer_losses(teacher.responses(group.float() / 255)), rtol=1e-3, atol=1e-6)


def test_a_painter_learns_its_teachers_order() -> None:
    teacher, model = painter(1), painter(2)
    ink = pictures(64).mul(255).byte()
    lessons = [lesson(ink, teacher, RECIPE.batch, seed, torch.device("cpu")) for seed in range(6)]
    held_out = pictures(30, seed=9)
    before = agreement(model, teacher, held_out)["rank_correlation"]
    learn(model, lessons, RECIPE)
    after = agreement(model.eval(), teacher, held_out)
    assert after["rank_correlation"] > max(0.9, before)
    assert all(-1 <= value <= 1 for value in after.values())


def test_agreement_with_oneself_is_whole() -> None:
    assert agreement(painter(), painter(), pictures(6)) == pytest.approx(
        dict.fromkeys(agreement(painter(), painter(), pictures(6)), 1.0)
    )


def test_a_record_is_trained_saved_and_evaluated(tmp_path: Path) -> None:
    write_artworks(tmp_path)
    registry = tmp_path / "checkpoints.yaml"
    registry.write_text(yaml.safe_dump({"tiny-painter": RECORD}), encoding="utf-8")
    record = distil("tiny-painter", root=tmp_path, registry=registry, groups=2)
    assert record.sha256
    assert isinstance(load("tiny-painter", registry).model, StyleFeatures)
    figures = evaluate("tiny-painter", root=tmp_path, split="val", registry=registry)
    assert figures["n"] == 4
    assert -1 <= figures["rank_correlation"] <= 1


def test_the_bundled_painter_is_small_and_what_it_says_it_is() -> None:
    record = load("art-style-features").record
    assert record.bytes and record.bytes < 3 * 2**20
    assert record.results["val"]["rank_correlation"] > 0.9
    assert backbone("painter").layers == StyleFeatures.layers


RECORD = {
    "model": "style_features.StyleFeatures",
    "config": {"filters": list(SMALL)},
    "preprocess": {"size": 16, "channels": 3, "crop": False, "thicken": False, "centre": None, "square": True},
    "file": "tiny-painter.safetensors",
    "recipe": {"data": "artworks", "epochs": 1, "batch": 8, "lr": 0.001},
    "licence": "Apache-2.0",
    "paper": "none",
}


def write_artworks(root: Path) -> None:
    """Twenty pictures of noise in the folders of two styles, and a teacher of random weights."""
    from PIL import Image

    for i, x in enumerate(pictures(20)):
        folder = root / "artworks" / ("realism" if i % 2 else "romanticism")
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(x.permute(1, 2, 0).mul(255).byte().numpy()).save(folder / f"{i:02}.png")
    torch.manual_seed(0)
    (root / LOCAL).parent.mkdir()
    save_file(Vgg19(blocks=3).state_dict(), root / LOCAL)
