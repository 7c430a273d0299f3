"""Notochord (Shepardson, Armitage and Magnusson 2022): feed what sounded, query what comes next; in its environment.

As its `homunculus` asks for the next event right after one sounded, of two instruments, the player's and its own. Its
default limit of 11 s a note is left out: with weights drawn by chance it would often end notes without the network.
"""

import importlib.metadata
from collections.abc import Callable, Sequence

from benchmarks.peers import adapter

CHECKPOINT = "notochord-latest.ckpt"
PLAYER = 1
WARM_UP = 30


def prepare() -> tuple[str, str, Callable[[Sequence[float]], list[float]]]:
    """Load its checkpoint where it was downloaded before, else the same architecture with weights drawn by chance."""
    import torch  # type: ignore[import-not-found]
    from notochord import Notochord  # type: ignore[import-not-found]
    from notochord.event import EventConstraints  # type: ignore[import-not-found]

    torch.set_num_threads(1)
    torch.manual_seed(0)
    if (Notochord.user_data_dir() / CHECKPOINT).is_file():
        model, weights = Notochord.from_checkpoint(CHECKPOINT), "its published weights"
    else:
        model, weights = Notochord().eval(), "its architecture with random weights (its checkpoint is not here)"
    model.reset()
    instruments = (PLAYER, model.first_anon_like(PLAYER))
    all_of_it = (0.0, 1.0)

    def decide() -> None:
        wanted = EventConstraints(
            {instrument: set(range(128)) for instrument in instruments},
            min_time=0,
            max_time=torch.inf,
            truncate_quantile_time=all_of_it,
            truncate_quantile_pitch=all_of_it,
            truncate_quantile_vel=all_of_it,
            steer_density=0.5,
        )
        model.feed(**model.sample(wanted, "vipt").as_dict())

    play = adapter.each(decide)
    play([0.0] * WARM_UP)
    size = sum(values.numel() for values in model.parameters()) / 1e6
    what = (
        f"{weights} ({size:.1f} M parameters): sample + feed of one event; a note and its end are two; "
        f"torch {importlib.metadata.version('torch')}"
    )
    return f"Notochord {importlib.metadata.version('notochord')}", what, play


if __name__ == "__main__":
    adapter.serve(prepare)
