"""Marks of few-shot writer styles on the real data."""

import pytest

from core.handwriting.experiments import few_shot as trials


@pytest.mark.data
def test_known_writers_are_told_apart_better_when_their_hand_is_expected(real_root) -> None:
    """The marks of the issue with twenty characters: class accuracy ≥ 0.90, and twice the unadapted identification."""
    of = trials.gather("val", real_root)

    def mean(method: trials.Method, figure: str) -> float:
        found = [trials.judged_transfer(of, method, quarter, 20)[figure] for quarter in range(trials.QUARTERS)]
        return sum(found) / len(found)

    ours = trials.expected(1.0)
    assert mean(ours, "class_accuracy") >= 0.9
    assert mean(ours, "writer_identification") >= 2 * mean(trials.unadapted, "writer_identification")
    assert mean(ours, "mse") < mean(trials.unadapted, "mse")
