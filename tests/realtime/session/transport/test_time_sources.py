from dataclasses import replace

import pytest

from midi.errors import MachineError
from midi.meter import Bar, place
from midi.nanoseconds import NS_PER_MINUTE
from midi.notes import TICKS_PER_BEAT
from midi.tempo import Tempo
from realtime.session.transport.link_source import POLL_NS, LinkMoment
from realtime.session.transport.midi_clock_source import HOLD_NS, NEVER_STARTED
from realtime.session.transport.sources import time_sources
from realtime.session.transport.transport import Transport
from realtime.settings import Settings

NS = 1_000_000_000
MS = 1_000_000
START_NS = 7 * NS
PULSE, START, CONTINUE, STOP = b"\xf8", b"\xfa", b"\xfb", b"\xfc"


class Scene:
    """A transport, a clock that plays to it, and a witness that ticks never go back, unless they `may_go_back`."""

    def __init__(self, settings: Settings, *, may_go_back: bool = False) -> None:
        self.now = START_NS
        self.may_go_back = may_go_back
        self.transport = Transport(settings, self.now)
        self.latest_tick = 0

    def watch(self) -> None:
        tick = self.transport.tempo.tick_at(self.now)
        assert tick >= self.latest_tick or self.may_go_back
        self.latest_tick = tick

    def pass_time(self, ns: int) -> None:
        until = self.now + ns
        while (wake_ns := self.transport.wake_ns) is not None and wake_ns <= until:
            self.now = wake_ns
            self.transport.advance(self.now)
            self.watch()
        self.now = until

    def clock(self, bpm: float, pulses: int) -> None:
        for _ in range(pulses):
            self.transport.hear(PULSE, self.now)
            self.watch()
            self.pass_time(round(NS_PER_MINUTE / bpm / TICKS_PER_BEAT))

    def send(self, message: bytes) -> None:
        self.transport.hear(message, self.now)

    def place(self) -> tuple[int, int] | None:
        assert self.transport.bar is not None
        return place([self.transport.bar], self.transport.tempo.tick_at(self.now))


def bpm(transport: Transport) -> float:
    return float(transport.tempo.bpm)


def test_auto_follows_the_human_until_there_is_a_clock() -> None:
    scene = Scene(Settings())
    assert (scene.transport.source, bpm(scene.transport)) == ("follow", 120)
    scene.clock(96, 48)
    assert scene.transport.source == "clock"
    assert bpm(scene.transport) == pytest.approx(96, rel=1e-6)
    assert scene.transport.lines() == ["MIDI clock: 96 bpm", NEVER_STARTED]
    assert scene.transport.lines() == []


def test_a_given_tempo_is_kept_where_there_is_no_clock() -> None:
    transport = Transport(Settings(bpm=90), START_NS)
    transport.follow(Tempo.of(133, START_NS, 0))
    assert (transport.source, bpm(transport)) == ("internal", 90)


def test_the_humans_beat_is_adopted_where_nothing_else_sets_the_tempo() -> None:
    transport = Transport(Settings(), START_NS)
    before = transport.revision
    transport.follow(Tempo.of(133, START_NS, 0))
    assert (bpm(transport), transport.revision) == (133, before + 1)


def test_no_clock_is_heard_where_the_tempo_is_our_own() -> None:
    scene = Scene(Settings(sync="internal", bpm=90))
    scene.clock(96, 48)
    assert (scene.transport.source, bpm(scene.transport)) == ("internal", 90)


def test_told_to_wait_for_a_clock_it_stands_still_and_says_so() -> None:
    scene = Scene(Settings(sync="clock"))
    assert not scene.transport.rolling
    assert scene.transport.lines() == ["waiting for a MIDI clock"]
    scene.clock(96, 12)
    assert scene.transport.rolling


def test_bars_begin_at_a_start() -> None:
    scene = Scene(Settings(meter="3/4"))
    scene.clock(96, 13)
    assert scene.transport.bar is None
    scene.send(START)
    scene.clock(96, 1)
    scene.now -= 1000  # still nearest to the tick of that pulse
    assert scene.place() == (1, 1)
    scene.now += 1000
    scene.clock(96, 71)
    assert scene.place() == (1, 0)


def test_a_song_position_says_where_in_a_bar_it_goes_on() -> None:
    scene = Scene(Settings())
    scene.clock(120, 24)
    told = []
    for message in (STOP, bytes([0xF2, 18, 0]), CONTINUE):
        scene.send(message)
        told.append(scene.transport.rolling)
    assert told == [False, False, True]
    scene.clock(120, 1)
    assert scene.place() == (2, 18 * 6 % 96 + 1)


def test_a_stopped_clock_that_falls_silent_is_waited_for() -> None:
    scene = Scene(Settings())
    scene.clock(120, 24)
    scene.send(STOP)
    scene.transport.lines()
    scene.pass_time(60 * NS)
    assert (scene.transport.source, scene.transport.rolling) == ("clock", False)
    assert scene.transport.lines() == []


@pytest.mark.parametrize("sync", ["auto", "clock"])
def test_a_lost_clock_is_said_once_and_its_tempo_goes_on(sync: str) -> None:
    scene = Scene(Settings(sync=sync))
    scene.send(START)
    scene.clock(96, 48)
    scene.transport.lines()
    tempo, bar = scene.transport.tempo, scene.transport.bar
    scene.pass_time(HOLD_NS // 2)
    assert scene.transport.lines() == ["the clock has gone: going on at 96 bpm"]
    assert (scene.transport.tempo, scene.transport.bar, scene.transport.source) == (tempo, bar, "clock")


def test_a_clock_that_comes_back_is_in_the_same_bar() -> None:
    scene = Scene(Settings())
    scene.send(START)
    scene.clock(96, 48)
    bar = scene.transport.bar
    scene.transport.lines()
    scene.pass_time(100 * round(NS_PER_MINUTE / 96 / TICKS_PER_BEAT) + 3 * MS)
    scene.clock(96, 24)
    assert scene.transport.bar == bar
    assert scene.place() == (2, (48 + 100 + 24) % 96)
    assert scene.transport.lines() == ["the clock has gone: going on at 96 bpm", "the clock is back: 96 bpm"]


def test_the_tempo_that_is_told_of_a_clock_that_is_back_is_the_one_it_has_now() -> None:
    scene = Scene(Settings(), may_go_back=True)
    scene.clock(96, 48)
    scene.pass_time(NS)
    scene.clock(140, 30)
    told = ["MIDI clock: 96 bpm", NEVER_STARTED, "the clock has gone: going on at 96 bpm", "the clock is back: 140 bpm"]
    assert scene.transport.lines() == told


def test_after_a_while_the_human_may_lead_again_and_is_told_so() -> None:
    scene = Scene(Settings())
    scene.send(START)
    scene.clock(96, 48)
    scene.transport.lines()
    tempo = scene.transport.tempo
    scene.pass_time(HOLD_NS + NS)
    assert (scene.transport.source, scene.transport.tempo, scene.transport.bar) == ("follow", tempo, None)
    told = ["the clock has gone: going on at 96 bpm", "the clock stays away: your beat leads"]
    assert scene.transport.lines() == told
    scene.pass_time(HOLD_NS)
    assert scene.transport.lines() == []
    scene.clock(140, 48)
    assert scene.transport.source == "clock"
    assert bpm(scene.transport) == pytest.approx(140, rel=1e-3)


def test_where_a_tempo_was_given_a_clock_that_stays_away_is_gone_on_with_in_its_own() -> None:
    scene = Scene(Settings(bpm=90))
    scene.send(START)
    scene.clock(96, 48)
    tempo, bar = scene.transport.tempo, scene.transport.bar
    scene.pass_time(HOLD_NS + NS)
    assert (scene.transport.source, scene.transport.tempo, scene.transport.bar) == ("internal", tempo, bar)
    assert scene.transport.lines()[-1] == "the clock stays away: still going on at 96 bpm"


def test_a_tempo_typed_while_a_stopped_clock_is_silent_is_taken_until_the_clock_is_back() -> None:
    settings = Settings()
    scene = Scene(settings)
    scene.clock(96, 48)
    scene.send(STOP)
    scene.pass_time(5 * NS)
    scene.transport.set(replace(settings, bpm=140), scene.now)
    assert (scene.transport.source, bpm(scene.transport)) == ("clock", 140)
    scene.send(START)
    scene.clock(96, 48)
    assert bpm(scene.transport) == pytest.approx(96, rel=1e-3)


@pytest.mark.parametrize(("before", "after"), [(90, 140), (140, 90), (120, 60), (60, 120), (300, 20), (20, 300)])
def test_a_beat_keeps_its_tick_when_the_tempo_steps(before: float, after: float) -> None:
    scene = Scene(Settings(), may_go_back=True)
    scene.send(START)
    scene.clock(before, 96)
    bar = scene.transport.bar
    scene.clock(after, 96)
    assert bpm(scene.transport) == pytest.approx(after, rel=1e-4)
    assert scene.transport.bar == bar
    assert scene.place() == (2, 0)


def test_a_clock_that_slows_down_step_by_step_makes_as_many_ticks_as_pulses() -> None:
    scene = Scene(Settings(), may_go_back=True)
    scene.send(START)
    scene.clock(140, 96)
    begun = scene.transport.tempo.tick_at(scene.now)
    for tempo in range(138, 40, -2):
        scene.clock(tempo, 7)
    assert scene.transport.tempo.tick_at(scene.now) - begun == 49 * 7


def test_ticks_never_go_back_at_starts_stops_and_jumps() -> None:
    scene = Scene(Settings())
    for gap_ms in (0, 3, 11, 17, 400, 2000):
        scene.send(START)
        scene.clock(120, 31)
        scene.send(STOP)
        scene.pass_time(gap_ms * MS)
        scene.watch()
        scene.send(bytes([0xF2, 5, 0]))
        scene.send(CONTINUE)
        scene.clock(120, 18)
        assert scene.place() == (2, 48)


def test_a_steady_clock_is_told_once() -> None:
    scene = Scene(Settings())
    scene.clock(120, 24)
    before = scene.transport.revision
    scene.clock(120, 500)
    assert scene.transport.revision == before


def test_a_change_of_bpm_goes_on_from_where_it_is() -> None:
    settings = Settings(bpm=90)
    transport = Transport(settings, START_NS)
    at_ns = START_NS + 1_234_567_890
    before = transport.tempo
    transport.set(replace(settings, bpm=140), at_ns)
    assert bpm(transport) == 140
    assert transport.tempo.tick_at(at_ns) == before.tick_at(at_ns)


def test_a_change_of_bpm_does_not_move_a_clock() -> None:
    settings = Settings()
    scene = Scene(settings)
    scene.clock(96, 48)
    scene.transport.lines()
    scene.transport.set(replace(settings, bpm=140), scene.now)
    assert bpm(scene.transport) == pytest.approx(96, rel=1e-6)
    assert scene.transport.lines() == ["the MIDI clock sets the tempo: 96 bpm"]


def test_a_change_of_meter_changes_the_bars() -> None:
    settings = Settings(meter="4/4", bpm=100)
    transport = Transport(settings, START_NS)
    assert transport.bar == Bar(0, 0, 2)
    transport.set(replace(settings, meter="3/4"), START_NS + NS)
    assert transport.bar == Bar(0, 0, 1)


class FakeSession:
    """A Link session whose state a test sets."""

    def __init__(self) -> None:
        self.moment = LinkMoment(START_NS, 17.25, 100.0, playing=False)
        self.proposed: list[float] = []
        self.quantum = 4
        self.has_left = False

    def look(self) -> LinkMoment:
        return self.moment

    def set_bpm(self, bpm: float) -> None:
        self.proposed.append(bpm)

    def set_quantum(self, quantum: int) -> None:
        self.quantum = quantum

    def leave(self) -> None:
        self.has_left = True


def in_session(settings: Settings) -> tuple[Transport, FakeSession]:
    session = FakeSession()
    return Transport(settings, START_NS, time_sources(lambda bpm, quantum: session)), session


def test_a_link_session_sets_tempo_and_bars() -> None:
    transport, _ = in_session(Settings(sync="link"))
    assert (transport.source, bpm(transport), transport.rolling) == ("link", 100, True)
    assert transport.bar is not None
    assert place([transport.bar], transport.tempo.tick_at(START_NS)) == (2, 30)
    assert transport.lines() == ["Ableton Link: 100 bpm"]
    assert transport.wake_ns == START_NS + POLL_NS


def test_a_tempo_of_the_session_is_taken_over_when_it_is_looked_at() -> None:
    transport, session = in_session(Settings(sync="link"))
    at_ns = START_NS + POLL_NS
    session.moment = LinkMoment(at_ns, 17.25 + POLL_NS * 100 / NS_PER_MINUTE, 150.0, playing=False)
    before = transport.tempo.tick_at(at_ns)
    transport.advance(at_ns)
    assert bpm(transport) == 150
    assert transport.tempo.tick_at(at_ns) == before


def test_a_session_that_was_started_and_stopped_stands_still() -> None:
    transport, session = in_session(Settings(sync="link"))
    told = []
    for step, playing in enumerate((True, False, True), 1):
        at_ns = START_NS + step * POLL_NS
        session.moment = replace(session.moment, playing=playing)
        transport.advance(at_ns)
        told.append(transport.rolling)
    assert told == [True, False, True]


def test_a_jump_of_the_session_moves_its_bars_and_no_ticks() -> None:
    transport, session = in_session(Settings(sync="link"))
    before = transport.tempo.tick_at(START_NS + POLL_NS)
    session.moment = replace(session.moment, at_ns=START_NS + POLL_NS, beat=3001.0)
    transport.advance(START_NS + POLL_NS)
    assert transport.tempo.tick_at(START_NS + POLL_NS) == before
    assert transport.bar is not None
    assert place([transport.bar], before) == (2, 24)


def test_changes_while_in_a_session_are_the_sessions() -> None:
    settings = Settings(sync="link")
    transport, session = in_session(settings)
    transport.set(replace(settings, bpm=77, quantum=3), START_NS)
    assert (session.proposed, session.quantum) == ([77], 3)
    transport.set(replace(settings, sync="internal"), START_NS)
    assert session.has_left
    assert (transport.source, bpm(transport)) == ("internal", 100)


def test_a_missing_package_changes_nothing() -> None:
    def missing(bpm: float, quantum: int) -> FakeSession:
        raise MachineError("not installed")

    settings = Settings(bpm=90)
    transport = Transport(settings, START_NS, time_sources(missing))
    with pytest.raises(MachineError):
        transport.set(replace(settings, sync="link"), START_NS)
    assert (transport.source, transport.wake_ns) == ("internal", None)


def test_a_clock_that_was_waited_for_is_told_when_it_comes() -> None:
    transport = Transport(Settings(sync="clock"), 0)
    assert transport.lines() == ["waiting for a MIDI clock"]
    for index in range(30):
        transport.hear(b"\xf8", index * 20_833_333)
    assert transport.lines() == ["MIDI clock: 120 bpm", NEVER_STARTED]


def heard(tempo_bpm: float, anchor_tick: int = 0) -> Tempo:
    return Tempo.of(tempo_bpm, START_NS, anchor_tick)


def test_the_tempo_heard_is_told_once_and_again_when_it_changes() -> None:
    transport = Transport(Settings(), START_NS)
    told = []
    for tempo in (129.8, 131, 128, 133, 140, 138, 130):
        transport.follow(heard(tempo))
        told.append(transport.lines())
    first, again = "your tempo: about 130 bpm; --bpm sets it", "your tempo: about 140 bpm; --bpm sets it"
    assert told == [[first], [], [], [], [again], [], [first]]


def test_a_tempo_heard_is_not_told_where_somebody_else_leads() -> None:
    transport = Transport(Settings(bpm=100), START_NS)
    transport.follow(heard(130))
    assert transport.lines() == []


def test_beats_fall_on_the_taps_and_the_tempo_is_told_once() -> None:
    transport = Transport(Settings(), START_NS)
    beats = [START_NS + 250 * MS + index * 500 * MS for index in range(1, 5)]
    for beat_ns in beats:
        transport.set(Settings(bpm=120.0), beat_ns)
        transport.take_beat(beat_ns)
    assert transport.source == "internal"
    assert transport.lines() == ["your taps: 120 bpm"]
    assert transport.beat is not None
    for beat_ns in beats:
        tick = transport.tempo.tick_at(beat_ns)
        assert tick % TICKS_PER_BEAT == transport.beat
        assert transport.tempo.ns_at(tick) == pytest.approx(beat_ns, abs=1000)


def test_taps_where_bars_are_known_fall_on_the_beats_of_these() -> None:
    settings = Settings(bpm=100, meter="3/4")
    transport = Transport(settings, START_NS)
    tap_ns = START_NS + 8 * NS + 123 * MS
    transport.take_beat(tap_ns)
    assert transport.tempo.tick_at(tap_ns) % TICKS_PER_BEAT == 0
    assert abs(transport.tempo.ns_at(0) - START_NS) <= 300 * MS


def test_a_tap_does_not_move_a_clock() -> None:
    scene = Scene(Settings())
    scene.clock(120, 30)
    before = scene.transport.tempo
    scene.transport.take_beat(scene.now + 100 * MS)
    assert (scene.transport.tempo, scene.transport.beat) == (before, None)


def test_outside_a_live_performance_link_is_refused_in_a_line() -> None:
    with pytest.raises(MachineError, match="sync link is for a live performance"):
        Transport(Settings(sync="link"), START_NS)
