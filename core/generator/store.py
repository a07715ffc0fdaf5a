"""Fitted generators of a record, in one safetensors file beside its weights."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from core.generator.base import ClassStatistics, LatentGenerator
from core.generator.flow import Flow, coupling_network
from core.generator.gaussian import Diagonal, FullCovariance
from core.generator.mixture import Mixture
from core.registry.schema import Record
from core.registry.sources import locate_derived
from core.registry.store import REGISTRY, get_record, read_tensors, save_derived, update_record

DIAGONAL = ("simple", "medium-1", "medium-2")
GENERATORS = (*DIAGONAL, *(f"{name}-eq4" for name in DIAGONAL), "full", "mixture", "flow")


@dataclass(frozen=True, eq=False)
class Generators:
    """Class statistics and fitted generators of one record.

    Attributes:
        statistics: of the classes.
        fitted: generators by name, some of `GENERATORS`. `simple`, `medium-1` and `medium-2` maximise diversity under a
            floor of accuracy; those ending in `-eq4` minimise the paper's eq. 4.
        notes: results of fitting by generator: `seconds`, and for a searched θ `cosine`, `accuracy`, `floor`, `steps`.
        frontier: rows of the Simple generator's grid, each with `theta`, `n`, `cosine` and the accuracy by each judge.
    """

    statistics: ClassStatistics
    fitted: dict[str, LatentGenerator] = field(default_factory=dict)
    notes: dict[str, dict[str, Any]] = field(default_factory=dict)
    frontier: list[dict[str, float]] = field(default_factory=list)

    def __getitem__(self, name: str) -> LatentGenerator:
        """Fitted generator by name; a `ValueError` that lists the names for any other."""
        if name not in self.fitted:
            raise ValueError(f"expected a fitted generator out of {', '.join(self.fitted) or 'none'}, got {name!r}")
        return self.fitted[name]

    def tensors(self) -> dict[str, Tensor]:
        """All parameters by name, contiguous, as stored."""
        stored = {"statistics.mean": self.statistics.mean, "statistics.covariance": self.statistics.covariance}
        for name, generator in self.fitted.items():
            stored |= {f"{name}.{key}": tensor for key, tensor in parameters(generator).items()}
        return {key: tensor.contiguous() for key, tensor in stored.items()}


def parameters(generator: LatentGenerator) -> dict[str, Tensor]:
    """Parameters of a generator beyond the class statistics, by name."""
    match generator:
        case Diagonal():
            return {"theta": torch.as_tensor(generator.theta), "n": torch.tensor(generator.n)}
        case FullCovariance():
            return {"theta": torch.tensor(generator.theta)}
        case Mixture():
            return {"weights": generator.weights, "means": generator.means, "roots": generator.roots}
        case Flow():
            return generator.network.state_dict()
    raise ValueError(f"expected a generator that can be stored, got a {type(generator).__name__}")


def restored(name: str, stored: dict[str, Tensor], statistics: ClassStatistics) -> LatentGenerator:
    """Generator of a name from its stored parameters, the inverse of `parameters`."""
    if name == "full":
        return FullCovariance(statistics, stored["theta"].item())
    if name == "mixture":
        return Mixture(stored["weights"], stored["means"], stored["roots"])
    if name == "flow":
        network = coupling_network(statistics.classes, statistics.latent)
        network.load_state_dict(stored)
        return Flow(statistics, network.eval().requires_grad_(False))
    return Diagonal(statistics, stored["theta"], int(stored["n"]))


def store_generators(
    name: str, generators: Generators, *, fresh: Iterable[str] = (), registry: Path = REGISTRY
) -> Record:
    """The record, updated, with generators written beside its weights and their sha256 in the registry.

    Args:
        name: a trained record with a `generators` file.
        generators: contents of the file.
        fresh: names fitted anew, whose former results are dropped.
        registry: the registry.
    """
    record = get_record(name, registry)
    notes = {"weights": record.sha256, "notes": generators.notes, "frontier": generators.frontier}
    save_derived(name, "generators", generators.tensors(), {"fit": json.dumps(notes)}, registry)
    stale = set(fresh)
    kept = {
        split: {key: figures for key, figures in results.items() if key.removesuffix("-guided") not in stale}
        for split, results in record.generated.items()
    }
    return update_record(name, registry, generated={k: v for k, v in kept.items() if v})


@lru_cache(maxsize=16)
def load_generators(name: str, registry: Path = REGISTRY) -> Generators:
    """Fitted generators of a record, verified by sha256 and cached.

    Raises:
        ValueError: for an unknown record, one without generators, or one whose generators were not fitted yet.
        FileNotFoundError: if no source has the file.
    """
    return read_generators(locate_derived(name, "generators", registry))


def read_generators(path: Path) -> Generators:
    """Generators read from a safetensors file."""
    tensors, metadata = read_tensors(path)
    try:
        statistics = ClassStatistics(tensors.pop("statistics.mean"), tensors.pop("statistics.covariance"))
        parts: dict[str, dict[str, Tensor]] = {}
        for key, tensor in tensors.items():
            name, _, rest = key.partition(".")
            parts.setdefault(name, {})[rest] = tensor
        fitted = {name: restored(name, parts[name], statistics) for name in GENERATORS if name in parts}
        notes = json.loads(metadata["fit"])
        return Generators(statistics, fitted, notes["notes"], notes["frontier"])
    except (KeyError, RuntimeError) as error:
        raise ValueError(f"expected the generators of a record in {path}: {' '.join(str(error).split())}") from error
