"""The data set that the Generator app makes: so many of each digit, in a zip file with a card."""

from collections.abc import Iterator

import torch
from torch import Tensor

from apps.ui.shared.answers import MISTAKES, Answer
from apps.ui.shared.permalink import number
from apps.views.generator.state import State, check
from apps.views.generator.view import made_how, title_of
from core.generator.dataset_export import FORMS, MOST_A_CLASS, as_zip
from core.generator.session import available_models, each_of, load_session
from core.imaging import rendering

DIGITS = 10
BATCH = 250  # digits between two steps of the progress bar


def dataset(order: object, knobs: object, dials: object, seed: object) -> Iterator[Answer]:
    """Make the data set of a generator: its progress from 0 to 1, then the `file`; or a `message` alone.

    Args:
        order: `{"each", "form"}`: digits of each class, and one of `core.generator.dataset_export.FORMS`.
        knobs, dials, seed: as `apps.views.generator.state.check` takes them.
    """
    try:
        each, form = check_order(order)
        yield from parts(check({}, knobs, dials, seed, None), each, form)
    except MISTAKES as error:
        yield {"message": f"{str(error)[:1].upper()}{str(error)[1:].rstrip('.')}."}


def check_order(order: object) -> tuple[int, str]:
    """What data set is asked for.

    Example:
        >>> check_order({"each": 100, "form": "npz"})
        (100, 'npz')
    """
    if not isinstance(order, dict):
        raise ValueError(f"expected a data set that is asked for, got {type(order).__name__}")
    form = order.get("form")
    if form not in FORMS:
        raise ValueError(f"expected a form out of {', '.join(FORMS)}, got {str(form)[:20]!r}")
    return round(number("how many of each digit", order.get("each"), 1, MOST_A_CLASS)), str(form)


def parts(state: State, each: int, form: str) -> Iterator[Answer]:
    """The progress, and at the end the file and what both judges say of it."""
    asked = each_of(range(DIGITS), each)
    session = load_session(state.setting.vae)
    pictures: list[Tensor] = []
    read: dict[str, list[Tensor]] = {name: [] for name in session.judges}
    for batch in session.stream(asked, state.setting, state.seed, BATCH):
        pictures.append(batch.pictures)
        for name, found in session.predict(batch.pictures).items():
            read[name].append(found.classes)
        yield {"progress": BATCH * len(pictures) / (len(asked) + BATCH)}
    accuracy = {name: (torch.cat(classes) == asked).float().mean().item() for name, classes in read.items()}
    images = rendering.to_array(torch.cat(pictures))
    data = as_zip(images, asked.numpy(), form, card_of(state, each, accuracy))
    name = f"digits-{state.setting.vae}-{state.setting.generator}-{form}.zip"
    told = ", ".join(f"{name} {share:.1%}" for name, share in accuracy.items())
    message = f"{len(asked):,} digits, {len(data) / 1e6:.1f} MB. Read as asked by {told}."
    yield {
        "progress": 1,
        "message": message,
        "file": {"name": name, "address": rendering.data_uri(data, "application/zip")},
    }


def card_of(state: State, each: int, accuracy: dict[str, float]) -> dict[str, object]:
    """What the data set is and how to make it again."""
    records, setting = available_models(), state.setting
    record = records[setting.vae]
    return {
        "title": f"{DIGITS * each:,} digits from {title_of(setting)}",
        "licence": record.licence,
        "digits": {str(digit): each for digit in range(DIGITS)},
        **made_how(setting, state.seed),
        "batch": BATCH,
        "accuracy": {name: round(share, 5) for name, share in accuracy.items()},
        "judges": "mnist-classifier never saw this model; a mnist-recon-classifier learned from its reconstructions",
        "source": record.data_note,
        "paper": record.paper,
    }
