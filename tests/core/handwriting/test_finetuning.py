"""Fine-tuning: what may change, when it stops, and how it is cancelled."""

import pytest
import torch

from core.handwriting.finetuning import PARTS, Cancel, LowRank, fine_tune, weight_delta, with_delta
from core.handwriting.writer_style import fingerprint
from core.models.infovae import InfoVAE


@pytest.mark.parametrize("part", PARTS)
def test_only_the_part_that_may_change_does(model: InfoVAE, characters, part: str) -> None:
    before = fingerprint(model)
    tuned = fine_tune(model, characters[0], part=part, epochs=1, rate=1e-3)
    assert fingerprint(model) == before
    assert tuned.model.state_dict().keys() == model.state_dict().keys()
    changed = {name.partition(".")[0] for name in weight_delta(model, tuned.model)}
    assert changed <= {"both": {"encoder", "decoder"}, "adapters": {"encoder", "decoder"}}.get(part, {part})
    again = fine_tune(model, characters[0], part=part, epochs=1, rate=1e-3)
    assert tuned.losses == again.losses and len(tuned.losses) == 2


def test_fine_tuning_lowers_the_loss_and_keeps_the_best_epoch(model: InfoVAE, characters) -> None:
    shares: list[tuple[float, str]] = []
    tuned = fine_tune(model, characters[0], epochs=5, rate=1e-3, progress=lambda *now: shares.append(now))
    assert min(tuned.losses) < tuned.losses[0]
    assert len(shares) == len(tuned.losses) - 1  # ten characters are one step an epoch
    assert shares[0] == (0.2, "epoch 1 of 5") and shares == sorted(shares)
    assert tuned.losses[tuned.best] == min(tuned.losses)


def test_what_gets_worse_is_stopped_and_undone(model: InfoVAE, characters) -> None:
    tuned = fine_tune(model, characters[0], epochs=10, rate=3.0)  # far too fast: every epoch is worse than none
    assert tuned.best == 0 and len(tuned.losses) == 3
    assert fingerprint(tuned.model) == fingerprint(model)


def test_cancelling_stops_before_the_next_step(model: InfoVAE, characters) -> None:
    asked: list[bool] = []

    def cancelled() -> bool:
        asked.append(True)
        return len(asked) > 2

    with pytest.raises(Cancel):
        fine_tune(model, characters[0], epochs=10, cancelled=cancelled)
    assert len(asked) == 3


def test_an_adapter_adds_a_matrix_of_its_rank() -> None:
    adapter, weight = LowRank(torch.zeros(6, 2, 3, 3), rank=2), torch.randn(6, 2, 3, 3)
    torch.nn.init.normal_(adapter.b)
    added = (adapter(weight) - weight).flatten(1)
    assert torch.linalg.matrix_rank(added, atol=1e-4) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"part": "head"}, "expected a part out of both"),
        ({"epochs": 0}, "expected 1 to 10 epochs, got 0"),
        ({"epochs": 11}, "expected 1 to 10 epochs, got 11"),
    ],
)
def test_fine_tuning_refuses_what_it_cannot_do(model: InfoVAE, characters, options, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fine_tune(model, characters[0], **options)
    with pytest.raises(ValueError, match="3 or more"):
        fine_tune(model, characters[0][:2])


def test_a_delta_is_what_differs(model: InfoVAE, characters) -> None:
    tuned = fine_tune(model, characters[0], part="decoder", epochs=2, rate=1e-3).model
    again = with_delta(model, weight_delta(model, tuned))
    for name, tensor in tuned.state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], tensor, atol=1e-4, rtol=1e-3)
