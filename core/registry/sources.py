"""Where a record's files come from: `checkpoints/` beside the code, then the Hub's cache, then the Hub.

The sha256 in the record decides what a file is; where it came from does not matter. `huggingface_hub` does the
fetching, so `HF_ENDPOINT`, `HF_HOME` and `HF_HUB_OFFLINE` mean what they mean everywhere, and its lock keeps two
programs that start together from fetching the same file twice.
"""

import contextlib
import logging
import time
from pathlib import Path

from core.registry.schema import Asset, Hub
from core.registry.store import (
    REGISTRY,
    bundled_folder,
    get_record,
    read_registry,
    sha256_of,
)

logger = logging.getLogger(__name__)

CONFIG = "config.json"  # beside the weights of a published model
RETRY_AFTER = 1.0  # seconds between the two attempts of one download


def pull(name: str, registry: Path = REGISTRY) -> list[Path]:
    """Verified copies of a record's weights and of what was derived from them: its atlas and its generators, if any.

    Raises:
        ValueError: for an unknown or untrained record, or if the Hub has another content than the record says.
        FileNotFoundError: if no source has a file.

    Example:
        >>> pull("no-such-record")
        Traceback (most recent call last):
        ValueError: expected a record out of ..., got 'no-such-record'
    """
    record = get_record(name, registry)
    return [locate(name, asset, record.hub, bundled_folder(registry)) for asset in record.assets]


def trained(registry: Path = REGISTRY) -> list[str]:
    """The names of the records that have weights."""
    return [name for name, record in read_registry(registry).items() if record.sha256]


def locate(name: str, asset: Asset, hub: Hub | None, bundled: Path) -> Path:
    """The path of a verified copy of an asset, fetched if need be.

    Args:
        name: the record's name, for messages.
        asset: the file and the sha256 it must have.
        hub: where to fetch it from; None for a record that was never published.
        bundled: the folder of embedded files.

    Raises:
        ValueError: if the asset was never made, or the Hub has another content than the record says.
        FileNotFoundError: if no source has the file; says which were tried and what stopped the last one.

    Example:
        >>> locate("digits", Asset(file="digits.safetensors"), hub=None, bundled=Path("checkpoints"))
        Traceback (most recent call last):
        ValueError: record digits is untrained: run `stylescape train digits` first, which makes digits.safetensors
    """
    if asset.sha256 is None:
        raise ValueError(f"record {name} is untrained: run `stylescape train {name}` first, which makes {asset.file}")
    embedded = bundled / asset.file
    if embedded.is_file():
        if sha256_of(embedded) == asset.sha256:
            return embedded
        logger.warning("record %s: %s is damaged, its sha256 is not the record's; looking further", name, embedded)
    if hub is None:
        raise FileNotFoundError(f"record {name}: expected a whole {asset.file} in {bundled}; it is not on the Hub yet")
    return _from_hub(name, asset, hub)


def _from_hub(name: str, asset: Asset, hub: Hub) -> Path:
    """A verified copy out of the Hub's cache; a damaged one is removed and fetched again, once."""
    path = _download(name, asset, hub)
    if sha256_of(path) == asset.sha256:
        return path
    logger.warning("record %s: %s is damaged, its sha256 is not the record's; fetching it again", name, path)
    _discard(path)
    path = _download(name, asset, hub)
    found = sha256_of(path)
    if found != asset.sha256:
        _discard(path)
        source = f"{hub.repo_id} at {hub.revision}"
        raise ValueError(f"record {name}: expected {asset.file} of sha256 {asset.sha256} from {source}, got {found}")
    return path


def _discard(path: Path) -> None:
    """Remove the content behind a cached path, if the cache is writable; the client then fetches it anew.

    Its `force_download` would keep the damaged file if the ETag has changed or the file system has no links.
    """
    with contextlib.suppress(OSError):
        path.resolve().unlink(missing_ok=True)


def _download(name: str, asset: Asset, hub: Hub, attempts: int = 2) -> Path:
    """The file as the Hub's cache has it, fetched if it is not there; a passing failure is tried once more."""
    import httpx2  # the client's own transport, whose errors it lets through; both take a while to import
    from huggingface_hub import hf_hub_download

    try:
        return Path(hf_hub_download(hub.repo_id, asset.on_hub or asset.file, revision=hub.revision))
    except (httpx2.HTTPError, OSError, RuntimeError, ValueError) as error:
        cause = error.__cause__ or error
        reason = (str(cause).splitlines() or [type(cause).__name__])[0]
        if attempts == 1 or _is_final(error):
            sources = f"in the bundled files, in the Hub's cache or in {hub.repo_id} at {hub.revision}"
            raise FileNotFoundError(f"record {name}: found no {asset.file} {sources}: {reason}") from error
    logger.warning("record %s: fetching %s failed (%s); trying again in %g s", name, asset.file, reason, RETRY_AFTER)
    time.sleep(RETRY_AFTER)
    return _download(name, asset, hub, attempts - 1)


def _is_final(error: Exception) -> bool:
    """Whether trying again is in vain: the Hub has answered no (4xx), or the client is offline or gave up retrying."""
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    refused = isinstance(error, HfHubHTTPError) and error.response.status_code < 500
    return refused or isinstance(error, LocalEntryNotFoundError)
