"""Antiphon's default model, by the code that the daemon decides with; runs in .venv-full."""

from collections.abc import Callable, Sequence

from scripts.peers import seat

CONTEXT = 256
"""Notes heard before the answer, so that there is something to imitate."""
WARM_UP = 50


def prepare() -> tuple[str, str, Callable[[Sequence[float]], list[float]]]:
    """Load the model; one decided note is drawn with its imitation and stepped over, its length included."""
    import onnxruntime

    from exported.shelf import find_model
    from realtime.bench import decisions
    from realtime.engine_process.model import load_model

    model = load_model(find_model("default"), "cpu")

    def play(pauses: Sequence[float]) -> list[float]:
        """The first note is decided unasked: a ring steps over what it heard when it must, and there it must."""
        before = [0.0, *pauses]
        seconds = decisions._decisions(model, len(before), lambda index: seat.wait(before[index]), CONTEXT)  # noqa: SLF001
        return seconds[1:]

    play([0.0] * WARM_UP)
    what = (
        f"the default model ({model.card.parameters / 1e6:.1f} M parameters, int8) by the daemon's own path, "
        f"{CONTEXT} notes of context: draw onset, pitch and length, imitation included, and step over the note; "
        f"onnxruntime {onnxruntime.__version__}"
    )
    return "Antiphon", what, play


if __name__ == "__main__":
    seat.serve(prepare)
