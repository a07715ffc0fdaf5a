r"""The prior of writer styles: a Gaussian from which unseen characters are predicted given a few seen ones.

How writer w writes class c is $z_{w,c} = \mu_c + d_{w,c}$. The deviations of a writer over the K classes are taken for
one draw of a matrix normal, $D_w \sim \mathcal{MN}(0, \Kappa, \Sigma)$: Κ (K, K) says which characters of a writer
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
from core.data.dataset import Pictures
from core.handwriting.edge_finetuning import sharp_delta
from core.latent.class_means import class_means
from core.latent.encoding import encode_set
from core.registry.load import Checkpoint, load
from core.registry.schema import Record
from core.registry.sources import locate_derived
from core.registry.store import REGISTRY, place_of, read_tensors, save_derived

SHRINKAGE = 0.3  # share of Κ that is replaced by one common variance and one common covariance
SHARED = 0.4  # added to every entry of Κ, whose diagonal is near 1: how much all characters of a writer deviate alike
ROUNDS = 10
SHARP = "crisp."  # in the names of tensors in files


@final
@dataclass(frozen=True)
class WriterPrior:
    """Class means, the covariance of classes, and the styles of known writers.

    Attributes:
        means: μ, (K, Z).
        class_covariance: Κ, (K, K), symmetric and positive.
        known: the latents of the writers it was fitted to, (W, K, Z).
        sharp: weight delta of the decoder that makes edges steeper, see `core.handwriting.edge_finetuning`.

    Example:
        >>> covariance = torch.tensor([[1.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 1.0]])
        >>> prior = WriterPrior(torch.zeros(3, 1), covariance, torch.zeros(2, 3, 1))
        >>> prior.expect(torch.tensor([[2.0]]), torch.tensor([0])).flatten()
        tensor([2., 1., 0.])
    """

    means: Tensor
    class_covariance: Tensor
    known: Tensor
    sharp: dict[str, Tensor] = field(default_factory=dict)

    @classmethod
    def fit(cls, z: Tensor, shrinkage: float = SHRINKAGE, shared: float = SHARED) -> Self:
        """The prior of writers who wrote one of each class; Κ given Σ and Σ given Κ are estimated in turn.

        Args:
            z: latents, (W, K, Z).
            shrinkage: in [0, 1]; K² entries are estimated from W·Z numbers.
            shared: what is added to every entry.

        Raises:
            ValueError: if there are fewer than two writers, or a number that is not finite.
        """
        if z.ndim != 3 or len(z) < 2 or not z.isfinite().all():
            raise ValueError(f"expected finite latents (W, K, Z) of two writers or more, got {tuple(z.shape)}")
        means = z.mean(dim=0)
        return cls(means, class_covariance(z - means, shrinkage) + shared, z)

    def expect(self, z: Tensor, labels: Tensor) -> Tensor:
        """Latents of every class, given some characters of a writer, (K, Z).

        Args:
            z: latents of the characters seen, (N, Z); several of one class are averaged.
            labels: their classes, (N,).

        Returns:
            (K, Z): the seen classes as they were written, the others at their conditional mean.

        Raises:
            ValueError: if nothing was seen, or a class is unknown.
        """
        if not 0 < len(z) == len(labels) or not 0 <= int(labels.min()) <= int(labels.max()) < len(self.means):
            raise ValueError(
                f"expected one character or more, of {len(self.means)} classes, got {len(z)}, of {labels.tolist()[:8]}"
            )
        seen = labels.unique()
        deviations = class_means(z, labels, len(self.means))[seen] - self.means[seen]
        weights = torch.linalg.solve(self.class_covariance[seen][:, seen], deviations)
        return self.means + self.class_covariance[:, seen] @ weights

    def tensors(self) -> dict[str, Tensor]:
        """Tensors by their names in files: latents in half precision, and Κ in full, for it is to be inverted."""
        latents = {"means": self.means.half().contiguous(), "known": self.known.half().contiguous()}
        return latents | {"kinship": self.class_covariance.contiguous()} | {SHARP + k: d for k, d in self.sharp.items()}


def class_covariance(deviations: Tensor, shrinkage: float) -> Tensor:
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


def known_writers(checkpoint: Checkpoint, pictures: Pictures) -> tuple[Tensor, Tensor]:
    """Ink and latents of the known writers, (W, K, 1, S, S) uint8 and (W, K, Z)."""
    known = pictures.take(np.flatnonzero(pictures.writers >= 0))
    ink, labels = known.tensors(checkpoint.preprocess)
    z = encode_set(checkpoint.autoencoder, ink).mean
    writers, classes = torch.from_numpy(known.writers), len(pictures.classes)
    return by_writer(ink, labels, writers, classes), by_writer(z, labels, writers, classes)


def build_writer_prior(name: str, *, root: Path | None = None, registry: Path = REGISTRY) -> Record:
    """Fit a record's prior to the known writers of its training part, and write it beside the weights.

    Raises:
        ValueError: if the record has no place for it, or is no autoencoder.
    """
    place_of(name, "hands", registry)
    checkpoint = load(name, registry)
    pictures = load_data(checkpoint.record.recipe.data, "train", root)
    ink, _ = pictures.tensors(checkpoint.preprocess)
    sharp = sharp_delta(checkpoint.autoencoder, ink, encode_set(checkpoint.autoencoder, ink).mean)
    prior = replace(WriterPrior.fit(known_writers(checkpoint, pictures)[1]), sharp=sharp)
    return save_derived(name, "hands", prior.tensors(), {"weights": checkpoint.record.sha256 or ""}, registry)


@lru_cache(maxsize=4)
def load_prior(name: str = "chars62-infovae-32", registry: Path = REGISTRY) -> WriterPrior:
    """The prior of a record, verified like its weights; loaded once a process."""
    path = locate_derived(name, "hands", registry)
    tensors, _ = read_tensors(path)
    sharp = {key.removeprefix(SHARP): tensor for key, tensor in tensors.items() if key.startswith(SHARP)}
    rest = {key: tensor.float() for key, tensor in tensors.items() if not key.startswith(SHARP)}
    if rest.keys() != {"means", "kinship", "known"}:
        raise ValueError(f"expected means, kinship and known in {path}, got {', '.join(sorted(rest))}")
    return WriterPrior(rest["means"], rest["kinship"], rest["known"], sharp)
