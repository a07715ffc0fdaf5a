"""Where a record's files come from: `checkpoints/` beside the code, then the Hub's cache, then the Hub.

The sha256 in the record identifies a file, wherever it comes from. `huggingface_hub` fetches, so `HF_ENDPOINT`,
`HF_HOME` and `HF_HUB_OFFLINE` work as everywhere, and its lock keeps two programs from fetching one file twice.
"""

import contextlib
import logging
import time
from pathlib import Path

from core.registry.schema import DERIVED, Asset, Hub
from core.registry.store import (
    REGISTRY,
    bundled_folder,
    get_record,
    place_of,
    read_registry,
    sha256_of,
)

logger = logging.getLogger(__name__)

CONFIG = "config.json"  # beside the weights of a published model
RETRY_AFTER = 1.0  # seconds between the two attempts of one download


def pull(name: str, registry: Path = REGISTRY) -> list[Path]:
    """Paths of verified copies of a record's weights and derived files.

    Raises:
        ValueError: for an unknown record or one without weights, or if the content on the Hub is not the record's.
        FileNotFoundError: if no source has a file.

    Example:
        >>> pull("no-such-record")
        Traceback (most recent call last):
        ValueError: expected a record out of ..., got 'no-such-record'
    """
    record = get_record(name, registry)
    return [locate(name, asset, record.hub, bundled_folder(registry)) for asset in record.assets]


def locate_derived(name: str, kind: str, registry: Path = REGISTRY) -> Path:
    """The path of a verified file derived from a record's weights: its "atlas", "generators" or "hands".

    Raises:
        ValueError: for an unknown record, one without a place for such a file, or one whose file was not made yet.
        FileNotFoundError: if no source has the file.
    """
    place = place_of(name, kind, registry)
    if place.sha256 is None:
        raise ValueError(f"record {name} has no {kind} yet: run `stylescape {DERIVED[kind]} {name}` first")
    return locate(name, place, get_record(name, registry).hub, bundled_folder(registry))


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
        ValueError: if the asset was never made, or the content on the Hub is not the record's.
        FileNotFoundError: if no source has the file; names the sources tried and the last failure.

    Example:
        >>> locate("digits", Asset(file="digits.safetensors"), hub=None, bundled=Path("checkpoints"))
        Traceback (most recent call last):
        ValueError: record digits has no weights: run `stylescape train digits` first, which makes digits.safetensors
    """
    if asset.sha256 is None:
        raise ValueError(f"record {name} has no weights: run `stylescape train {name}` first, which makes {asset.file}")
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
    """Remove the content behind a cached path, if the cache is writable, so that the client fetches it anew.

    Its `force_download` would keep the damaged file if the ETag has changed or the file system has no links.
    """
    with contextlib.suppress(OSError):
        path.resolve().unlink(missing_ok=True)


def _download(name: str, asset: Asset, hub: Hub, attempts: int = 2) -> Path:
    """Path in the Hub's cache, fetched if it is not there; a temporary failure is tried once more."""
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
    """Whether trying again cannot help: the Hub answered 4xx, or the client is offline or gave up retrying."""
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

    refused = isinstance(error, HfHubHTTPError) and error.response.status_code < 500
    return refused or isinstance(error, LocalEntryNotFoundError)
