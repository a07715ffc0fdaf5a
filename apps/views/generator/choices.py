"""What the Generator app offers: VAEs, the generators fitted for each, sliders for θ, and the frontier."""

from typing import Any

from apps.ui.components.dials import dial
from apps.ui.shared.answers import Answer, answered
from core.generator import LatentGenerator
from core.generator.accuracy_diversity import real_point
from core.generator.session import GUIDE, JUDGE, available_models, forms_of, is_ready, load_session
from core.generator.theta import draws_of, theta_of
from core.latent.dimension_effects import dimension_profile
from core.registry.schema import Record
from core.registry.store import read_registry

TITLES = {
    "simple": "Simple: one θ",
    "medium-1": "Medium-1: θ by dimension",
    "medium-2": "Medium-2: θ by dimension and digit",
    "full": "Full covariance",
    "mixture": "Mixture",
    "flow": "Flow",
}
KINDS = {"vae.VAE": "ELBO", "infovae.InfoVAE": "MMD"}
EQ4 = "-eq4"


@answered
def offers(vae: object) -> Answer:
    """All VAEs, which of them are ready, and the generators of one."""
    records = available_models()
    listed = [
        {"name": name, "title": title_of_vae(record), "ready": is_ready(record)} for name, record in records.items()
    ]
    fitted = load_session(str(vae)).generators.fitted
    return {"vaes": listed, "generators": [generator_offer(name, made) for name, made in fitted.items()]}


def generator_offer(name: str, made: LatentGenerator) -> Answer:
    """What a fitted generator is called, and where its θ can come from."""
    title = TITLES[name.removesuffix(EQ4)] + (", by eq. 4" if name.endswith(EQ4) else "")
    return {
        "name": name,
        "title": title,
        "forms": list(forms_of(name)),
        "fitted": theta_label(theta_of(made), draws_of(made)),
    }


def theta_label(theta: Any, n: int | None) -> str:
    """θ and n as they were fitted, in words.

    Example:
        >>> theta_label([0.25, 1.0], 1), theta_label(0.4, 2), theta_label(None, None)
        ('2 θ from 0.25 to 1', 'θ 0.4, n 2', 'no θ')
    """
    if theta is None:
        return "no θ"
    if not isinstance(theta, list):
        return f"θ {theta:.3g}" + (f", n {n}" if n and n > 1 else "")
    flat = [value for row in theta for value in (row if isinstance(row, list) else [row])]
    return f"{len(flat)} θ from {min(flat):.2g} to {max(flat):.2g}"


def title_of_vae(record: Record) -> str:
    """A VAE by its loss and dimensions.

    Example:
        >>> title_of_vae(read_registry()["mnist-mmd-10"])
        'MMD, 10 dimensions'
    """
    kind = "Ours" if record.config.get("architecture") == "residual" else KINDS.get(record.model, record.model)
    return f"{kind}, {record.config['latent']} dimensions"


@answered
def theta_profile(vae: object) -> Answer:
    """The sliders of θ, of the dimension that changes the pictures most first."""
    return {"dimensions": [dial(dimension) for dimension in dimension_profile(load_session(str(vae)).model)]}


@answered
def frontier(vae: object) -> Answer:
    """The grid of θ and n with its cosine and both judges' accuracy (figure 1), and where real digits lie."""
    session = load_session(str(vae))
    keys = ("theta", "n", "cosine", "judge_accuracy", "recon_judge_accuracy")
    rows = [{key: row[key] for key in keys if key in row} for row in session.generators.frontier]
    return {"rows": rows, "real": real_point(available_models()[str(vae)])}


def shown_records() -> list[str]:
    """The records that the app uses, for its panel: VAEs, the judges and the guide."""
    names = list(available_models())
    judges = [name for name, record in read_registry().items() if record.recipe.through in names]
    return [*names, JUDGE, *judges, GUIDE]
