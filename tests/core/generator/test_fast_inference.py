"""Verdicts in half precision are those of full precision, on the digits that they are asked about."""

import pytest
import torch

from core.generator.fast_inference import Verdict, beliefs_of, has_half_precision, verdict
from core.generator.session import Setting, each_of, load_dispenser
from core.models.base import SURE
from core.registry.store import get_record

VAE = "mnist-mmd-10"

pytestmark = pytest.mark.skipif(not get_record(VAE).sha256, reason=f"{VAE} is not trained")


@pytest.mark.skipif(not has_half_precision(), reason="this processor does not compute with bfloat16")
@pytest.mark.parametrize("theta", [0.3, 0.6, 1.0])
def test_half_precision_changes_no_verdict(theta: float) -> None:
    dispenser = load_dispenser(VAE)
    (batch,) = dispenser.stream(each_of(range(10), 40), Setting(VAE, form="one", theta=theta), seed=3)
    for judge in dispenser.judges.values():
        quick = verdict(judge, batch.pictures)
        with torch.inference_mode():
            slow = Verdict(*reversed(beliefs_of(judge, batch.pictures, 256).max(dim=1)))
        assert torch.equal(quick.read, slow.read)
        assert torch.equal(quick.belief < SURE, slow.belief < SURE)
        torch.testing.assert_close(quick.belief, slow.belief, atol=0.03, rtol=0)
