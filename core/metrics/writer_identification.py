"""Is a character nearest to the hand it should be in?"""

import torch.nn.functional as F
from torch import Tensor


def writer_identification(queries: Tensor, references: Tensor) -> float:
    r"""Share of characters whose nearest writer, by the cosine, is the one they should be by.

    Writer v is represented by the mean of their own characters of all classes but the query's, so that no writer is told
    by the very character that is asked about: the guess for the query $q_{w,c}$ is
    $\arg\max_v \cos(q_{w,c}, \sum_{k \neq c} r_{v,k})$. Chance is one in as many as there are writers; queries that are
    the same for all writers score exactly that.

    Args:
        queries: vectors of what is to be told, (W, K, D): row w in the hand of writer w, column k of class k.
        references: vectors of the writers' real characters, (W, K, D).

    Returns:
        A number in [0, 1].

    Example:
        >>> import torch
        >>> real = torch.tensor([[[1.0, 0.1], [1.0, 0.0]], [[0.0, 1.0], [0.1, 1.0]]])
        >>> writer_identification(real, real), writer_identification(real[[0, 0]], real)
        (1.0, 0.5)
    """
    if queries.ndim != 3 or queries.shape != references.shape or queries.shape[1] < 2:
        raise ValueError(
            "expected queries and references of one shape (W, K, D), two classes or more, "
            f"got {tuple(queries.shape)} and {tuple(references.shape)}"
        )
    others = F.normalize(references.sum(dim=1, keepdim=True) - references, dim=2)
    cosines = (F.normalize(queries, dim=2)[:, None] * others[None]).sum(dim=3)  # (asked, candidate, K)
    right = cosines.argmax(dim=1) == cosines.new_tensor(range(len(queries))).long()[:, None]
    return right.float().mean().item()
