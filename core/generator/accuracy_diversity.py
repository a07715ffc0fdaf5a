"""The accuracy-diversity frontier of the Simple generator (figure 1 of the paper), and the choice of its θ and n."""

from collections.abc import Mapping, Sequence

import torch
from tqdm import tqdm

from core.generator.base import ClassStatistics, generate
from core.generator.gaussian import Diagonal
from core.metrics import accuracy, within_class_cosine
from core.models.base import Autoencoder, Classifier
from core.registry.schema import Record

THETAS = tuple(step / 10 for step in range(11))
DRAWS = (1, 2, 3, 5)


def frontier(
    statistics: ClassStatistics,
    model: Autoencoder,
    judges: Mapping[str, Classifier],
    *,
    members: int = 200,
    seed: int = 0,
    thetas: Sequence[float] = THETAS,
    draws: Sequence[int] = DRAWS,
) -> list[dict[str, float]]:
    """Diversity and accuracy at every point of the paper's grid of θ and n.

    Args:
        statistics: of the classes in the model's latent space.
        model: decodes.
        judges: classifiers, by the key of their accuracy in the rows.
        members: digits of each class at each grid point.
        seed: of the noise, the same at every point.
        thetas, draws: the grid.

    Returns:
        A row for each pair: `theta`, `n`, `cosine` (eq. 5), and the accuracy by each judge.
    """
    y = torch.arange(statistics.classes).repeat_interleave(members)
    rows = []
    for n in draws:
        for theta in tqdm(thetas, desc=f"θ, n = {n}", leave=False):
            latents = Diagonal(statistics, theta, n)
            x = generate(model, latents, y, generator=torch.Generator().manual_seed(seed))
            read = {name: accuracy(judge.predict(x), y) for name, judge in judges.items()}
            rows.append({"theta": theta, "n": n, "cosine": within_class_cosine(x, y)} | read)
    return rows


def best_row(rows: Sequence[Mapping[str, float]], judge: str, floor: float | None = None) -> Mapping[str, float]:
    """Row of least cosine + 1 − accuracy (eq. 4), or of least cosine whose accuracy reaches a floor.

    The first of equal rows; the most accurate row if none reaches the floor.

    Example:
        >>> rows = [{"cosine": 1.0, "judge": 1.0}, {"cosine": 0.8, "judge": 0.9}, {"cosine": 0.6, "judge": 0.8}]
        >>> best_row(rows, "judge")["cosine"], best_row(rows, "judge", floor=0.9)["cosine"]
        (0.6, 0.8)
    """
    if floor is None:
        return min(rows, key=lambda row: row["cosine"] + 1 - row[judge])
    return min(rows, key=lambda row: (max(floor - row[judge], 0), row["cosine"]))


def real_point(record: Record, split: str = "val") -> dict[str, float]:
    """Mean cosine and accuracy of the real digits of a split, from the record; empty if no generator was measured.

    Example:
        >>> from core.registry.store import get_record
        >>> real_point(get_record("mnist-classifier"))
        {}
    """
    for figures in record.generated.get(split, {}).values():
        return {"cosine": figures["real"]["mean_cosine"], "judge_accuracy": figures["real"]["judge_accuracy"]}
    return {}
