r"""What is known of a hand before it is seen, and what a few characters say of all the others.

How writer w writes class c is $z_{w,c} = \mu_c + d_{w,c}$. The deviations of a writer over the K classes are taken for
one draw of a matrix normal, $D_w \sim \mathcal{MN}(0, \Kappa, \Sigma)$: Κ (K, K) says which characters of a hand
deviate alike, Σ (Z, Z) how latents vary together (Dutilleul, "The MLE algorithm for the matrix normal distribution",
1999). Given the classes s that were seen, the others are expected at

$$\hat z_u = \mu_u + \Kappa_{us} \Kappa_{ss}^{-1} (z_s - \mu_s),$$

a weighted sum of the deviations of what was seen: kriging over characters, the best linear unbiased prediction of
random effects (Robinson, "That BLUP is a Good Thing", 1991). Σ cancels out.
"""

from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Self, final

import numpy as np
import torch
from torch import Tensor

from core.data import load as load_data
from core.handwriting.edge_finetuning import crisp_accent
from core.latent.class_means import class_means
from core.latent.encoding import encode_set
from core.registry.load import load
from core.registry.schema import Record
from core.registry.store import REGISTRY, bundled_folder, get_record, read_tensors, update_record, write_asset

SHRINKAGE = 0.3  # share of Κ that is replaced by one common variance and one common covariance
SHARED = 0.4  # added to every entry of Κ, whose diagonal is near 1: how far the whole hand is trusted to be one
ROUNDS = 10
CRISP = "crisp."


@final
@dataclass(frozen=True)
class HandPrior:
    """Class means of a general hand, and which characters deviate from it alike.

    Attributes:
        means: μ, (K, Z).
        kinship: Κ, (K, K), symmetric and positive.
        known: the hands it was fitted to, (W, K, Z).
        crisp: differences of the decoder's last weights, by name, with which its edges are steeper; see
            `core.handwriting.edge_finetuning`.

    Example:
        >>> kinship = torch.tensor([[1.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 1.0]])
        >>> prior = HandPrior(torch.zeros(3, 1), kinship, torch.zeros(2, 3, 1))
        >>> prior.expect(torch.tensor([[2.0]]), torch.tensor([0])).flatten()
        tensor([2., 1., 0.])
    """

    means: Tensor
    kinship: Tensor
    known: Tensor
    crisp: dict[str, Tensor] = field(default_factory=dict)

    @classmethod
    def fit(cls, z: Tensor, shrinkage: float = SHRINKAGE, shared: float = SHARED) -> Self:
        """Means and kinship of writers who wrote one of each class, by turns of Κ given Σ and Σ given Κ.

        Args:
            z: latents, (W, K, Z).
            shrinkage: in [0, 1]; W·Z numbers tell of K² entries.
            shared: what is added to every entry.

        Raises:
            ValueError: if there are fewer than two writers, or a number that is not finite.
        """
        if z.ndim != 3 or len(z) < 2 or not z.isfinite().all():
            raise ValueError(f"expected finite latents (W, K, Z) of two writers or more, got {tuple(z.shape)}")
        means = z.mean(dim=0)
        return cls(means, kinship(z - means, shrinkage) + shared, z)

    def expect(self, z: Tensor, labels: Tensor) -> Tensor:
        """Every class in the hand of someone of whom some characters are known.

        Args:
            z: latents of the characters seen, (N, Z); several of one class are averaged.
            labels: their classes, (N,).

        Returns:
            (K, Z): the seen classes as they were written, the others as expected.

        Raises:
            ValueError: if nothing was seen, or a class is unknown.
        """
        if not 0 < len(z) == len(labels) or not 0 <= int(labels.min()) <= int(labels.max()) < len(self.means):
            raise ValueError(
                f"expected one character or more, of {len(self.means)} classes, got {len(z)}, of {labels.tolist()[:8]}"
            )
        seen = labels.unique()
        deviations = class_means(z, labels, len(self.means))[seen] - self.means[seen]
        weights = torch.linalg.solve(self.kinship[seen][:, seen], deviations)
        return self.means + self.kinship[:, seen] @ weights

    def tensors(self) -> dict[str, Tensor]:
        """As stored: latents in half precision, and Κ in full, for it is to be inverted."""
        latents = {"means": self.means.half().contiguous(), "known": self.known.half().contiguous()}
        return latents | {"kinship": self.kinship.contiguous()} | {CRISP + key: d for key, d in self.crisp.items()}


def kinship(deviations: Tensor, shrinkage: float) -> Tensor:
    """Κ of a matrix normal, shrunk towards one variance and one covariance for all classes: (W, K, Z) → (K, K)."""
    writers, classes, latent = deviations.shape
    sigma, kappa = torch.eye(latent), torch.eye(classes)
    for _ in range(ROUNDS):
        rows = torch.einsum("wcz,zy,wdy->cd", deviations, torch.linalg.inv(sigma), deviations) / (writers * latent)
        kappa = (1 - shrinkage) * rows + shrinkage * _exchangeable(rows)
        columns = torch.einsum("wcz,cd,wdy->zy", deviations, torch.linalg.inv(kappa), deviations) / (writers * classes)
        columns = columns + 1e-3 * columns.diagonal().mean() * torch.eye(latent)
        sigma = columns / columns.diagonal().mean()
    return kappa


def _exchangeable(matrix: Tensor) -> Tensor:
    """The matrix with the mean of its diagonal on the diagonal and the mean of the rest elsewhere."""
    size, trace = len(matrix), matrix.trace()
    off = (matrix.sum() - trace) / max(1, size * (size - 1))
    return off + (trace / size - off) * torch.eye(size)


def by_writer(values: Tensor, labels: Tensor, writers: Tensor, classes: int) -> Tensor:
    """Rows of writers who wrote one of each class, in the order of their numbers: (N, …) → (W, K, …).

    Writers below zero are unknown and left out.

    Raises:
        ValueError: if a writer has not one of each class.
    """
    known = (writers >= 0).nonzero()[:, 0]
    numbers, position = writers[known].unique(return_inverse=True)
    place = position * classes + labels[known]
    if not torch.equal(place.sort().values, torch.arange(len(numbers) * classes)):
        raise ValueError(
            f"expected one of each of {classes} classes from every known writer, got {len(known)} pictures"
        )
    return values[known[place.argsort()]].unflatten(0, (len(numbers), classes))


def build_hands(name: str, *, root: Path | None = None, registry: Path = REGISTRY) -> Record:
    """Fit a record's prior to the known writers of its training part, and write it beside the weights.

    Raises:
        ValueError: if the record has no place for it, or is no autoencoder.
    """
    record = get_record(name, registry)
    if record.hands is None:
        raise ValueError(f"record {name} has no place for hands: expected one with a `hands` file")
    checkpoint = load(name, registry)
    pictures = load_data(record.recipe.data, "train", root)
    known = pictures.take(np.flatnonzero(pictures.writers >= 0))
    ink, labels = known.tensors(checkpoint.preprocess)
    z = encode_set(checkpoint.autoencoder, ink).mean
    prior = HandPrior.fit(by_writer(z, labels, torch.from_numpy(known.writers), len(pictures.classes)))
    everything, _ = pictures.tensors(checkpoint.preprocess)
    crisp = crisp_accent(checkpoint.autoencoder, everything, encode_set(checkpoint.autoencoder, everything).mean)
    prior = replace(prior, crisp=crisp)
    path = bundled_folder(registry) / record.hands.file
    asset = write_asset(path, prior.tensors(), {"weights": record.sha256 or ""})
    return update_record(name, registry, hands=asset.model_dump())


@lru_cache(maxsize=4)
def load_prior(name: str = "chars62-infovae-32", registry: Path = REGISTRY) -> HandPrior:
    """The prior of a record, verified like its weights; loaded once a process."""
    from core.registry.sources import locate

    record = get_record(name, registry)
    if record.hands is None:
        raise ValueError(f"expected a record with a `hands` file, got {name}")
    tensors, _ = read_tensors(locate(name, record.hands, record.hub, bundled_folder(registry)))
    crisp = {key.removeprefix(CRISP): tensor for key, tensor in tensors.items() if key.startswith(CRISP)}
    rest = {key: tensor.float() for key, tensor in tensors.items() if not key.startswith(CRISP)}
    if rest.keys() != {"means", "kinship", "known"}:
        raise ValueError(f"expected means, kinship and known in {record.hands.file}, got {', '.join(sorted(rest))}")
    return HandPrior(**rest, crisp=crisp)
