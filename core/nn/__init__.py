"""Parts of networks: blocks, losses, Gram matrices and differentiable measures of shape."""
