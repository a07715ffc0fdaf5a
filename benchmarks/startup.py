"""How long from starting the server to its first answer, beside a Gradio app that only imports torch?"""

import time
from statistics import median

from gradio_client import Client

from benchmarks.interaction import OURS as STYLEAPP
from benchmarks.interaction import served
from benchmarks.report import Row

RUNS = 3
REFERENCE = """
import gradio as gr, torch
def ready() -> str:
    return "ready"
with gr.Blocks(analytics_enabled=False) as demo:
    gr.api(ready, api_name="ready")
demo.launch(server_port={port}, quiet=True)
"""
DRAWING = [{"w": 14, "p": [80, 40, 80, 210, 180, 210]}]


def measure() -> list[Row]:
    """Start both in turn, three times each, and ask each for its one function: ours loads its models for it."""
    ours, theirs = [], []
    for _ in range(RUNS):
        ours.append(first_answer(STYLEAPP, "/restyle", DRAWING))
        theirs.append(first_answer(REFERENCE, "/ready"))
    return [Row("server start to first answer", median(ours), "Gradio + torch", median(theirs), "≤ 1.5")]


def first_answer(program: str, api_name: str, *arguments: object) -> float:
    """Milliseconds from starting a Python process to the first answer of its function."""
    start = time.perf_counter()
    with served(program) as address:
        Client(address, verbose=False).predict(*arguments, api_name=api_name)
        return 1000 * (time.perf_counter() - start)
