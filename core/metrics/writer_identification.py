"""Accuracy of the nearest writer of characters."""

import torch
import torch.nn.functional as F
from torch import Tensor


def writer_identification(queries: Tensor, labels: Tensor, writers: Tensor, references: Tensor) -> float:
    r"""Share of characters whose nearest writer, by the cosine, is their target writer.

    Writer v is represented by their own characters of all classes but the query's, so that no character is
    compared with itself: the guess for a query q of class c is
    $\arg\max_v \cos(q, \sum_{k \neq c} r_{v,k})$. Chance is one in as many as there are writers; queries that are the
    same for all writers score exactly that.

    Args:
        queries: vectors of the characters to identify, (N, D).
        labels: their classes, (N,).
        writers: target writer of each, as a row of the references, (N,).
        references: vectors of the writers' real characters, (W, K, D).

    Returns:
        A number in [0, 1].

    Example:
        >>> real = torch.tensor([[[1.0, 0.1], [1.0, 0.0]], [[0.0, 1.0], [0.1, 1.0]]])
        >>> writer_identification(torch.eye(2), torch.tensor([0, 1]), torch.tensor([0, 1]), real)
        1.0
    """
    if not len(queries) == len(labels) == len(writers) > 0 or references.ndim != 3 or references.shape[1] < 2:
        raise ValueError(
            "expected vectors, classes and writers of as many characters, and references (W, K, D) of two classes on, "
            f"got {len(queries)}, {len(labels)}, {len(writers)} and {tuple(references.shape)}"
        )
    others = F.normalize(references.sum(dim=1, keepdim=True) - references, dim=2)  # (W, K, D)
    cosines = torch.einsum("nd,wnd->nw", queries, others[:, labels])
    return (cosines.argmax(dim=1) == writers).float().mean().item()
