"""One list of properties over every model in `core/models`: a new file is found, and tested, without another line."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import load, save
from torch import Tensor

import core.models
from core.losses import bernoulli_nll, gaussian_kl, mmd
from core.models.base import Autoencoder, Classifier, Model, Posterior, standard_normal
from core.models.classifier import CharacterClassifier
from core.nn import ENCODERS

CLASSES = 62
BATCH = 6


def classes_of(module_name: str) -> list[type[Model]]:
    """The models that a file of `core/models` defines itself."""
    module = importlib.import_module(f"core.models.{module_name}")
    found = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Model)]
    return [model for model in found if model.__module__ == module.__name__]


FILES = [module.name for module in pkgutil.iter_modules(core.models.__path__) if module.name != "base"]
MODELS = [model for file in FILES for model in classes_of(file)]


CHOICES = {"width": [4], "architecture": [*ENCODERS], "members": [1, 3]}


def variants() -> list[Any]:
    """Every model, small, with every choice of those arguments that change its structure."""
    found = []
    for model in MODELS:
        names = [name for name in CHOICES if name in inspect.signature(model).parameters]
        for values in product(*(CHOICES[name] for name in names)):
            label = "-".join([model.__name__, *(str(value) for value in values[1:])])
            found.append(pytest.param(model, dict(zip(names, values, strict=True)), id=label))
    return found


every_variant = pytest.mark.parametrize(("model_class", "config"), variants())
every_autoencoder = pytest.mark.parametrize(
    ("model_class", "config"), [variant for variant in variants() if issubclass(variant.values[0], Autoencoder)]
)


def build(model_class: type[Model], config: dict[str, Any]) -> Model:
    torch.manual_seed(0)
    return model_class(**config)


def batch(size: int = BATCH) -> tuple[Tensor, Tensor]:
    g = torch.Generator().manual_seed(1)
    return torch.rand(size, 1, 28, 28, generator=g), torch.randint(0, CLASSES, (size,), generator=g)


def seeded(seed: int = 2) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def answer(model: Model, x: Tensor, y: Tensor) -> dict[str, Tensor]:
    """What a model says of pictures, by name."""
    if isinstance(model, Autoencoder):
        posterior = model.encode(x, y)
        return posterior._asdict() | {"decoded": model.decode(posterior.mean, y)}
    assert isinstance(model, Classifier)
    return {"logits": model.logits(x), "probabilities": model.probabilities(x)}


# What a file of core/models holds


@pytest.mark.parametrize("file", FILES)
def test_a_file_has_one_final_model_and_nothing_half_abstract(file: str) -> None:
    models = classes_of(file)
    final = [model for model in models if getattr(model, "__final__", False)]
    assert len(final) == 1, f"expected one class marked @final in core/models/{file}.py, got {final}"
    assert all(inspect.isabstract(model) for model in models if model not in final)
    assert issubclass(final[0], (Autoencoder, Classifier))
    assert final[0].__doc__


# The contract


@every_variant
def test_shapes_and_ranges(model_class: type[Model], config: dict[str, Any]) -> None:
    model, (x, y) = build(model_class, config).eval(), batch()
    said = answer(model, x, y)
    assert all(tensor.isfinite().all() and tensor.dtype == torch.float32 for tensor in said.values())
    if isinstance(model, Autoencoder):
        assert said["mean"].shape == said["log_var"].shape == (BATCH, model.latent)
        assert said["decoded"].shape == x.shape
        assert 0 <= said["decoded"].min() <= said["decoded"].max() <= 1
        torch.testing.assert_close(said["decoded"], model.logits(said["mean"], y).sigmoid())
    else:
        assert said["logits"].shape == (BATCH, CLASSES)
        torch.testing.assert_close(said["probabilities"].sum(dim=1), torch.ones(BATCH))


@every_variant
@pytest.mark.parametrize("training", [True, False])
def test_the_loss_is_finite_scalars_with_a_total(model_class, config: dict[str, Any], training: bool) -> None:
    model = build(model_class, config).train(training)
    terms = model.loss(*batch(), generator=seeded())
    assert "total" in terms
    assert all(term.shape == () and term.isfinite() for term in terms.values())


def vae_total(model: Any, x: Tensor, y: Tensor) -> Tensor:
    posterior = model.encode(x)
    z = posterior.sample(seeded())
    return bernoulli_nll(model.logits(z), x) + model.beta * gaussian_kl(*posterior)


def infovae_total(model: Any, x: Tensor, y: Tensor) -> Tensor:
    generator, posterior = seeded(), model.encode(x)
    z = posterior.sample(generator)
    divergence = mmd(z, standard_normal(z, generator))
    kl = gaussian_kl(*posterior)
    return bernoulli_nll(model.logits(z), x) + (1 - model.alpha) * kl + (model.alpha + model.scale - 1) * divergence


def classifier_total(model: Any, x: Tensor, y: Tensor) -> Tensor:
    target = F.one_hot(y, CLASSES) * (1 - model.smoothing) + model.smoothing / CLASSES
    each = [-(target * member(x).log_softmax(dim=1)).sum(dim=1).mean() for member in model.members]
    return torch.stack(each).mean()


TOTALS: dict[str, Callable[[Any, Tensor, Tensor], Tensor]] = {
    "VAE": vae_total,
    "InfoVAE": infovae_total,
    "CharacterClassifier": classifier_total,
}


@every_variant
def test_the_total_is_the_sum_that_the_model_states(model_class: type[Model], config: dict[str, Any]) -> None:
    assert model_class.__name__ in TOTALS, f"write down the total of {model_class.__name__} in TOTALS"
    model, (x, y) = build(model_class, config).eval(), batch()
    total = model.loss(x, y, generator=seeded())["total"]
    torch.testing.assert_close(total, TOTALS[model_class.__name__](model, x, y))


@pytest.mark.parametrize(
    ("model", "weights"),
    [
        ("vae.VAE", {"beta": 0.0}),
        ("vae.VAE", {"beta": 4.0}),
        ("infovae.InfoVAE", {"alpha": 0.0, "scale": 1.0}),
        ("infovae.InfoVAE", {"alpha": 1.0, "scale": 10.0}),
    ],
)
def test_the_weights_of_the_terms_are_those_given(model: str, weights: dict[str, float]) -> None:
    file, name = model.split(".")
    built: Any = build(getattr(importlib.import_module(f"core.models.{file}"), name), {"width": 4} | weights).eval()
    terms = built.loss(*batch(), generator=seeded())
    kl = weights.get("beta", 1 - weights.get("alpha", 0))
    expected = terms["reconstruction"] + kl * terms["kl"]
    if "mmd" in terms:
        expected = expected + (weights["alpha"] + weights["scale"] - 1) * terms["mmd"]
    torch.testing.assert_close(terms["total"], expected)


@every_variant
def test_gradients_reach_every_parameter(model_class: type[Model], config: dict[str, Any]) -> None:
    model = build(model_class, config).train()
    model.loss(*batch(), generator=seeded())["total"].backward()
    idle = [name for name, p in model.named_parameters() if p.grad is None or not p.grad.any()]
    assert idle == []
    assert all(p.grad.isfinite().all() for p in model.parameters() if p.grad is not None)


@every_variant
def test_chance_enters_only_through_the_generator(model_class: type[Model], config: dict[str, Any]) -> None:
    model, (x, y) = build(model_class, config).eval(), batch()
    state = torch.get_rng_state()
    once = model.loss(x, y, generator=seeded(3))
    again = model.loss(x, y, generator=seeded(3))
    for key in once:
        torch.testing.assert_close(once[key], again[key], atol=0, rtol=0)
    assert torch.equal(torch.get_rng_state(), state)
    if isinstance(model, Autoencoder):
        assert model.loss(x, y, generator=seeded(4))["total"] != once["total"]


@every_variant
def test_forward_is_the_loss(model_class: type[Model], config: dict[str, Any]) -> None:
    model, (x, y) = build(model_class, config).eval(), batch()
    torch.testing.assert_close(model(x, y, generator=seeded()), model.loss(x, y, generator=seeded()))


@every_variant
def test_a_picture_is_judged_alone_as_in_company(model_class: type[Model], config: dict[str, Any]) -> None:
    model, (x, y) = build(model_class, config).eval(), batch()
    for key, together in answer(model, x, y).items():
        alone = torch.cat([answer(model, x[i : i + 1], y[i : i + 1])[key] for i in range(BATCH)])
        torch.testing.assert_close(alone, together, atol=1e-5, rtol=1e-4)


@every_variant
def test_weights_survive_being_saved(model_class: type[Model], config: dict[str, Any]) -> None:
    model, (x, y) = build(model_class, config), batch()
    model.train().loss(x, y, generator=seeded())  # so that running averages are not those of a fresh model
    torch.manual_seed(1)
    other = model_class(**config)
    other.load_state_dict(load(save(model.state_dict())))
    torch.testing.assert_close(answer(other.eval(), x, y), answer(model.eval(), x, y), atol=0, rtol=0)


@every_autoencoder
@pytest.mark.parametrize("latent", [2, 16, 64])
def test_every_size_of_latent_space(model_class: type[Autoencoder], config: dict[str, Any], latent: int) -> None:
    model, (x, y) = model_class(**config, latent=latent).eval(), batch(2)
    assert model.encode(x, y).mean.shape == (2, latent)
    assert model.loss(x, y, generator=seeded())["total"].isfinite()


@every_variant
@pytest.mark.parametrize("shape", [(1, 32), (3, 28)])
def test_other_sizes_and_colours(model_class: type[Model], config: dict[str, Any], shape: tuple[int, int]) -> None:
    channels, size = shape
    arguments = inspect.signature(model_class).parameters
    fitting = {key: value for key, value in {"channels": channels, "size": size}.items() if key in arguments}
    x, y = torch.rand(2, channels, size, size), torch.tensor([0, 1])
    said = answer(build(model_class, config | fitting).eval(), x, y)
    assert all(tensor.isfinite().all() for tensor in said.values())
    assert said.get("decoded", x).shape == x.shape


# The pieces


def test_a_posterior_is_sampled_with_its_mean_and_deviation() -> None:
    posterior = Posterior(torch.full((20_000, 2), 3.0), torch.tensor([0.0, -2.0]).repeat(20_000, 1))
    z = posterior.sample(seeded())
    torch.testing.assert_close(z.mean(dim=0), torch.tensor([3.0, 3.0]), atol=0.03, rtol=0)
    torch.testing.assert_close(z.std(dim=0), torch.exp(torch.tensor([0.0, -1.0])), atol=0.02, rtol=0)
    torch.testing.assert_close(z, posterior.sample(seeded()))


def test_an_ensemble_says_the_mean_of_its_members_probabilities() -> None:
    model, (x, _) = CharacterClassifier(width=4, members=3).eval(), batch()
    each = torch.stack([member(x).softmax(dim=1) for member in model.members])
    torch.testing.assert_close(model.probabilities(x), each.mean(dim=0))
    assert not torch.allclose(each[0], each[1], atol=1e-4)


def test_a_classifier_needs_labels() -> None:
    with pytest.raises(ValueError, match="needs labels"):
        CharacterClassifier(width=4).loss(batch()[0])
