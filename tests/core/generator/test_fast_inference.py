"""Predictions in half precision equal those in full precision."""

import pytest
import torch

from core.generator.fast_inference import Prediction, has_half_precision, predict, probabilities
from core.generator.session import Setting, each_of, load_session
from core.models.base import SURE
from core.registry.store import get_record

VAE = "mnist-mmd-10"

pytestmark = pytest.mark.skipif(not get_record(VAE).sha256, reason=f"{VAE} is not trained")


@pytest.mark.skipif(not has_half_precision(), reason="this processor does not compute with bfloat16")
@pytest.mark.parametrize("theta", [0.3, 1.0])
def test_half_precision_changes_no_prediction(theta: float) -> None:
    session = load_session(VAE)
    (batch,) = session.stream(each_of(range(10), 40), Setting(VAE, form="one", theta=theta), seed=3)
    for judge in session.judges.values():
        quick = predict(judge, batch.pictures)
        with torch.inference_mode():
            slow = Prediction(*reversed(probabilities(judge, batch.pictures, 256).max(dim=1)))
        assert torch.equal(quick.classes, slow.classes)
        assert torch.equal(quick.probabilities < SURE, slow.probabilities < SURE)
        torch.testing.assert_close(quick.probabilities, slow.probabilities, atol=0.03, rtol=0)
