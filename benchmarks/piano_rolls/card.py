"""The card of a model over frames: written into the ONNX file's own metadata, as JSON."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from benchmarks.piano_rolls.imitation import Imitation
from benchmarks.piano_rolls.settings import Settings
from midi.errors import ModelError

PROPERTY = "antiphon_rolls"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Card:
    """The set (name and sha256 of the file), and the training; `held_out`: validation nats per frame, by Keras."""

    name: str
    sha256: str
    keys: int
    settings: Settings
    parameters: int
    passes: int
    best_pass: int
    seconds: int
    held_out: float
    imitation: Imitation

    def as_properties(self) -> dict[str, str]:
        """For an ONNX file."""
        return {PROPERTY: json.dumps({"format": FORMAT, **asdict(self)})}

    @classmethod
    def of(cls, properties: Mapping[str, str]) -> "Card":
        """From an ONNX file's properties.

        Raises:
            ModelError: there is no such card, or it is of another format.
        """
        try:
            facts = json.loads(properties[PROPERTY])
            if facts.pop("format") != FORMAT:
                raise ModelError("this piano-roll model was made by another version of Antiphon: train it anew")
            settings = facts.pop("settings")
            for name in ("periods", "lags"):
                settings[name] = tuple(settings[name])
            imitation = Imitation(**facts.pop("imitation"))
            return cls(settings=Settings(**settings), imitation=imitation, **facts)
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"this model says nothing of piano-rolls that can be read ({type(error).__name__}): train one anew"
            ) from None
