"""The training loop: a record in; a safetensors file, a learning curve and a film strip out.

    stylescape train chars62-betavae-2                      # one process
    accelerate launch -m apps.__main__ train chars62-betavae-2   # as many as Accelerate is configured for

Every epoch has its own seeded generator and every rate is a function of the step, so a run that was stopped and
resumed is the run that was never stopped.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.utils import set_seed
from safetensors.torch import save
from torch import Tensor
from torch.optim.swa_utils import AveragedModel
from tqdm import tqdm

from core.data.dataset import as_ink
from core.imaging.rendering import to_bytes
from core.latent.class_means import class_means
from core.latent.encoding import decode_set, encode_set
from core.metrics import accuracy, midpoint_accuracy, reconstruction_mse
from core.models.base import Autoencoder, Classifier, Model
from core.registry.load import build_model
from core.registry.load import load as load_checkpoint
from core.registry.schema import Recipe, Record
from core.registry.store import REGISTRY, ROOT, get_record, read_tensors, save_weights, write_atomically
from core.training.augmentation import Augmentation
from core.training.curves import film_strip, learning_curve, table
from core.training.training_data import examples

RUNS = ROOT / "runs"


@dataclass
class Run:
    """A training run so far. `model` is being optimised; `average` is what gets validated and kept."""

    model: Model
    average: AveragedModel
    optimiser: torch.optim.Optimizer
    history: list[dict[str, float]] = field(default_factory=list)
    film: list[Tensor] = field(default_factory=list)


def train(
    name: str,
    *,
    root: Path | None = None,
    registry: Path = REGISTRY,
    runs: Path = RUNS,
    epochs: int | None = None,
    resume: bool = False,
) -> Record:
    """Train a record by its recipe, keep its best epoch on validation, and write weights and sha256 into the registry.

    Args:
        name: a record of the registry.
        root: the data root; see `core.data.data_root`.
        registry: the registry; weights go into the folder `checkpoints` beside it.
        runs: the folder for the run's own files.
        epochs: another length than the recipe's.
        resume: go on where a stopped run of the same name left off.

    Returns:
        The updated record; its former results are dropped with the weights they were measured on.

    Raises:
        ValueError: for an unknown record or data set, or when there is nothing to resume.
    """
    record = get_record(name, registry)
    recipe = record.recipe.model_copy(update={"epochs": epochs or record.recipe.epochs})
    accelerator = Accelerator(mixed_precision=recipe.precision)
    set_seed(recipe.seed)
    guided = {"guide": load_checkpoint(recipe.guide, registry).classifier} if recipe.guide else {}
    train_set = examples(record, "train", root=root, registry=registry, scale=recipe.oversize)
    val_set = examples(record, "val", root=root, registry=registry)

    run, folder = start(record, recipe, registry), runs / name
    if resume:
        restore(run, folder / "last.safetensors")
    run.model.to(accelerator.device, memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
    run.average.to(accelerator.device)
    for guide in guided.values():
        guide.to(accelerator.device)
    model, optimiser = accelerator.prepare(run.model, run.optimiser)
    steps = len(train_set[0]) // (recipe.batch * accelerator.num_processes)
    if steps == 0:
        raise ValueError(f"expected at least one batch of {recipe.batch} pictures to train on, got {len(train_set[0])}")

    epochs_left = range(len(run.history), recipe.epochs)
    for epoch in (progress := tqdm(epochs_left, unit="epoch", disable=not accelerator.is_main_process)):
        set_seed(recipe.seed * 100_003 + epoch)  # for dropout, the one draw that takes no generator
        generator = torch.Generator().manual_seed(recipe.seed * 100_003 + epoch)
        sums: dict[str, float] = defaultdict(float)
        model.train()
        for step, (x, y) in enumerate(batches(*train_set, recipe, steps, generator, accelerator)):
            for group in optimiser.param_groups:
                group["lr"] = learning_rate(recipe, (epoch + step / steps) / recipe.epochs)
            with accelerator.autocast():
                terms = model(x, y, generator=generator, **guided)
            optimiser.zero_grad()
            accelerator.backward(terms["total"])
            optimiser.step()
            run.average.update_parameters(run.model)
            for key, value in terms.items():
                sums[key] += value.item() / steps
        run.history.append({"epoch": epoch, **sums, **validate(run, *val_set, **guided)})
        progress.set_postfix({key: f"{value:.4g}" for key, value in run.history[-1].items() if key != "epoch"})
        if accelerator.is_main_process:
            save_epoch(run, folder, keep=recipe.keep)
    accelerator.wait_for_everyone()
    return finish(name, recipe, run, train_set, folder, registry) if accelerator.is_main_process else record


def start(record: Record, recipe: Recipe, registry: Path) -> Run:
    """Fresh weights, or those of another record; their moving average; an optimiser, by the recipe."""
    model = build_model(record)
    if recipe.start:
        model.load_state_dict(load_checkpoint(recipe.start, registry).model.state_dict())
    average = AveragedModel(model, avg_fn=partial(moving_average, decay=recipe.average), use_buffers=True)
    family = torch.optim.Adam if recipe.optimiser == "adam" else torch.optim.AdamW
    return Run(model, average, family(model.parameters(), lr=recipe.lr, weight_decay=recipe.weight_decay))


def moving_average(average: Tensor, current: Tensor, steps: Tensor | int, *, decay: float) -> Tensor:
    """One step of an exponential moving average whose decay grows from 1/10, so that the start is soon forgotten.

    Example:
        >>> moving_average(torch.tensor(0.0), torch.tensor(1.0), 0, decay=0.99)
        tensor(0.9000)
    """
    if not average.is_floating_point():
        return current
    return torch.lerp(average, current, 1 - min(decay, (1 + int(steps)) / (10 + int(steps))))


def batches(
    ink: Tensor, labels: Tensor, recipe: Recipe, steps: int, generator: torch.Generator, accelerator: Accelerator
) -> Iterator[tuple[Tensor, Tensor]]:
    """This process's shuffled, distorted batches of one epoch, on its device; an incomplete last batch is left out.

    Not a DataLoader: one generator draws order and distortions, so that an epoch is repeated by its seed alone.
    """
    augment = Augmentation(**recipe.augment)
    order = torch.randperm(len(ink), generator=generator)[: steps * recipe.batch * accelerator.num_processes]
    for rows in order[accelerator.process_index :: accelerator.num_processes].split(recipe.batch):
        x = as_ink(ink[rows])
        x = augment(x, generator, scale=recipe.oversize) if recipe.augment or recipe.oversize > 1 else x
        yield x.to(accelerator.device, memory_format=torch.channels_last), labels[rows].to(accelerator.device)


def learning_rate(recipe: Recipe, progress: float) -> float:
    """The rate at a share of the run in [0, 1): a linear warm-up, then constant, or half a cosine down to zero.

    A function of the step without state, so that resuming needs no scheduler's.
    Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017, eq. 5.
    """
    if progress < recipe.warmup:
        return recipe.lr * progress / recipe.warmup
    if recipe.schedule == "constant":
        return recipe.lr
    rest = (progress - recipe.warmup) / (1 - recipe.warmup)
    return recipe.lr * 0.5 * (1 + torch.cos(torch.tensor(torch.pi * rest)).item())


@torch.inference_mode()
def validate(run: Run, ink: Tensor, labels: Tensor, guide: Classifier | None = None) -> dict[str, float]:
    """Figures of the averaged weights on validation; `score` is what the best epoch is chosen by, higher is better.

    A classifier is kept for its accuracy, an autoencoder for its reconstructions, a guided one for the midpoints that
    its guide can read. Autoencoders add a frame of decoded class means to the film (StyleApp paper, section 4.3).
    """
    model = run.average.module.eval()
    ink, labels = ink.to(next(model.parameters()).device), labels.to(next(model.parameters()).device)
    if isinstance(model, Classifier):
        share = accuracy(model.predict(as_ink(ink)), labels)
        return {"accuracy": share, "score": share}
    if not isinstance(model, Autoencoder):
        raise ValueError(f"expected a classifier or an autoencoder, got {type(model).__name__}")
    z = encode_set(model, ink, labels).mean
    mse = reconstruction_mse(decode_set(model, z, labels), as_ink(ink))
    means = class_means(z.cpu(), labels.cpu(), int(labels.max()) + 1).nan_to_num().to(z.device)
    frame = decode_set(model, means, torch.arange(len(means), device=z.device))
    run.film.append(to_bytes(frame).cpu())
    if guide is None or model.classes:
        return {"reconstruction_mse": mse, "score": -mse}
    midpoints = midpoint_accuracy(model, guide, z, labels, generator=torch.Generator().manual_seed(0))
    return {"reconstruction_mse": mse, "guide_midpoint_accuracy": midpoints, "score": midpoints}


def save_epoch(run: Run, folder: Path, *, keep: str = "best") -> None:
    """Keep the state to resume from, and the weights if this epoch's score is the best so far, or the last one counts.

    Where terms compete, the best reconstructions may be those of the first epochs: such a recipe keeps the last.
    """
    state = {f"model.{key}": value for key, value in run.model.state_dict().items()}
    state |= {f"average.{key}": value for key, value in run.average.state_dict().items()}
    state |= {f"film.{i:04}": frame for i, frame in enumerate(run.film)}
    for position, slots in run.optimiser.state_dict()["state"].items():
        state |= {f"optimiser.{position}.{key}": value for key, value in slots.items()}
    whole = {key: value.detach().clone(memory_format=torch.contiguous_format) for key, value in state.items()}
    write_atomically(folder / "last.safetensors", save(whole, metadata={"history": json.dumps(run.history)}))
    if keep == "last" or run.history[-1]["score"] >= max(row["score"] for row in run.history):
        best = {key: value.contiguous() for key, value in run.average.module.state_dict().items()}
        write_atomically(folder / "best.safetensors", save(best))


def restore(run: Run, path: Path) -> None:
    """Put a run back to where `save_epoch` left it."""
    if not path.is_file():
        raise ValueError(f"expected a stopped run to resume at {path}, found none")
    tensors, metadata = read_tensors(path)
    groups: dict[str, dict[str, Tensor]] = defaultdict(dict)
    for key, value in tensors.items():
        kind, _, rest = key.partition(".")
        groups[kind][rest] = value
    run.model.load_state_dict(groups["model"])
    run.average.load_state_dict(groups["average"])
    slots: dict[int, dict[str, Tensor]] = defaultdict(dict)
    for key, value in groups["optimiser"].items():
        position, _, slot = key.partition(".")
        slots[int(position)][slot] = value
    run.optimiser.load_state_dict(run.optimiser.state_dict() | {"state": dict(slots)})
    run.history = json.loads(metadata["history"])
    run.film = [groups["film"][key] for key in sorted(groups["film"])]


def finish(
    name: str, recipe: Recipe, run: Run, train_set: tuple[Tensor, Tensor], folder: Path, registry: Path
) -> Record:
    """Move the best weights, settled, into the registry's folder; draw the learning curve and the film strip."""
    (folder / "curve.csv").write_text(table(run.history), encoding="utf-8")
    learning_curve(run.history, title=name).save(folder / "curve.png")
    if run.film:
        film_strip(run.film).save(folder / "film.png")
    model = run.average.module.cpu().eval()
    model.load_state_dict(read_tensors(folder / "best.safetensors")[0])
    if isinstance(model, Autoencoder) and model.classes:
        model.settle(encode_set(model, *train_set), train_set[1])
    return save_weights(name, model.state_dict(), registry=registry, epochs=recipe.epochs)
