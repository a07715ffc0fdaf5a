"""What a Gradio Space runs, on a CPU and on ZeroGPU alike."""

import importlib
import os
from pathlib import Path

if os.getenv("SPACES_ZERO_GPU"):
    # ZeroGPU starts nothing that never asks for a GPU. The models answer in milliseconds on its CPU, and visitors have
    # two minutes of GPU a day: this asks for them without ever being called.
    import spaces  # pyright: ignore[reportMissingImports]

    @spaces.GPU(duration=1)
    def unused() -> None:
        """Take no time of any GPU."""


from apps.ui.server.launching import launch

(APP,) = (path.stem for path in Path(__file__).parent.glob("apps/[a-z]*.py"))
demo = importlib.import_module(f"apps.{APP}").demo

if __name__ == "__main__":
    launch(demo)
