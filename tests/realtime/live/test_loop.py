"""The loop on a clock that jumps: what is sent when, in which epoch, and what becomes of it when something breaks."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from midi.errors import MachineError
from realtime.live.loop import ACTIVE_PASS_S, IDLE_PASS_S, IDLE_POLL_S, LOOK_NS
from realtime.live.pipe import PeerGoneError
from realtime.live.supervisor import EngineFailedError
from realtime.messages import (
    AnswerEnd,
    Cancelled,
    Failed,
    HistoryNote,
    ListenFrom,
    ParameterChange,
    Played,
    Proposal,
    Released,
    Sent,
    TransportState,
)
from realtime.session.controls import Action, Request
from realtime.session.inputs import Inputs
from realtime.session.journal import Acted, Changed, EngineLost, EngineStarted, Notice, Sounded
from realtime.session.session import ACTIVE_NS
from realtime.session.suspicion import Suspect
from realtime.session.voice_routing import PORT
from realtime.settings import Settings
from tests.realtime.live.fakes import INPUTS, MS, S, Stage

ON, OFF = bytes((0x90, 60, 80)), bytes((0x80, 60, 0))
ANSWER_ON, ANSWER_OFF = bytes((0x90, 72, 80)), bytes((0x80, 72, 0))
PULSE, START = b"\xf8", b"\xfa"
TICK_NS = 500 * MS // 24


def proposal(note_id: int, onset: int, end: int, epoch: int = 0, pitch: int = 72) -> Proposal:
    return Proposal(note_id, epoch, onset, end, 0, pitch, 80, 0)


def notices(stage: Stage) -> list[str]:
    return [entry.text for entry in stage.surface.shown if isinstance(entry, Notice)]


# When it is sent


def test_a_note_goes_out_at_its_tick_and_ends_at_its_own() -> None:
    stage = Stage()
    stage.engine.says.append((0, proposal(1, 24, 48)))
    stage.play_until(4 * S)
    assert [data for _, data in stage.output.sent] == [ANSWER_ON, ANSWER_OFF]
    for (at_ns, _), due_ns in zip(stage.output.sent, (S + 500 * MS, S + 1_000 * MS), strict=True):
        assert 0 <= at_ns - due_ns < 1_000, "to the microsecond"
    assert stage.clock.spins == 2


def test_what_is_due_goes_out_before_anybody_is_asked_for_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = Stage()
    poll = stage.surface.poll

    def slow_poll() -> Sequence[Request]:
        stage.clock.time_ns += MS // 5
        return poll()

    monkeypatch.setattr(stage.surface, "poll", slow_poll)
    stage.engine.says.append((0, proposal(1, 24, 48)))
    stage.play_until(4 * S)
    for (at_ns, _), due_ns in zip(stage.output.sent, (S + 500 * MS, S + 1_000 * MS), strict=True):
        assert 0 <= at_ns - due_ns < 1_000


def test_a_key_struck_while_the_loop_waits_for_a_moment_comes_before_what_is_due_then() -> None:
    stage = Stage()
    stage.engine.says.append((0, proposal(1, 24, 48)))
    stage.keyboard.plays(S + 500 * MS - 1_000, ON, OFF)
    stage.play_until(4 * S)
    assert stage.sent == [], "the human's note cancels it"


def test_an_output_with_a_lead_is_handed_its_messages_before_their_time() -> None:
    stage = Stage(lead_ns=10 * MS)
    stage.engine.says.append((0, proposal(1, 24, 48)))
    stage.play_until(4 * S)
    assert [at_ns for at_ns, _ in stage.output.sent] == pytest.approx([S + 490 * MS, S + 990 * MS], abs=1_000)
    sounded = [entry.at_ns for entry in stage.surface.shown if isinstance(entry, Sounded)]
    assert sounded == pytest.approx([S + 500 * MS, S + 1_000 * MS], abs=1_000)


def test_a_note_is_a_fact_to_the_engine_once_it_goes_out() -> None:
    stage = Stage()
    stage.engine.says.append((0, proposal(7, 24, 48)))
    stage.play_until(3 * S)
    [fact] = [message for _, message in stage.engine.told if isinstance(message, Sent)]
    assert fact.note_id == 7
    assert fact.at_ns == pytest.approx(S + 500 * MS, abs=1_000)


def test_a_human_note_cancels_what_is_planned_and_ends_what_sounds() -> None:
    stage = Stage()
    stage.engine.says += [(0, proposal(1, 0, 96)), (0, proposal(2, 48, 96, pitch=74))]
    stage.keyboard.plays(S + 600 * MS, ON)
    stage.play_until(4 * S)
    assert stage.sent == [ANSWER_ON, ANSWER_OFF]
    assert stage.output.sent[1][0] - (S + 600 * MS) <= ACTIVE_PASS_S * S
    told = [message for _, message in stage.engine.told]
    kinds = [type(message) for message in told if isinstance(message, Sent | Cancelled | Played | Released)]
    assert kinds == [Sent, Cancelled, Played, Released], "a fact before the note, and what the note cancels before it"


def test_a_proposal_of_an_earlier_epoch_is_void() -> None:
    stage = Stage()
    stage.keyboard.plays(S + 100 * MS, ON, OFF)
    stage.at(S + 200 * MS, lambda: stage.engine.says.append((0, proposal(1, 24, 48, epoch=0))))
    stage.at(S + 200 * MS, lambda: stage.engine.says.append((0, proposal(2, 30, 48, epoch=1, pitch=74))))
    stage.play_until(4 * S)
    assert [data[1] for data in stage.sent if data[0] == 0x90] == [74]


def test_what_is_sent_is_journaled_with_its_epoch() -> None:
    stage = Stage()
    stage.keyboard.plays(S + 100 * MS, ON, OFF)
    stage.at(S + 200 * MS, lambda: stage.engine.says.append((0, proposal(1, 24, 48, epoch=1))))
    stage.play_until(4 * S)
    assert {entry.send.epoch for entry in stage.surface.shown if isinstance(entry, Sounded)} == {1}


def test_what_arrived_together_is_heard_in_the_order_of_time() -> None:
    stage = Stage(inputs=2)
    stage.keyboards[0].plays(S + 5 * MS, bytes((0x90, 64, 80)))
    stage.keyboards[1].plays(S + 3 * MS, bytes((0x90, 60, 80)))
    stage.clock.time_ns = S + 10 * MS
    stage.play_until(S + 20 * MS)
    assert [message.data1 for _, message in stage.engine.told if isinstance(message, Played)] == [60, 64]


def test_a_musician_is_answered_by_their_own_part() -> None:
    stage = Stage(voices=2)
    stage.keyboard.plays(S + 10 * MS, bytes((0x91, 60, 80)))
    stage.engine.says.append((1, proposal(1, 24, 48)))
    stage.play_until(S + 100 * MS)
    assert [part for part, message in stage.engine.told if isinstance(message, Played)] == [1]
    stage = Stage(voices=2)
    stage.engine.says.append((1, proposal(1, 24, 48)))
    stage.play_until(3 * S)
    assert {entry.send.part for entry in stage.surface.shown if isinstance(entry, Sounded)} == {1}


# Waiting


def test_the_inputs_are_looked_at_between_two_passes_of_an_idle_loop() -> None:
    stage = Stage()
    stage.play_until(10 * S)
    seconds_idle = 4
    looks = stage.keyboard.looks
    stage.loop.run(lambda: stage.clock.time_ns >= (10 + seconds_idle) * S)
    assert stage.keyboard.looks - looks == pytest.approx(seconds_idle * (1 / IDLE_POLL_S + 1 / IDLE_PASS_S), rel=0.05)


def test_a_note_ends_an_idle_wait() -> None:
    stage = Stage()
    at_ns = 20 * S + 1 * MS
    stage.keyboard.plays(at_ns, ON)
    told: list[int] = []
    send = stage.engine.send

    def told_at(messages: list[Played], voice: int = 0) -> None:
        told.extend(stage.clock.time_ns for message in messages if isinstance(message, Played))
        send(messages, voice)

    stage.engine.send = told_at  # type: ignore[method-assign, assignment]
    stage.play_until(21 * S)
    assert told[0] - at_ns <= IDLE_POLL_S * S


def test_somebody_plays_for_five_seconds_after_their_last_message() -> None:
    stage = Stage()
    stage.keyboard.plays(20 * S, ON)
    stage.play_until(20 * S + ACTIVE_NS - 10 * MS)
    assert stage.session.is_active(stage.clock.time_ns)
    assert not stage.session.is_active(20 * S + ACTIVE_NS + 10 * MS)


# Whose clock


CLOCK_AT_ORGAN = Inputs(("piano",), clock="organ", is_clock_only=True)


def clock_pulses(stage: Stage, keyboard: int, bpm: float) -> None:
    for index in range(96):
        stage.keyboards[keyboard].plays(S + round(index * 60 * S / bpm / 24), PULSE)


def test_only_the_named_inputs_clock_counts() -> None:
    stage = Stage(Settings(), inputs=2, roles=CLOCK_AT_ORGAN)
    clock_pulses(stage, 0, 90)
    stage.play_until(3 * S)
    assert stage.session.transport.source == "follow"
    stage = Stage(Settings(), inputs=2, roles=CLOCK_AT_ORGAN)
    clock_pulses(stage, 1, 90)
    stage.play_until(3 * S)
    assert stage.session.transport.source == "clock"
    assert float(stage.session.transport.tempo.bpm) == pytest.approx(90, rel=0.01)
    states = [message for _, message in stage.engine.told if isinstance(message, TransportState)]
    assert states[-1].bpm == pytest.approx(90, rel=0.01)


def test_a_clock_may_come_to_an_input_that_is_played() -> None:
    roles = Inputs(INPUTS, clock="organ")
    stage = Stage(Settings(), voices=2, by=PORT, inputs=2, roles=roles)
    stage.keyboards[1].plays(S, ON)
    clock_pulses(stage, 1, 90)
    stage.play_until(3 * S)
    assert stage.session.transport.source == "clock"
    assert [voice for voice, message in stage.engine.told if isinstance(message, Played)] == [1]


def test_an_input_for_the_clock_alone_plays_nothing() -> None:
    stage = Stage(Settings(), inputs=2, roles=CLOCK_AT_ORGAN)
    stage.keyboards[1].plays(2 * S, ON)
    stage.play_until(3 * S)
    assert not [message for _, message in stage.engine.told if isinstance(message, Played)]


def test_a_clock_that_goes_is_told_and_its_tempo_is_kept() -> None:
    stage = Stage(Settings())
    clock_pulses(stage, 0, 90)
    stage.play_until(6 * S)
    assert [line for line in notices(stage) if line.startswith("the clock has gone: going on at 90")]


def test_our_own_clock_ticks_on_its_port_and_stops_at_the_end() -> None:
    stage = Stage(sends_clock=True)
    stage.play_until(2 * S)
    assert stage.clock_port is not None
    times = [at_ns for at_ns, data in stage.clock_port.sent if data == PULSE]
    assert len(times) in (48, 49)
    assert times[24] - times[0] == pytest.approx(500 * MS, abs=1_000)
    assert [data for _, data in stage.clock_port.sent][-1] == b"\xfc"
    assert PULSE not in stage.sent


# The engine's death


def lose(stage: Stage, loss: Exception | None = None) -> None:
    stage.engine.lost = loss or PeerGoneError()


def test_a_lost_engine_leaves_no_note_down_and_another_is_told_the_past() -> None:
    stage = Stage()
    stage.keyboard.plays(S + 10 * MS, ON)
    stage.keyboard.plays(S + 110 * MS, OFF)
    stage.engine.says.append((0, proposal(1, 0, 960, epoch=0)))
    stage.at(S + 200 * MS, lambda: stage.engine.says.append((0, proposal(2, 12, 960, epoch=1, pitch=74))))
    stage.at(2 * S, lambda: lose(stage))
    stage.play_until(3 * S)
    released = [at_ns for at_ns, data in stage.output.sent if data == bytes((0x80, 74, 0))]
    assert released[0] == pytest.approx(2 * S, abs=ACTIVE_PASS_S * S)
    assert [notice for notice in notices(stage) if notice.startswith("the engine was lost: starting another")]
    (_, _, [first]), (at_ns, _, [past]) = stage.engine.starts
    assert at_ns - 2 * S == pytest.approx(stage.engine.backoff_ns, abs=2 * MS)
    assert [message.pitch for message in past if isinstance(message, HistoryNote)] == [72, 60, 74]
    assert past[-1] == ListenFrom(stage.session.parts[0].epoch, 0)
    assert first[-1] == ListenFrom(0, 0)
    entries = [type(entry) for entry in stage.surface.shown if isinstance(entry, EngineStarted | EngineLost)]
    assert entries == [EngineStarted, EngineLost, EngineStarted]


def test_a_new_engine_is_not_told_twice_what_the_past_has() -> None:
    stage = Stage()
    stage.at(S + 100 * MS, lambda: lose(stage))
    stage.keyboard.plays(S + 120 * MS, ON)
    stage.play_until(2 * S)
    (_, _, [past]) = stage.engine.starts[1]
    assert [message.pitch for message in past if isinstance(message, HistoryNote)] == [60]
    assert not [message for _, message in stage.engine.told if isinstance(message, Played)]


def test_a_new_engine_has_the_settings_that_were_changed() -> None:
    stage = Stage()
    stage.surface.requests.append(ParameterChange("temperature", 1.2))
    stage.at(S + 100 * MS, lambda: lose(stage))
    stage.play_until(2 * S)
    assert [settings[0].temperature for _, settings, _ in stage.engine.starts] == [0.9, 1.2]


def test_the_second_death_on_the_same_music_leaves_the_phrase_out() -> None:
    stage = Stage()
    stage.keyboard.plays(S + 10 * MS, ON, OFF)
    stage.at(S + 100 * MS, lambda: lose(stage))
    stage.at(S + 300 * MS, lambda: lose(stage))
    stage.play_until(2 * S)
    assert Suspect.PHRASE.value in notices(stage)
    (_, _, [past]) = stage.engine.starts[2]
    assert not [message for message in past if isinstance(message, HistoryNote)]


def test_an_engine_that_says_why_it_cannot_start_is_no_reason_to_suspect_the_past() -> None:
    stage = Stage()
    stage.keyboard.plays(S + 10 * MS, ON, OFF)
    for at_ms in (100, 300, 500):
        stage.at(S + at_ms * MS, lambda: lose(stage, EngineFailedError(Failed(4, "no such graph"))))
    stage.play_until(2 * S)
    assert "the engine was lost (no such graph): starting another, the ports stay open" in notices(stage)
    assert not {Suspect.PHRASE.value, Suspect.PAST.value} & set(notices(stage))


# Surfaces


def test_a_change_reaches_part_and_engine_with_its_type() -> None:
    stage = Stage()
    stage.surface.requests.append(ParameterChange("temperature", 1.2))
    stage.play_until(S + 50 * MS)
    assert (0, ParameterChange("temperature", 1.2)) in stage.engine.told
    assert stage.session.controls.settings[0].temperature == 1.2
    assert [entry.change for entry in stage.surface.shown if isinstance(entry, Changed)] == [
        ParameterChange("temperature", 1.2)
    ]


def test_a_change_for_one_part_leaves_the_others() -> None:
    stage = Stage(voices=2)
    stage.surface.requests.append(ParameterChange("temperature", 1.2, part=1))
    stage.play_until(S + 50 * MS)
    assert [settings.temperature for settings in stage.session.controls.settings] == [0.9, 1.2]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (ParameterChange("temperature", 9.0), "--temperature 9 is out of range: it takes 0 to 3"),
        (ParameterChange("temperature", "hot"), "--temperature 'hot' is not allowed: it takes 0-3"),
        (ParameterChange("temperature", value=True), "--temperature True is not allowed: it takes 0-3"),
        (ParameterChange("volume", 1), "no parameter 'volume'"),
        (ParameterChange("rng-seed", 1), "rng-seed cannot change while playing"),
        (ParameterChange("temperature", 1.0, part=4), "there is no voice 5"),
    ],
)
def test_a_change_that_cannot_be_is_a_notice_and_changes_nothing(change: ParameterChange, line: str) -> None:
    stage = Stage()
    before = list(stage.session.controls.settings)
    stage.surface.requests.append(change)
    stage.play_until(S + 50 * MS)
    assert [notice for notice in notices(stage) if notice.startswith(line)]
    assert list(stage.session.controls.settings) == before
    assert not [message for _, message in stage.engine.told if isinstance(message, ParameterChange)]


def test_the_channels_that_count_can_change_while_it_plays() -> None:
    stage = Stage()
    stage.surface.requests.append(ParameterChange("hear", "2"))
    stage.keyboard.plays(S + 100 * MS, ON, bytes((0x91, 64, 80)))
    stage.play_until(S + 200 * MS)
    assert [message.data1 for _, message in stage.engine.told if isinstance(message, Played)] == [64]


def test_another_mode_begins_an_epoch() -> None:
    stage = Stage()
    stage.engine.says.append((0, proposal(1, 24, 48)))
    stage.surface.requests.append(ParameterChange("mode", "solo"))
    stage.play_until(4 * S)
    assert (0, Cancelled(1, 0)) in stage.engine.told
    assert stage.sent == []


def test_taps_set_the_tempo_and_the_beat() -> None:
    stage = Stage(Settings())
    stage.surface.requests += [Action("tap", S + beat * 400 * MS) for beat in range(4)]
    stage.play_until(S + 50 * MS)
    assert stage.session.controls.settings[0].bpm == 150.0
    tempo = stage.session.transport.tempo
    assert tempo.ns_at(tempo.tick_at(S + 1_200 * MS)) == pytest.approx(S + 1_200 * MS, abs=1_000)


def test_a_panic_silences_every_channel_used() -> None:
    stage = Stage()
    stage.engine.says.append((0, proposal(1, 0, 960)))
    stage.at(S + 100 * MS, lambda: stage.surface.requests.append(Action("panic", S + 100 * MS)))
    stage.play_until(2 * S)
    assert stage.sent == [ANSWER_ON, ANSWER_OFF, bytes((0xB0, 123, 0)), bytes((0xB0, 120, 0))]


def test_our_own_notes_that_come_back_are_not_heard() -> None:
    stage = Stage()
    for index in range(4):
        stage.engine.says.append((0, proposal(index + 1, 24 * (index + 1), 24 * (index + 1) + 12)))
        stage.keyboard.plays(S + (index + 1) * 500 * MS + 2 * MS, ANSWER_ON)
        stage.keyboard.plays(S + (index + 1) * 500 * MS + 252 * MS, ANSWER_OFF)
    stage.play_until(4 * S)
    assert not [message for _, message in stage.engine.told if isinstance(message, Played)]
    assert len([notice for notice in notices(stage) if notice.startswith("its own notes come back")]) == 1


# The end


def test_the_end_releases_what_sounds_and_stops_the_engine() -> None:
    stage = Stage()
    stage.engine.says.append((0, proposal(1, 0, 960)))
    stage.play_until(2 * S)
    assert stage.sent == [ANSWER_ON, ANSWER_OFF]
    assert stage.engine.stopped


def test_a_stop_asked_for_by_a_signal_ends_it() -> None:
    stage = Stage()
    stage.at(S + 100 * MS, lambda: setattr(stage.loop, "stopping", True))
    stage.loop.run()
    assert stage.clock.time_ns < S + 200 * MS
    assert stage.engine.stopped


def test_a_port_that_breaks_at_the_end_does_not_keep_the_others_down() -> None:
    stage = Stage()
    stage.engine.says += [(0, proposal(1, 0, 960)), (0, proposal(2, 0, 960, pitch=74))]
    stage.at(2 * S - 50 * MS, lambda: setattr(stage.output, "breaks", True))
    stage.play_until(2 * S)
    assert {data[1] for data in stage.sent if data[0] == 0x80} == {72, 74}
    assert stage.engine.stopped


def test_suspended_it_holds_no_note_and_goes_on_after() -> None:
    stage = Stage()
    stage.engine.says.append((0, proposal(1, 0, 960)))
    stage.at(S + 100 * MS, lambda: setattr(stage.loop, "suspending", True))
    stage.play_until(2 * S)
    [before] = stage.suspended
    assert [data for _, data in before] == [ANSWER_ON, ANSWER_OFF]
    assert not stage.loop.suspending
    assert stage.clock.time_ns >= 2 * S
    assert before[-1][0] >= S + 100 * MS


def test_a_midi_system_that_dies_ends_it_with_a_word() -> None:
    stage = Stage()
    stage.is_lost = lambda: stage.clock.time_ns > 3 * S
    with pytest.raises(MachineError, match="the MIDI system has stopped"):
        stage.play_until(20 * S)
    assert stage.clock.time_ns <= 3 * S + LOOK_NS + S
    assert stage.engine.stopped


@pytest.mark.parametrize("name", ["panic", "tap"])
def test_an_action_for_a_part_that_is_not_there_is_refused(name: str) -> None:
    stage = Stage()
    stage.at(S + 100 * MS, lambda: stage.surface.requests.append(Action(name, S + 100 * MS, 8)))
    stage.play_until(2 * S)
    [notice] = [entry.text for entry in stage.surface.shown if isinstance(entry, Notice)]
    assert notice.startswith("there is no voice 9")
    assert not [entry for entry in stage.surface.shown if isinstance(entry, Acted)]


def test_a_device_that_has_gone_is_told_of() -> None:
    stage = Stage()
    names = [["stick:out"]]
    stage.loop.ports = replace(stage.ports, gone=lambda: names.pop() if names else [])
    stage.play_until(9 * S)
    [notice] = [entry.text for entry in stage.surface.shown if isinstance(entry, Notice)]
    assert notice.startswith("'stick:out' has gone")


def test_an_engine_that_never_is_ready_is_given_up() -> None:
    stage = Stage()
    stage.engine.ready = stage.engine.loads = False
    stage.engine.alive = False
    with pytest.raises(PeerGoneError):
        stage.loop.start(timeout_s=1.0)


def test_settings_begin_as_they_were_given() -> None:
    settings = replace(Settings(bpm=96), temperature=0.4)
    stage = Stage(settings)
    assert stage.engine.starts[0][1] == (settings,)


def test_an_answer_that_was_played_to_its_end_counts() -> None:
    stage = Stage()
    stage.engine.says += [(0, proposal(1, 24, 48)), (0, AnswerEnd(0, 48))]
    stage.play_until(3 * S)
    assert stage.session.parts[0].answer.count == 1
