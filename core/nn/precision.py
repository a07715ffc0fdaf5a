"""Functions that run in full precision under autocast."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import torch

Function = TypeVar("Function", bound=Callable[..., Any])


def in_full_precision(function: Function) -> Function:
    """The function without autocast: differences of large sums do not survive the eight bits of bfloat16."""
    return cast(Function, torch.autocast("cpu", enabled=False)(torch.autocast("cuda", enabled=False)(function)))
