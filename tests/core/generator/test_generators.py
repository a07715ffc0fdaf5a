"""Generators: the moments their samples promise, the same draws for the same seed, what they refuse, and their file."""

import math

import pytest
import torch
from safetensors.torch import save
from torch import Tensor

from core.generator import (
    ClassStatistics,
    Diagonal,
    Flow,
    FullCovariance,
    Generators,
    LatentGenerator,
    Mixture,
    Rejected,
    generate,
)
from core.generator.flow import whitened
from core.generator.gaussian import correlated
from core.generator.store import read_generators
from core.models.base import Autoencoder, Classifier, Posterior
from core.registry.store import write_asset

CLASSES, LATENT, MANY = 3, 4, 40_000
# Of 40,000 draws the mean of a unit variance has a deviation of 0.005 and its variance one of 0.007: four of them.
MEAN_TOLERANCE, VARIANCE_TOLERANCE = 0.02, 0.03


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def statistics(seed: int = 0) -> ClassStatistics:
    """Means and correlated covariances with variances about 1."""
    factor = torch.eye(LATENT) + 0.5 * torch.randn((CLASSES, LATENT, LATENT), generator=seeded(seed)).tril(-1)
    mean = torch.randn((CLASSES, LATENT), generator=seeded(seed + 1))
    return ClassStatistics(mean, factor @ factor.mT)


def drawn(latents: LatentGenerator, y: int, temperature: float = 1.0, seed: int = 0) -> Tensor:
    return latents.sample(torch.full((MANY,), y), generator=seeded(seed), temperature=temperature)


def assert_moments(z: Tensor, mean: Tensor, covariance: Tensor) -> None:
    """That draws have a mean and a covariance, to within four standard errors of unit variances."""
    scale = covariance.diagonal().max().clamp_min(1e-6).item()
    torch.testing.assert_close(z.mean(dim=0), mean, atol=MEAN_TOLERANCE * math.sqrt(scale), rtol=0)
    torch.testing.assert_close(z.T.cov(correction=0), covariance, atol=VARIANCE_TOLERANCE * scale, rtol=0)


def three_clusters() -> tuple[Tensor, Tensor]:
    """Latents of three classes, each a ring of its own radius around its own place, (3000, 2), and their labels."""
    y = torch.arange(3000) % CLASSES
    angle = 2 * math.pi * torch.rand(3000, generator=seeded())
    radius = 1 + y + 0.1 * torch.randn(3000, generator=seeded(1))
    return 5 * y[:, None] + radius[:, None] * torch.stack([angle.cos(), angle.sin()], dim=1), y


# Statistics


def test_statistics_are_means_and_covariances_of_the_classes() -> None:
    z, y = torch.randn((300, LATENT), generator=seeded()), torch.arange(300) % CLASSES
    found = ClassStatistics.of(z, y, CLASSES)
    for k in range(CLASSES):
        torch.testing.assert_close(found.mean[k], z[y == k].mean(dim=0))
        torch.testing.assert_close(found.covariance[k], z[y == k].T.cov(correction=0))
        torch.testing.assert_close(found.std[k], z[y == k].std(dim=0, correction=0))
    torch.testing.assert_close(found.root @ found.root.mT, found.covariance, atol=1e-4, rtol=1e-4)


def test_statistics_of_posteriors_are_those_of_many_samples() -> None:
    means, y = torch.randn((60, LATENT), generator=seeded()), torch.arange(60) % CLASSES
    log_var = torch.randn((60, LATENT), generator=seeded(1))
    exact = ClassStatistics.of_posterior(Posterior(means, log_var), y, CLASSES)
    many = Posterior(means.repeat(4000, 1), log_var.repeat(4000, 1)).sample(seeded(2))
    sampled = ClassStatistics.of(many, y.repeat(4000), CLASSES)
    torch.testing.assert_close(exact.mean, sampled.mean, atol=0.02, rtol=0)
    torch.testing.assert_close(exact.covariance, sampled.covariance, atol=0.08, rtol=0)


def test_statistics_of_a_missing_class_and_of_odd_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match="expected latents of all 3 classes, got 2"):
        ClassStatistics.of(torch.zeros(4, 2), torch.tensor([0, 0, 1, 1]), 3)
    with pytest.raises(ValueError, match=r"expected means \(K, Z\) and covariances"):
        ClassStatistics(torch.zeros(3, 2), torch.zeros(3, 2))


def test_the_root_of_a_flat_class_exists() -> None:
    flat = ClassStatistics(torch.zeros(1, 3), torch.zeros(1, 3, 3))
    assert flat.root.isfinite().all()
    torch.testing.assert_close(drawn(FullCovariance(flat), 0), torch.zeros(MANY, 3), atol=1e-4, rtol=0)


# Moments


@pytest.mark.parametrize("n", [1, 2, 5])
@pytest.mark.parametrize("shape", ["simple", "medium-1", "medium-2"])
def test_the_diagonal_has_theta_times_the_deviation_over_root_n(shape: str, n: int) -> None:
    theta = torch.rand((CLASSES, LATENT), generator=seeded(3))
    theta = {"simple": theta[0, 0], "medium-1": theta[0], "medium-2": theta}[shape]
    latents = Diagonal(statistics(), theta, n)
    for y in range(CLASSES):
        deviation = theta.expand(CLASSES, LATENT)[y] * latents.statistics.std[y] / math.sqrt(n)
        assert_moments(drawn(latents, y), latents.statistics.mean[y], deviation.square().diag())


def test_the_full_covariance_has_the_covariance_of_the_class() -> None:
    latents = FullCovariance(statistics(), theta=0.8)
    for y in range(CLASSES):
        assert_moments(drawn(latents, y), latents.statistics.mean[y], 0.64 * latents.statistics.covariance[y])


def test_a_mixture_has_the_moments_of_its_components() -> None:
    z, y = three_clusters()
    latents = Mixture.fit(z, y, CLASSES, components=6)
    torch.testing.assert_close(latents.weights.sum(dim=1), torch.ones(CLASSES))
    for k in range(CLASSES):
        weights, means = latents.weights[k], latents.means[k]
        mean = weights @ means
        apart = means - mean
        covariance = torch.einsum("m,mij->ij", weights, latents.roots[k] @ latents.roots[k].mT)
        assert_moments(drawn(latents, k), mean, covariance + torch.einsum("m,mi,mj->ij", weights, apart, apart))
        torch.testing.assert_close(mean, z[y == k].mean(dim=0), atol=1e-3, rtol=0)  # as maximum likelihood has it


def test_a_flow_learns_moments_and_shape_of_the_classes() -> None:
    z, y = three_clusters()
    latents = Flow.fit(Posterior(z, torch.full_like(z, -9.0)), y, CLASSES, epochs=30)
    for k in range(CLASSES):
        sample = drawn(latents, k)
        torch.testing.assert_close(sample.mean(dim=0), z[y == k].mean(dim=0), atol=0.2 * (1 + k), rtol=0)
        torch.testing.assert_close(sample.T.cov(), z[y == k].T.cov(), atol=0.25 * (1 + k) ** 2, rtol=0)
        radius = (sample - 5 * k).norm(dim=1) / (1 + k)
        gaussian = (drawn(FullCovariance(latents.statistics), k) - 5 * k).norm(dim=1) / (1 + k)
        inside = 0.5
        assert (radius < inside).float().mean() < 0.5 * (gaussian < inside).float().mean()  # a ring is hollow


def test_whitening_undoes_correlating() -> None:
    moments, y = statistics(), torch.arange(90) % CLASSES
    noise = torch.randn((90, LATENT), generator=seeded(5))
    torch.testing.assert_close(whitened(correlated(noise, moments, y), moments, y), noise, atol=1e-4, rtol=0)


# Draw for draw


def test_medium_2_with_equal_theta_is_medium_1_is_simple() -> None:
    y = torch.arange(60) % CLASSES
    for n in (1, 3):
        samples = [
            Diagonal(statistics(), theta, n).sample(y, generator=seeded(), temperature=0.7)
            for theta in (0.4, [0.4] * LATENT, torch.full((CLASSES, LATENT), 0.4))
        ]
        assert torch.equal(samples[0], samples[1])
        assert torch.equal(samples[0], samples[2])


def every_generator() -> list[LatentGenerator]:
    z, y = three_clusters()
    moments = ClassStatistics.of(z, y, CLASSES)
    flow = Flow.fit(Posterior(z, torch.full_like(z, -9.0)), y, CLASSES, epochs=1)
    mixture = Mixture.fit(z, y, CLASSES, components=3)
    rejected = Rejected(FullCovariance(moments), Copy(), Doubter())
    return [Diagonal(moments, 0.5, 2), FullCovariance(moments), mixture, flow, rejected]


class Copy(Autoencoder):
    """Latents of two dimensions are pictures of two pixels."""

    latent = 2

    def encode(self, x: Tensor, y: Tensor | None = None) -> Posterior:
        raise NotImplementedError

    def logits(self, z: Tensor, y: Tensor | None = None) -> Tensor:
        return z[:, None, None, :]

    def loss(self, x, y=None, *, generator=None):
        raise NotImplementedError


class Doubter(Classifier):
    """Believes in any class by how bright the first pixel is; counts what it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[int] = []

    def logits(self, x: Tensor) -> Tensor:
        self.asked.append(len(x))
        bright = x.flatten(1)[:, :1].clamp(1e-6, 1)
        return torch.cat([bright.log()] * CLASSES + [(1 - bright).clamp_min(1e-6).log()], dim=1)

    def probabilities(self, x: Tensor) -> Tensor:
        return self.logits(x).exp()

    def loss(self, x, y=None, *, generator=None):
        raise NotImplementedError


@pytest.fixture(scope="module")
def generators() -> list[LatentGenerator]:
    return every_generator()


def test_every_generator_repeats_itself_and_cools_down(generators: list[LatentGenerator]) -> None:
    y = torch.arange(30) % CLASSES
    for latents in generators:
        once, again = (latents.sample(y, generator=seeded(4)) for _ in range(2))
        assert once.shape == (30, 2)
        assert once.isfinite().all()
        assert torch.equal(once, again)
        assert not torch.equal(once, latents.sample(y, generator=seeded(5)))
        cold = latents.sample(y.sort().values, generator=seeded(), temperature=0.0)
        assert len(cold.unique(dim=0)) <= CLASSES * (3 if isinstance(latents, Mixture) else 1)
        assert latents.sample(y[:0], generator=seeded()).shape == (0, 2)


@pytest.mark.parametrize("temperature", [-0.1, math.nan, math.inf])
def test_a_temperature_that_is_none_is_refused(generators: list[LatentGenerator], temperature: float) -> None:
    for latents in generators:
        with pytest.raises(ValueError, match="expected a temperature of 0 or more, got"):
            latents.sample(torch.zeros(2).long(), generator=seeded(), temperature=temperature)


@pytest.mark.parametrize("y", [[3], [-1], [[0, 1]]])
def test_classes_there_are_none_of_are_refused(generators: list[LatentGenerator], y: list) -> None:
    for latents in generators:
        with pytest.raises(ValueError, match="expected classes from 0 to 2 in one row, got"):
            latents.sample(torch.tensor(y), generator=seeded())


@pytest.mark.parametrize("theta", [math.nan, -0.1, math.inf, [0.1, math.nan, 0.2, 0.3]])
def test_theta_that_is_no_factor_is_refused(theta) -> None:
    with pytest.raises(ValueError, match="expected finite θ of 0 or more, got"):
        Diagonal(statistics(), theta)


@pytest.mark.parametrize("shape", [(2,), (CLASSES,), (LATENT, CLASSES), (1, CLASSES, LATENT)])
def test_theta_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="expected θ as one number, 4 of them, or 3 rows of 4, got the shape"):
        Diagonal(statistics(), torch.zeros(shape))


@pytest.mark.parametrize("n", [0, 65])
def test_a_number_of_draws_out_of_bounds_is_refused(n: int) -> None:
    with pytest.raises(ValueError, match=f"expected 1 to 64 draws to average, got {n}"):
        Diagonal(statistics(), 0.5, n)


def test_generated_pictures_are_decoded_samples() -> None:
    moments = ClassStatistics(torch.zeros(CLASSES, 2), torch.eye(2).repeat(CLASSES, 1, 1))
    latents, y = FullCovariance(moments), torch.arange(700) % CLASSES
    x = generate(Copy(), latents, y, generator=seeded(), temperature=0.5)
    assert torch.equal(x, latents.sample(y, generator=seeded(), temperature=0.5).sigmoid()[:, None, None, :])


# Rejection


def test_rejection_draws_again_what_the_guide_doubts_and_no_more() -> None:
    moments = ClassStatistics(torch.zeros(CLASSES, 2), torch.eye(2).repeat(CLASSES, 1, 1))
    guide = Doubter()
    latents = Rejected(FullCovariance(moments), Copy(), guide, threshold=0.5, attempts=20)
    z = latents.sample(torch.zeros(200).long(), generator=seeded())
    assert (z[:, 0] >= 0).all()  # half of all draws are; of 200 one fails twenty times with a chance of 0.0002
    assert guide.asked[0] == 200
    assert guide.asked == sorted(guide.asked, reverse=True)
    assert sum(guide.asked) < 200 * 3


def test_rejection_is_bounded_and_keeps_the_best() -> None:
    moments = ClassStatistics(torch.zeros(CLASSES, 2), torch.eye(2).repeat(CLASSES, 1, 1))
    guide, y = Doubter(), torch.zeros(50).long()
    once = Rejected(FullCovariance(moments), Copy(), guide, threshold=1.0, attempts=1).sample(y, generator=seeded())
    guide.asked.clear()
    five = Rejected(FullCovariance(moments), Copy(), guide, threshold=1.0, attempts=5).sample(y, generator=seeded())
    assert guide.asked == [50] * 5
    assert (five[:, 0] >= once[:, 0]).all()
    assert five[:, 0].mean() > once[:, 0].mean() + 0.5


@pytest.mark.parametrize(("threshold", "attempts"), [(1.1, 3), (-0.1, 3), (math.nan, 3), (0.5, 0), (0.5, 65)])
def test_rejection_without_bounds_is_refused(threshold: float, attempts: int) -> None:
    with pytest.raises(ValueError, match="expected"):
        Rejected(FullCovariance(statistics()), Copy(), Doubter(), threshold, attempts)


# The file


def test_what_is_stored_draws_as_before(generators: list[LatentGenerator], tmp_path) -> None:
    _, _, mixture, flow, _ = generators
    assert isinstance(flow, Flow)
    simple, full = Diagonal(flow.statistics, 0.5, 2), FullCovariance(flow.statistics, 0.8)
    fitted = {"simple": simple, "full": full, "mixture": mixture, "flow": flow}
    before = Generators(flow.statistics, fitted)
    path = tmp_path / "tiny-generators.safetensors"
    write_asset(path, before.tensors(), {"fit": '{"weights": "", "notes": {"full": {"seconds": 1}}, "frontier": []}'})
    after = read_generators(path)
    assert list(after.fitted) == list(fitted)
    assert after.notes == {"full": {"seconds": 1}}
    y = torch.arange(20) % CLASSES
    for name in fitted:
        once, again = (kept[name].sample(y, generator=seeded()) for kept in (before, after))
        torch.testing.assert_close(once, again)


def test_what_was_not_fitted_and_files_that_are_none_are_refused(tmp_path) -> None:
    with pytest.raises(ValueError, match="expected a fitted generator out of full, got 'flow'"):
        Generators(statistics(), {"full": FullCovariance(statistics())})["flow"]
    path = tmp_path / "odd.safetensors"
    path.write_bytes(save({"latents": torch.zeros(2)}))
    with pytest.raises(ValueError, match="expected the generators of a record in"):
        read_generators(path)
