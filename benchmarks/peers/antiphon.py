"""Antiphon's default model, by the code that the daemon decides with; runs in .venv-full."""

from collections.abc import Callable, Sequence

from benchmarks.peers import adapter

CONTEXT = 256
"""Notes heard before the answer, so that there is something to imitate."""
WARM_UP = 50


def prepare() -> tuple[str, str, Callable[[Sequence[float]], list[float]]]:
    """Load the model; for a decided note it steps over the one before, recalls, and draws it with its length."""
    from exported.model_store import find_model
    from exported.onnx_model import load_model
    from exported.runtime import VERSION
    from realtime.bench.decisions import Answer

    model = load_model(find_model("default"), "cpu")

    answer = Answer(model, CONTEXT)

    def play(pauses: Sequence[float]) -> list[float]:
        seconds = []
        for pause in pauses:
            adapter.wait(pause)
            seconds.append(answer.decide())
        return seconds

    play([0.0] * WARM_UP)
    what = (
        f"the default model ({model.card.parameters / 1e6:.1f} M parameters, int8) by the daemon's own path, "
        f"{CONTEXT} notes of context: step over the note before; draw onset, pitch and length, imitation included; "
        f"onnxruntime {VERSION}"
    )
    return "Antiphon", what, play


if __name__ == "__main__":
    adapter.serve(prepare)
