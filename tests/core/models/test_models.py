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
from core.metrics import linear_leakage
from core.models.aae import AAE
from core.models.autoencoder import AE
from core.models.base import Autoencoder, Backbone, Classifier, Model, Posterior, standard_normal
from core.models.classifier import CharacterClassifier
from core.models.cvae import CVAE
from core.models.gaussian_vae import GaussianVAE
from core.models.style_cvae import CONVINCED, ClassMoments, StyleCVAE
from core.nn.blocks import ENCODERS
from core.nn.losses import bernoulli_nll, class_kid, gaussian_kl, mmd
from core.nn.shape_measures import shape_style

CLASSES = 5
BATCH = 8  # so that two pictures or more are of one class


def classes_of(module_name: str) -> list[type[Model]]:
    """The models that a file of `core/models` defines itself."""
    module = importlib.import_module(f"core.models.{module_name}")
    found = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, Model)]
    return [model for model in found if model.__module__ == module.__name__]


FILES = [module.name for module in pkgutil.iter_modules(core.models.__path__) if module.name != "base"]
MODELS = [model for file in FILES for model in classes_of(file) if not inspect.isabstract(model)]


CHOICES = {
    "classes": [CLASSES],
    "width": [4],
    "condition": ["x", "xy"],
    "members": [1, 3],
}
OWN_CHOICES = {  # every pair of blocks once, in the plainest model that is made of them
    "VAE": {"architecture": [*ENCODERS]},
    "CVAE": {"architecture": ["dense", "convolutional"]},
}


def variants() -> list[Any]:
    """Every model, small, with every choice of those arguments that change its structure."""
    found = []
    for model in (model for model in MODELS if not issubclass(model, Backbone)):  # tested in test_distil.py
        choices = CHOICES | OWN_CHOICES.get(model.__name__, {})
        names = [name for name in choices if name in inspect.signature(model).parameters]
        for values in product(*(choices[name] for name in names)):
            config = dict(zip(names, values, strict=True))
            label = "-".join([model.__name__, *(str(config[name]) for name in names if len(choices[name]) > 1)])
            found.append(pytest.param(model, config, id=label))
    return found


every_variant = pytest.mark.parametrize(("model_class", "config"), variants())
every_autoencoder = pytest.mark.parametrize(
    ("model_class", "config"), [variant for variant in variants() if issubclass(variant.values[0], Autoencoder)]
)


def build(model_class: type[Model], config: dict[str, Any]) -> Model:
    torch.manual_seed(0)
    return model_class(**config)


def lived_in(model_class: type[Model], config: dict[str, Any]) -> Model:
    """A model in evaluation mode whose running averages are not those of a fresh one."""
    model = build(model_class, config).train()
    for seed in range(2):
        model.loss(*batch(32), generator=seeded(seed))
    return model.eval()


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
    assert issubclass(final[0], (Autoencoder, Classifier, Backbone))


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
        assert model.classes == config.get("classes", 0)
        torch.testing.assert_close(said["decoded"], model.logits(said["mean"], y).sigmoid())
    else:
        assert said["logits"].shape == (BATCH, CLASSES)
        torch.testing.assert_close(said["probabilities"].sum(dim=1), torch.ones(BATCH))
        assert torch.equal(model.predict(x, batch=3), said["logits"].argmax(dim=1))


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


def conv_classifier_total(model: Any, x: Tensor, y: Tensor) -> Tensor:
    return -model.logits(x).log_softmax(dim=1)[torch.arange(len(y)), y].mean()


def classifier_total(model: Any, x: Tensor, y: Tensor) -> Tensor:
    target = F.one_hot(y, CLASSES) * (1 - model.smoothing) + model.smoothing / CLASSES
    each = [-(target * member(x).log_softmax(dim=1)).sum(dim=1).mean() for member in model.members]
    return torch.stack(each).mean()


def cvae_total(model: Any, x: Tensor, y: Tensor) -> Tensor:
    posterior = model.encode(x, y)
    read = model.class_logits(x).log_softmax(dim=1)[torch.arange(len(y)), y]
    return bernoulli_nll(model.logits(posterior.sample(seeded()), y), x) + gaussian_kl(*posterior) - read.mean()


def style_cvae_total(model: Any, x: Tensor, y: Tensor) -> Tensor:
    generator, posterior = seeded(), model.encode(x, y)
    z = posterior.sample(generator)
    prior = standard_normal(z, generator)
    half, w = slice(len(z) // 2), model.weights
    others = (y[half] + torch.randint(1, CLASSES, y[half].shape, generator=generator)) % CLASSES
    analogies, samples = model.decode(z[half], others), model.decode(prior, y)
    shared = [k for k in range(CLASSES) if (y == k).sum() > 1]
    leakage = torch.stack([mmd(z[y == k], prior) for k in shared]).mean()
    diversity = torch.stack([class_kid(samples[y == k], x[y == k], y[y == k]) for k in shared]).mean()
    again = 0.5 * (model.encode(analogies, others).mean - z[half]).square().sum(dim=1).mean()
    gap = (usual_style(model, analogies, others) - usual_style(model, x[half], y[half])).square().sum(dim=1).mean()
    kept = bernoulli_nll(model.logits(z, y), x) + w["kl"] * gaussian_kl(*posterior)
    apart = w["leakage"] * leakage + w["diversity"] * diversity
    return kept + apart + w["cycle"] * again + w["style"] * gap


def usual_style(model: Any, pictures: Tensor, labels: Tensor) -> Tensor:
    """Style in deviations from the class's running mean, at most four, picture by picture: (B, 4)."""
    rows = []
    for style, label in zip(shape_style(pictures), labels, strict=True):
        variance = model.usual.square[label] - model.usual.mean[label] ** 2
        rows.append((style - model.usual.mean[label]) / variance.clamp(min=1e-4) ** 0.5)
    return torch.stack(rows).clamp(-4, 4)


def squared_error(model: Any, z: Tensor, x: Tensor) -> Tensor:
    return (model.pixels(z) - x).square().sum(dim=(1, 2, 3)).mean()


def ae_total(model: Any, x: Tensor, y: Tensor) -> Tensor:
    return squared_error(model, model.encode(x).mean, x)


def gaussian_vae_total(model: Any, x: Tensor, y: Tensor) -> Tensor:
    posterior = model.encode(x)
    return squared_error(model, posterior.sample(seeded()), x) + model.beta * gaussian_kl(*posterior)


def tvae_total(model: Any, x: Tensor, y: Tensor) -> Tensor:
    z = F.normalize(model.encode(x).mean, dim=1)
    apart = (z[:, None] - z).norm(dim=2)
    losses = []
    for a, p, n in product(range(len(y)), repeat=3):
        gap = apart[a, n] - apart[a, p]
        if a != p and y[a] == y[p] != y[n] and 0 < gap <= model.margin:
            losses.append(model.margin - gap)
    triplets = torch.stack([loss for loss in losses if loss > 0]).mean() if losses else 0.0
    return gaussian_vae_total(model, x, y) + model.triplet * triplets


def aae_total(model: Any, x: Tensor, y: Tensor) -> Tensor:
    z = model.encode(x).mean
    prior, found = (model.discriminator(of)[:, 0] for of in (standard_normal(z, seeded()), z))
    told_apart = torch.cat([F.softplus(-prior), F.softplus(found)]).mean()
    return squared_error(model, z, x) + told_apart


TOTALS: dict[str, Callable[[Any, Tensor, Tensor], Tensor]] = {
    "VAE": vae_total,
    "InfoVAE": infovae_total,
    "AE": ae_total,
    "GaussianVAE": gaussian_vae_total,
    "TVAE": tvae_total,
    "AAE": aae_total,
    "CVAE": cvae_total,
    "StyleCVAE": style_cvae_total,
    "CharacterClassifier": classifier_total,
    "ConvClassifier": conv_classifier_total,
}


@every_variant
def test_the_total_is_the_sum_that_the_model_states(model_class: type[Model], config: dict[str, Any]) -> None:
    assert model_class.__name__ in TOTALS, f"write down the total of {model_class.__name__} in TOTALS"
    model, (x, y) = lived_in(model_class, config), batch()
    total = model.loss(x, y, generator=seeded())["total"]
    torch.testing.assert_close(total, TOTALS[model_class.__name__](model, x, y))


@pytest.mark.parametrize(
    ("model", "weights"),
    [
        ("vae.VAE", {"beta": 0.0}),
        ("vae.VAE", {"beta": 4.0}),
        ("infovae.InfoVAE", {"alpha": 0.0, "scale": 1.0}),
        ("infovae.InfoVAE", {"alpha": 1.0, "scale": 10.0}),
        ("style_cvae.StyleCVAE", {"beta": 0.0, "leakage": 0.0, "diversity": 0.0, "cycle": 0.0, "style": 0.0}),
        ("style_cvae.StyleCVAE", {"beta": 4.0, "leakage": 7.0, "diversity": 5.0, "cycle": 3.0, "style": 2.0}),
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
    for key in ("leakage", "diversity", "cycle", "style") if "style" in terms else ():
        expected = expected + weights[key] * terms[key]
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
    assert all(term.shape == () and term.isfinite() for term in once.values())
    torch.testing.assert_close(once, again, atol=0, rtol=0)
    assert torch.equal(torch.get_rng_state(), state)
    if isinstance(model, Autoencoder) and not isinstance(model, AE):
        assert model.loss(x, y, generator=seeded(4))["total"] != once["total"]


def test_forward_is_the_loss() -> None:
    model, (x, y) = build(CVAE, {"classes": CLASSES}).eval(), batch()
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


@every_variant
def test_other_sizes_colours_and_latents(model_class: type[Model], config: dict[str, Any]) -> None:
    arguments = inspect.signature(model_class).parameters
    other = {key: value for key, value in {"channels": 3, "size": 32, "latent": 3}.items() if key in arguments}
    side = 32 if "size" in arguments or "latent" not in arguments else 28
    x, y = torch.rand(2, 3, side, side), torch.tensor([0, 1])
    model = build(model_class, config | other).eval()
    found = answer(model, x, y)
    assert all(tensor.isfinite().all() for tensor in found.values())
    shapes = {"mean": (2, 3), "log_var": (2, 3), "decoded": x.shape} if "mean" in found else {"logits": (2, CLASSES)}
    assert {name: tuple(found[name].shape) for name in shapes} == {name: tuple(shape) for name, shape in shapes.items()}
    assert model.loss(x, y, generator=seeded())["total"].isfinite()


# Conditional models


every_conditional = pytest.mark.parametrize(
    ("model_class", "config"),
    [
        variant
        for variant in variants()
        if "classes" in variant.values[1] and issubclass(variant.values[0], Autoencoder)
    ],
)


@every_autoencoder
def test_one_latent_is_drawn_as_every_class(model_class: type[Autoencoder], config: dict[str, Any]) -> None:
    model = lived_in(model_class, config)
    z = torch.randn(1, model.latent, generator=seeded())
    drawn = torch.cat([model.decode(z, torch.tensor([label])) for label in range(CLASSES)])
    apart = torch.pdist(drawn.flatten(1))
    assert apart.min() > 1e-3 if model.classes else apart.max() == 0


@every_conditional
def test_a_conditional_model_draws_nothing_without_a_class(
    model_class: type[Autoencoder], config: dict[str, Any]
) -> None:
    model, (x, _) = build(model_class, config).eval(), batch()
    with pytest.raises(ValueError, match=r"expected labels \(B,\).* for \w+, got none"):
        model.decode(torch.zeros(1, model.latent))
    with pytest.raises(ValueError, match="expected labels"):
        model.loss(x)


def test_style_without_a_class_is_unknown() -> None:
    with pytest.raises(ValueError, match="expected labels"):
        StyleCVAE(latent=2, width=4).encode(batch()[0])


@pytest.mark.parametrize("architecture", ["dense", "convolutional"])
def test_a_cvae_reads_the_class_that_it_is_not_told(architecture: str) -> None:
    model, x = lived_in(CVAE, {"classes": CLASSES, "architecture": architecture}), batch()[0]
    assert isinstance(model, CVAE)
    read = model.class_logits(x).argmax(dim=1)
    torch.testing.assert_close(model.encode(x), model.encode(x, read))
    assert not torch.allclose(model.encode(x).mean, model.encode(x, (read + 1) % CLASSES).mean, atol=1e-4)


@pytest.mark.parametrize("architecture", ["dense", "convolutional"])
def test_a_cvae_of_x_alone_does_not_look_at_labels(architecture: str) -> None:
    model, (x, y) = build(CVAE, {"classes": CLASSES, "condition": "x", "architecture": architecture}).eval(), batch()
    assert isinstance(model, CVAE)
    torch.testing.assert_close(model.encode(x), model.encode(x, y), atol=0, rtol=0)


def test_a_cvae_is_conditioned_on_x_or_on_both() -> None:
    with pytest.raises(ValueError, match="expected an encoder conditioned on x or xy, got 'y'"):
        CVAE(condition="y")


def test_sharpness_is_a_factor_of_the_logits_in_decoding_alone() -> None:
    plain, sharp = (build(StyleCVAE, {"width": 4, "sharpness": sharpness}).eval() for sharpness in (1.0, 2.5))
    assert isinstance(plain, StyleCVAE) and isinstance(sharp, StyleCVAE)
    z, y = torch.randn(4, plain.latent, generator=seeded()), torch.arange(4)
    torch.testing.assert_close(sharp.logits(z, y), plain.logits(z, y))
    torch.testing.assert_close(sharp.decode(z, y), (2.5 * plain.logits(z, y)).sigmoid())


# Autoencoders of paintings


def test_an_untrained_painter_of_the_cosine_transform_draws_what_is_smooth() -> None:
    place = torch.linspace(0, 1, 64)
    x = torch.stack([place.expand(64, 64), place.expand(64, 64).T, place.expand(64, 64).flip(1)])[None]
    torch.manual_seed(0)
    model = AE(latent=128, channels=3, size=64).eval()
    assert (model.decode(model.encode(x).mean) - x).square().mean() < 0.01  # an even grey has 0.08


def test_a_certain_posterior_is_drawn_as_its_mean() -> None:
    posterior = build(AE, {}).encode(batch()[0])  # pyright: ignore[reportAttributeAccessIssue]
    torch.testing.assert_close(posterior.sample(seeded()), posterior.mean, atol=1e-3, rtol=0)


def test_the_encoder_goes_up_where_the_discriminator_goes_down() -> None:
    model, x = build(AAE, {"adversary": 3.0}), batch()[0]
    assert isinstance(model, AAE)
    z = model.code(x).detach().requires_grad_()
    told = model.discriminator(torch.cat([standard_normal(z, seeded()), z]))[:, 0]
    truth = torch.cat([torch.ones(len(z)), torch.zeros(len(z))])
    F.binary_cross_entropy_with_logits(told, truth).backward()
    plain = z.grad
    assert plain is not None
    free = z.detach().requires_grad_()
    model.code = lambda x: free  # type: ignore[method-assign]
    squared_error(model, free, x).backward()
    assert free.grad is not None
    pull, free.grad = free.grad, None
    model.loss(x, generator=seeded())["total"].backward()
    torch.testing.assert_close(free.grad, pull - 3.0 * plain, atol=1e-5, rtol=1e-4)


def test_triplets_need_labels() -> None:
    from core.models.tvae import TVAE

    with pytest.raises(ValueError, match=r"expected labels \(B,\) for the triplets"):
        TVAE(latent=2).loss(batch()[0])


@pytest.mark.parametrize("beta", [0.0, 0.4, 4.0])
def test_beta_weighs_the_divergence_of_gaussian_pixels_too(beta: float) -> None:
    terms = build(GaussianVAE, {"beta": beta}).loss(*batch(), generator=seeded())
    torch.testing.assert_close(terms["total"], terms["reconstruction"] + beta * terms["kl"])


# What StyleCVAE learns by


class Steady(Classifier):
    """A judge with one belief in every class of every picture."""

    def __init__(self, belief: float) -> None:
        super().__init__()
        self.belief = belief

    def logits(self, x: Tensor) -> Tensor:
        raise NotImplementedError

    def probabilities(self, x: Tensor) -> Tensor:
        return torch.full((len(x), CLASSES), self.belief)

    def loss(self, x, y=None, *, generator=None):
        raise NotImplementedError


def style_cvae(**config: Any) -> StyleCVAE:
    model = lived_in(StyleCVAE, {"classes": CLASSES, "width": 4} | config)
    assert isinstance(model, StyleCVAE)
    return model


def guide() -> CharacterClassifier:
    """A frozen classifier, as a checkpoint is loaded."""
    torch.manual_seed(1)
    return CharacterClassifier(CLASSES, width=4).eval().requires_grad_(False)


def test_a_guide_is_asked_about_samples_of_the_prior_and_half_as_many_analogies() -> None:
    model, (x, y), judge, generator = style_cvae(guidance=5.0), batch(), guide(), seeded()
    z = model.encode(x, y).sample(generator)
    prior = standard_normal(z, generator)
    others = (y[:4] + torch.randint(1, CLASSES, (4,), generator=generator)) % CLASSES
    beliefs = [
        judge.probabilities(model.decode(latent[None], label[None]))[0, label]
        for latent, label in zip([*prior, *z[:4]], [*y, *others], strict=True)
    ]
    missing = torch.stack([torch.clamp(CONVINCED - belief, min=0) for belief in beliefs]).mean()
    plain, guided = model.loss(x, y, generator=seeded()), model.loss(x, y, generator=seeded(), guide=judge)
    torch.testing.assert_close(guided["guidance"], missing, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(guided["total"], plain["total"] + 5 * missing)
    assert guided.keys() - plain.keys() == {"guidance"}


@pytest.mark.parametrize(("belief", "cost"), [(0.0, CONVINCED), (CONVINCED - 0.3, 0.3), (CONVINCED, 0.0), (1.0, 0.0)])
def test_pictures_that_convince_the_guide_cost_nothing(belief: float, cost: float) -> None:
    terms = style_cvae().loss(*batch(), generator=seeded(), guide=Steady(belief))
    assert terms["guidance"].item() == pytest.approx(cost, abs=1e-6)


def test_a_guide_moves_the_model_and_is_not_moved() -> None:
    model, judge = style_cvae().train(), guide()
    before = {key: value.clone() for key, value in judge.state_dict().items()}
    model.loss(*batch(), generator=seeded(), guide=judge)["guidance"].backward()
    assert all(p.grad is not None and p.grad.any() for p in model.decoder.parameters() if p.requires_grad)
    assert all(p.grad is None for p in judge.parameters())
    torch.testing.assert_close(judge.state_dict(), before, atol=0, rtol=0)


def test_analogies_are_of_other_classes_and_samples_of_the_same() -> None:
    model, (x, y) = style_cvae(), batch(400)
    asked: list[Tensor] = []
    model.decoder.register_forward_pre_hook(lambda _, inputs: asked.append(inputs[1]))
    model.loss(x, y, generator=seeded())
    own, sampled, others = asked[0].split([400, 400, 200])
    assert torch.equal(own, y) and torch.equal(sampled, y)
    assert {*zip(y[:200].tolist(), others.tolist(), strict=True)} == {
        (a, b) for a in range(CLASSES) for b in range(CLASSES) if a != b
    }


class Copies(torch.nn.Module):
    """A decoder that has certain logits for the pictures of a batch, again and again."""

    def __init__(self, logits: Tensor) -> None:
        super().__init__()
        self.logits = logits

    def forward(self, z: Tensor, y: Tensor) -> Tensor:
        return self.logits.repeat(3, 1, 1, 1)[: len(z)]


def test_the_style_gap_is_between_deviations_from_the_class() -> None:
    x, y = batch()[0], torch.arange(BATCH) % 2
    model = StyleCVAE(classes=2, width=4).eval()
    model.decoder = Copies(x.logit(eps=1e-6))
    usual = shape_style(x).mean(dim=0)
    means = torch.stack([usual, usual + torch.tensor([0.1, 0.5, 1.0, 0.0])])
    model.usual.mean.copy_(means)
    model.usual.square.copy_(means**2 + 1)  # a deviation of 1
    gap = model.loss(x, y, generator=seeded())["style"]
    assert gap.item() == pytest.approx(0.01 + 0.25 + 1.0, rel=1e-2)
    model.usual.mean.copy_(means[:1].expand(2, -1))
    model.usual.square.copy_((means**2 + 1)[:1].expand(2, -1))
    assert model.loss(x, y, generator=seeded())["style"].item() == pytest.approx(0, abs=1e-6)


def test_the_usual_style_is_learnt_in_training_alone() -> None:
    model, (x, y) = build(StyleCVAE, {"classes": CLASSES, "width": 4}), batch(40)
    assert isinstance(model, StyleCVAE)
    fresh = {key: value.clone() for key, value in model.usual.state_dict().items()}
    model.eval().loss(x, y, generator=seeded())
    torch.testing.assert_close(model.usual.state_dict(), fresh, atol=0, rtol=0)
    model.train().loss(x, y, generator=seeded())
    for label in range(CLASSES):  # of the pictures that have analogies, the first half
        torch.testing.assert_close(model.usual.mean[label], shape_style(x[:20][y[:20] == label]).mean(dim=0))


def by_class(labels: Tensor, classes: int = CLASSES) -> list[Tensor]:
    """Which pictures are of each class."""
    return [labels == label for label in range(classes)]


@pytest.mark.parametrize("whitening", [0.0, 0.5, 1.0])
def test_settled_latents_lie_around_nothing_and_draw_what_they_drew(whitening: float) -> None:
    model, (x, y) = style_cvae(whitening=whitening, latent=4), batch(100)
    before = model.encode(x, y)
    drawn = model.decode(before.mean, y)
    model.settle(before, y)
    after = model.encode(x, y)
    assert not torch.allclose(after.mean, before.mean, atol=1e-3)
    assert all(after.mean[members].mean(dim=0).abs().max() < 1e-5 for members in by_class(y))
    torch.testing.assert_close(model.decode(after.mean, y), drawn, atol=1e-5, rtol=1e-4)


def test_settling_without_whitening_takes_the_mean_of_the_class_and_no_more() -> None:
    model, (x, y) = style_cvae(whitening=0.0), batch(100)
    before = model.encode(x, y)
    model.settle(before, y)
    after = model.encode(x, y)
    for members in by_class(y):
        expected = before.mean[members] - before.mean[members].mean(dim=0)
        torch.testing.assert_close(after.mean[members], expected, atol=1e-5, rtol=1e-4)
    torch.testing.assert_close(after.log_var, before.log_var, atol=1e-5, rtol=1e-4)


def test_settling_with_whitening_gives_each_class_the_variances_of_the_prior() -> None:
    model, (x, y) = style_cvae(whitening=1.0, latent=4), batch(200)
    model.settle(model.encode(x, y), y)
    after = model.encode(x, y)
    for members in by_class(y):
        variance = after.mean[members].var(dim=0, correction=0) + after.log_var[members].exp().mean(dim=0)
        torch.testing.assert_close(variance, torch.ones(4), atol=1e-3, rtol=0)


@pytest.mark.parametrize("whitening", [0.0, 0.5, 1.0])
def test_settling_in_two_steps_still_draws_what_was_drawn(whitening: float) -> None:
    model, (x, y) = style_cvae(whitening=whitening, latent=4), batch(100)
    drawn = model.decode(model.encode(x, y).mean, y)
    for _ in range(2):
        model.settle(model.encode(x, y), y)
    after = model.encode(x, y)
    torch.testing.assert_close(model.decode(after.mean, y), drawn, atol=1e-5, rtol=1e-4)
    assert all(after.mean[members].mean(dim=0).abs().max() < 1e-5 for members in by_class(y))


def test_a_class_of_one_picture_settles_too() -> None:
    model, (x, _), y = style_cvae(whitening=1.0), batch(4), torch.tensor([0, 0, 1, 3])
    model.settle(model.encode(x, y), y)
    assert all(value.isfinite().all() for value in model.state_dict().values())
    torch.testing.assert_close(model.encode(x, y).mean[2:], torch.zeros(2, model.latent), atol=1e-5, rtol=0)


def test_a_linear_probe_finds_nothing_in_settled_latents() -> None:
    model, y = style_cvae(latent=4), torch.arange(1000) % CLASSES
    x = torch.rand(1000, 1, 28, 28, generator=seeded()) * (0.2 + 0.2 * y[:, None, None, None])
    with torch.no_grad():
        before = model.encode(x, y)
        assert linear_leakage(before.mean, y) > 0.6
        model.settle(before, y)
        assert linear_leakage(model.encode(x, y).mean, y) < 1 / CLASSES + 0.06


@every_conditional
def test_a_model_settles_into_what_draws_the_same(model_class: type[Autoencoder], config: dict[str, Any]) -> None:
    model, (x, y) = lived_in(model_class, config), batch(40)
    drawn = model.decode(model.encode(x, y).mean, y)
    model.settle(model.encode(x, y), y)
    torch.testing.assert_close(model.decode(model.encode(x, y).mean, y), drawn, atol=1e-5, rtol=1e-4)


def test_class_moments_run() -> None:
    usual = ClassMoments(classes=3, measures=2, momentum=0.25)
    usual.observe(torch.tensor([[1.0, 10.0], [3.0, 30.0], [5.0, 50.0]]), torch.tensor([0, 0, 2]))
    torch.testing.assert_close(usual.mean, torch.tensor([[2.0, 20.0], [0.0, 0.0], [5.0, 50.0]]))
    torch.testing.assert_close(usual.square, torch.tensor([[5.0, 500.0], [1.0, 1.0], [25.0, 2500.0]]))
    usual.observe(torch.tensor([[6.0, 60.0], [7.0, 70.0]]), torch.tensor([0, 1]))
    torch.testing.assert_close(usual.mean, torch.tensor([[3.0, 30.0], [7.0, 70.0], [5.0, 50.0]]))
    torch.testing.assert_close(usual.square, torch.tensor([[12.75, 1275.0], [49.0, 4900.0], [25.0, 2500.0]]))
    deviation = (12.75 - 9) ** 0.5
    said = usual(torch.tensor([[4.0, 20.0], [99.0, -99.0]]), torch.tensor([0, 0]))
    torch.testing.assert_close(said, torch.tensor([[1 / deviation, -1 / deviation], [4.0, -4.0]]))


def test_class_moments_are_exact_in_a_training_of_half_precision() -> None:
    values, y = 20 + torch.rand(32, 2, generator=seeded()), torch.arange(32) % 2
    exact, cast = ClassMoments(2, 2), ClassMoments(2, 2)
    exact.observe(values, y)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        cast.observe(values, y)
    torch.testing.assert_close(cast.state_dict(), exact.state_dict(), atol=0, rtol=0)


def test_class_moments_come_near_the_truth() -> None:
    usual, g = ClassMoments(2, 1), seeded()
    for _ in range(1000):
        y = torch.randint(0, 2, (64,), generator=g)
        usual.observe(3 * y[:, None] + (1 + y[:, None]) * torch.randn(64, 1, generator=g), y)
    said = usual(torch.tensor([[1.0], [5.0]]), torch.tensor([0, 1]))
    torch.testing.assert_close(said, torch.ones(2, 1), atol=0.1, rtol=0)


def test_class_moments_fit_into_half_precision() -> None:
    usual = ClassMoments(2, 1)
    usual.observe(torch.full((200_000, 1), 28.0), torch.zeros(200_000).long())  # as in some epochs of training
    assert all(value.half().isfinite().all() for value in usual.state_dict().values())


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
    with pytest.raises(ValueError, match=r"expected labels \(B,\).* for CharacterClassifier, got none"):
        CharacterClassifier(width=4).loss(batch()[0])
