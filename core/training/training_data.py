"""Training and test pictures of a record: its data set, preprocessed, or a model's reconstructions of it."""

from dataclasses import replace
from pathlib import Path

from torch import Tensor

from core.data import load as load_data
from core.imaging.preprocess import from_record
from core.imaging.rendering import to_bytes
from core.latent.encoding import decode_set, encode_set
from core.registry.load import load
from core.registry.schema import Record
from core.registry.store import REGISTRY


def examples(
    record: Record, split: str, *, root: Path | None = None, registry: Path = REGISTRY, scale: int = 1
) -> tuple[Tensor, Tensor]:
    """Pictures and labels of one split, as the record's model sees them.

    A record whose recipe goes `through` an autoencoder sees that model's reconstructions, decoded posterior means,
    instead of the pictures themselves.

    Args:
        record: names the data set, the preprocessing and the autoencoder.
        split: "train", "val" or "test".
        root: the data root; see `core.data.data_root`.
        registry: where the autoencoder's record is.
        scale: how many times larger than the model sees them, for training that crops.

    Returns:
        uint8 ink, (N, C, S, S), and labels, (N,).

    Raises:
        ValueError, FileNotFoundError: as `core.registry.load.load` and `core.data.load` say.
    """
    preprocess = from_record(record.preprocess)
    larger = replace(preprocess, size=scale * preprocess.size)
    ink, labels = load_data(record.recipe.data, split, root).tensors(larger)
    if record.recipe.through is None:
        return ink, labels
    model = load(record.recipe.through, registry).autoencoder
    seen = decode_set(model, encode_set(model, ink, labels).mean, labels)
    return to_bytes(seen), labels
