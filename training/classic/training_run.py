"""The classic preset: the same road from music to a model's folder as any training, on names instead of events.

Importing this module imports TensorFlow.
"""

from dataclasses import dataclass

from midi.tokens import Field
from training.classic import reading
from training.encoding import EncodedPiece
from training.pieces import Piece
from training.training_run import TrainingRun


@dataclass(slots=True)
class ClassicTrainingRun(TrainingRun):
    """A training whose vocabulary is all the names there are in the music, those of the held-out pieces too.

    As in the tutorials; so that every name can be foretold, if only by chance.
    """

    def _columns(self) -> tuple[tuple[Field, ...], tuple[Field, ...]]:
        self.sounds = reading.vocabulary(reading.sounds(work) for work in self.corpus.works)
        return (reading.sound_field(self.sounds),), ()

    def _pieces(self, works: tuple[Piece, ...]) -> list[EncodedPiece]:
        return [reading.as_piece(reading.ids(reading.sounds(work), self.sounds)) for work in works]
