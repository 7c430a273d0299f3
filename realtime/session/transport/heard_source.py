"""The human's beat, as the engine hears it in their playing. Pure."""

from midi.tempo import Tempo
from realtime.session.transport.time_source import TimeSource, TimeState
from realtime.settings import FOLLOW


class HeardSource(TimeSource):
    """There unless a tempo was set; what is heard is kept until it is heard otherwise, or is changed by hand."""

    name = FOLLOW
    is_external = False

    def __init__(self) -> None:
        super().__init__()
        self._news: Tempo | None = None

    @property
    def is_there(self) -> bool:
        """Whether no tempo was set."""
        return self.settings.bpm is None

    def follow(self, tempo: Tempo) -> bool:
        """Keep to a beat from now on."""
        self._news = tempo
        return True

    def state(self, running: TimeState, now_ns: int) -> TimeState:
        """The tempo heard last, if it is news; else the time that ran so far."""
        tempo, self._news = self._news or running.tempo, None
        return TimeState(tempo, running.bar, rolling=True)

    def lead(self, running: TimeState, before: TimeSource | None) -> TimeState:
        """Lead without the bars of somebody else, whose beats were elsewhere than the human's are."""
        running = super().lead(running, before)
        return running._replace(bar=None) if before is not None and before.is_external else running

    def manner(self, tempo: Tempo) -> str:
        """The way time goes on where the human leads."""
        return "your beat leads"
