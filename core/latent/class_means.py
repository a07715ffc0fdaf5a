"""Class means of latents, and writer styles: what remains of a latent once its class mean is taken away."""

import torch
import torch.nn.functional as F
from torch import Tensor


def class_means(z: Tensor, labels: Tensor, classes: int) -> Tensor:
    r"""Mean latent of each class, $z_\mu$ of the StyleApp paper (section 4.3).

    Args:
        z: latents, (N, Z).
        labels: classes 0 … K − 1, (N,).
        classes: K.

    Returns:
        (K, Z); a class without members is a row of NaN.

    Example:
        >>> class_means(torch.tensor([[0.0], [2.0], [5.0]]), torch.tensor([0, 0, 1]), 2)
        tensor([[1.], [5.]])
    """
    sums = torch.zeros(classes, z.shape[1]).index_add_(0, labels, z.float())
    return sums / torch.bincount(labels, minlength=classes)[:, None]


def less_class_means(values: Tensor, labels: Tensor) -> Tensor:
    """Values (N, M) less the mean of their class, for classes (N,): (N, M).

    Example:
        >>> less_class_means(torch.tensor([[1.0], [3.0], [8.0]]), torch.tensor([0, 0, 2])).flatten()
        tensor([-1.,  1.,  0.])
    """
    if not len(labels):
        return values
    members = F.one_hot(labels).to(values.dtype)
    return values - members @ (members.T @ values / members.sum(dim=0).clamp_min(1)[:, None])


def writer_styles(z: Tensor, labels: Tensor, writers: Tensor, means: Tensor) -> tuple[Tensor, Tensor]:
    r"""Style of each known writer, the mean over their characters of $z - z_\mu$.

    Added to a latent, it changes the writer's style and keeps the character, as far as style and content are additive.

    Args:
        z: latents, (N, Z).
        labels: classes, (N,).
        writers: who wrote each, (N,); negative where unknown.
        means: class means, (K, Z).

    Returns:
        The writers' numbers in order, (W,), and their styles, (W, Z).

    Example:
        >>> z = torch.tensor([[0.0], [2.0]])
        >>> writer_styles(z, torch.tensor([0, 0]), torch.tensor([7, -1]), torch.tensor([[1.0]]))
        (tensor([7]), tensor([[-1.]]))
    """
    known = writers >= 0
    numbers, position = writers[known].unique(return_inverse=True)
    return numbers, class_means((z - means[labels])[known], position, len(numbers))
