"""Where a record's files come from: `checkpoints/` beside the code, then the Hub's cache, then the Hub.

The sha256 in the record decides what a file is; where it came from does not matter. `huggingface_hub` does the
fetching, so `HF_ENDPOINT`, `HF_HOME` and `HF_HUB_OFFLINE` mean what they mean everywhere.
"""

import logging
from pathlib import Path

from core.checkpoint import BUNDLED, Asset, Hub, sha256_of

logger = logging.getLogger(__name__)


def locate(name: str, asset: Asset, hub: Hub | None, *, bundled: Path = BUNDLED) -> Path:
    """The path of a verified copy of an asset, fetched if need be.

    Args:
        name: the record's name, for messages.
        asset: the file and the sha256 it must have.
        hub: where to fetch it from; None for a record that was never published.
        bundled: the folder of embedded files.

    Raises:
        ValueError: if the record has no weights yet.
        FileNotFoundError: if no source has the file with the right content; says what was tried.
    """
    if asset.sha256 is None:
        raise ValueError(f"record {name} is untrained: run `stylescape train {name}` first")
    embedded = bundled / asset.file
    if embedded.is_file():
        if sha256_of(embedded) == asset.sha256:
            return embedded
        logger.warning("%s is damaged: its sha256 is not the one of record %s", embedded, name)
    if hub is None:
        raise FileNotFoundError(f"record {name}: expected {asset.file} in {bundled}, and it has no repository on the Hub yet")
    raise FileNotFoundError(f"record {name}: fetching from the Hub is not written yet")
