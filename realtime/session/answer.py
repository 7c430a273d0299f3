"""The progress of an answer: whether it sounds, when it ends, whether it was played to its end. Pure."""

from dataclasses import dataclass


@dataclass(slots=True)
class Answer:
    """The answer to the human's latest note."""

    count: int = 0
    """Answers that were played to their end."""
    is_over: bool = False
    """It was played to its end, or will not be finished."""
    sounds: bool = False
    """A note of it has sounded."""
    end: int | None = None
    """The tick at which it ends, once that is known."""

    def begin_anew(self) -> None:
        """The human has played: another answer is to come, if any."""
        self.is_over = self.sounds = False
        self.end = None

    def finish(self) -> None:
        """It was played to its end."""
        self.count += 1
        self.is_over = True
        self.end = None

    def abandon(self) -> None:
        """It will not be finished."""
        self.end = None
        self.is_over = self.is_over or self.sounds
