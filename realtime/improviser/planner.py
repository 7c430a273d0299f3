"""The planner: makes plans, and keeps them as the human plays now and as the parameters stand. Pure."""

import numpy as np

from exported.sampling import SamplingOptions
from midi.meter import Bar
from midi.tokens import DEVIATION
from realtime.improviser.fills import Fills
from realtime.improviser.grid import TICKS_PER_BAR, TOLERANCE
from realtime.improviser.learned_touch import DrawnLoudness, DrawnScale
from realtime.improviser.listener import Listener
from realtime.improviser.outline import DeviationOf, LoudnessOf, Outline, VelocityAt, as_drawn
from realtime.improviser.plan import Plan
from realtime.improviser.ring import ContextRing
from realtime.improviser.step_model import StepModel
from realtime.improviser.timekeeper import Timekeeper
from realtime.modes import MODES, Mode
from realtime.roles import channel_of, range_of, role_of
from realtime.settings import BAR, BEAT, Settings

PATIENCE_TICKS = TICKS_PER_BAR
"""An accompaniment goes on so long after the human's last note, or while a key is down."""


class Planner:
    """Makes plans for an engine."""

    def __init__(
        self, model: StepModel, ring: ContextRing, settings: Settings, time: Timekeeper, listener: Listener
    ) -> None:
        self.settings = settings
        self.phrase_ticks = 0
        """The length of the phrase that was answered last."""
        self._model = model
        self._ring = ring
        self._time = time
        self._listener = listener
        self._role = role_of(settings)
        self._touch = np.random.default_rng([settings.seed, 2])  # of its own: what is played does not depend on it
        self._velocities = DrawnScale()
        self._deviations = DrawnScale()
        self._strokes = DrawnLoudness()

    @property
    def mode(self) -> Mode:
        """The way to play together."""
        return MODES[self.settings.mode]

    @property
    def begins_alone(self) -> bool:
        """Whether a plan begins without the human."""
        return self.mode.begins_alone and not self.settings.wait_for_me

    def plan(self, begin: int, *, enters: bool) -> Plan:
        """A plan from a tick on."""
        outline = Outline(
            self._options,
            begin,
            self._end_from(begin),
            self._channel,
            self._velocity_at(begin),
            may_end=self.mode.takes_turns,
            predicts_human=self.mode.predicts_human and not self._role.is_drums,
            polyphony=self._listener.follower.polyphony(self.settings),
            beat_origin=self._time.grid.origin_of(begin),
            loudness_of=self._loudness_of(),
            fills=self._fills(begin),
            deviation_of=self._deviation_of(),
            pitches=range_of(self.settings),
        )
        return Plan(self._model, self._ring, outline, enters=enters)

    def joins_at(self, tick: int) -> int | None:
        """The tick at which it begins to play with the human, who struck a key at one; None: not yet.

        A drummer enters on a beat, and waits until one is known.
        """
        if not self._role.is_drums:
            return tick
        if not self._time.knows_beat:
            return None
        begin = self._listener.tracker.phrase.begin
        self.count_bars(begin)
        return self._time.entry(tick - TOLERANCE, begin, self.settings.quantize_entry)

    def begins_at(self, tick: int) -> int:
        """The tick at which it begins alone, at one or after: a drummer on a bar, if there are any."""
        entry = self.settings.quantize_entry
        return self._time.entry(tick, tick, BAR if self._role.is_drums and entry == BEAT else entry)

    def count_bars(self, tick: int) -> None:
        """Count bars from a tick on for a drummer, where nobody knows any."""
        if self._role.is_drums:
            self._time.grid.counted = Bar(tick, 0, self.settings.meter_id)

    def follow(self, plan: Plan) -> None:
        """Bias a plan towards how the human plays now."""
        outline, follower = plan.outline, self._listener.follower
        outline.beat_origin = self._time.grid.origin_of(outline.begin)
        outline.biases = follower.biases(self.settings, self._model.fields)
        outline.polyphony = follower.polyphony(self.settings)
        outline.deviation_of = self._deviation_of()
        outline.loudness_of = self._loudness_of()

    def follow_note(self, plan: Plan, tick: int) -> None:
        """Follow the human, as loud as since the measure in which they played a note, at a tick."""
        self.follow(plan)
        plan.outline.velocity_at = self._velocity_at(self._listener.follower.measure_begun(tick))

    def note_played(self, plan: Plan, tick: int) -> None:
        """The human played: go on on their channel, if none was asked for, and as accompaniment last from a tick on."""
        plan.outline.channel = self._channel
        if self.mode.ends_with_human:
            plan.outline.end = tick + PATIENCE_TICKS

    def extend_while_pressed(self, plan: Plan, tick: int) -> None:
        """Let an accompaniment last while a key is down; it ends no earlier than it would."""
        if self._listener.tracker.is_pressed and plan.outline.end is not None and self.mode.ends_with_human:
            plan.outline.end = max(plan.outline.end, tick + PATIENCE_TICKS)

    def update(self, plan: Plan, before: Settings) -> None:
        """Parameters have changed: those of a plan's outline do."""
        outline = plan.outline
        outline.options, outline.channel = self._options, self._channel
        outline.fills, outline.pitches = self._fills(outline.begin), range_of(self.settings)
        self.follow(plan)
        if self.settings.follow_dynamics != before.follow_dynamics:
            outline.velocity_at = self._velocity_at(outline.begin)
        if self.settings.bars != before.bars and not self.mode.ends_with_human:
            outline.end = self._end_from(outline.begin if self.mode.takes_turns else plan.decided_until)

    def _end_from(self, begin: int) -> int | None:
        """The end of what begins at a tick: after the phrase's length or `bars`; None: never."""
        if self.settings.bars is None and not self.mode.takes_turns:
            return None
        return self._time.answer_end(begin, self.phrase_ticks, self.settings.bars)

    def _velocity_at(self, begin: int) -> VelocityAt:
        """The loudness of notes that go on from `begin` as the human plays now."""
        dynamics = self._listener.follower.dynamics(self.settings)

        def velocity_at(onset: int, pitch: int, drawn: int | None) -> int:
            if drawn is not None and self._role.usual_velocity is not None:
                return drawn
            if drawn is not None:
                return dynamics.learned_velocity(drawn, self._velocities)
            return dynamics.velocity_at(onset - begin, pitch, self._touch.random())

        return velocity_at

    def _loudness_of(self) -> LoudnessOf:
        """The loudness that notes sound with, where the model does not hear the human's."""
        usual = self._role.usual_velocity
        if usual is None:
            return as_drawn
        dynamics = self._listener.follower.dynamics(self.settings)
        return lambda drawn: dynamics.stroke_velocity(drawn, usual, self._strokes)

    def _deviation_of(self) -> DeviationOf:
        """The place of notes beside the grid as the human plays now; a drummer keeps to its own."""
        if self._role.is_drums or DEVIATION not in self._model.fields:
            return as_drawn
        placement = self._listener.follower.placement(self.settings)
        return lambda drawn: placement.learned_ms(drawn, self._deviations)

    @property
    def _channel(self) -> int:
        channel = channel_of(self.settings)
        return self._listener.tracker.channel if channel is None else channel

    def _fills(self, begin: int) -> Fills | None:
        if not self._role.is_drums:
            return None
        return Fills(self._time.grid, begin, self._model.fields, self.settings.fills)

    @property
    def _options(self) -> SamplingOptions:
        return SamplingOptions(self.settings.temperature, self.settings.imitate)
