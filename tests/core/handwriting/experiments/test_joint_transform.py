"""The paper's joint loss learns a style network and a map, and leaves the general network as it is."""

import pytest
import torch

from core.handwriting.experiments.joint_transform import learn_jointly
from core.handwriting.writer_style import fingerprint
from core.models.infovae import InfoVAE
from tests.core.handwriting.conftest import LATENT


def test_the_joint_transform_learns_both_and_leaves_the_general_network(model: InfoVAE, characters) -> None:
    before = fingerprint(model)
    learned = learn_jointly(model, characters[0], characters[0].flip(0), epochs=2)
    assert fingerprint(model) == before != fingerprint(learned.style)
    assert learned.losses[-1] < learned.losses[0]
    assert not learned.map.offset.any()
    near = learn_jointly(model, characters[0], characters[0], epochs=1, identity=True).map.matrix
    torch.testing.assert_close(near, torch.eye(LATENT), atol=0.05, rtol=0)
    with pytest.raises(ValueError, match="expected two pairs"):
        learn_jointly(model, characters[0], characters[0][:3])
