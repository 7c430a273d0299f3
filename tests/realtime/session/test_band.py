"""A band: one musician, several parts; who hears whom, what is whose, and what is said where it cannot be."""

from pathlib import Path

import mido
import pytest

from midi.arrivals import Arrived
from midi.errors import InputError
from midi.message import CONTROL_CHANGE, NOTE_OFF, NOTE_ON
from realtime.messages import Cancelled, HistoryNote, Message, Overheard, ParameterChange, Played, Proposal
from realtime.session.band import Band
from realtime.session.journal import Send
from realtime.session.recorder import Recorder
from realtime.session.session import Session
from realtime.settings import Settings
from realtime.verbs.saving import save_session

MS = 1_000_000
LEAD, BASS, COMP, DRUMS = range(4)
ALL = Band.of("drums,comp,bass,lead")
TRIO = Band.of("lead,bass,comp")


def session_of(band: Band, **settings: object) -> Session:
    asked = Settings(bpm=120, **settings)  # type: ignore[arg-type]
    return Session(band.settings(asked), 0, band)


def played(session: Session, *data: int, at_ns: int = 0) -> list[Send]:
    return session.take([("keyboard", Arrived(at_ns, bytes(data)))], at_ns)


def told(session: Session) -> dict[int, list[Message]]:
    return dict(session.to_engine())


def sent(session: Session, part: int, channel: int, pitch: int = 40) -> list[Send]:
    """A note that a part's engine decides, and that goes out 500 ms after the beginning."""
    session.receive(part, Proposal(1, session.parts[part].epoch, 24, 48, 0, pitch, 80, channel), 0)
    sends = session.due(part, 500 * MS)
    for send in sends:
        session.sounded(send, 500 * MS)
    return sends


def test_parts_are_numbered_in_one_order_and_each_has_its_role() -> None:
    assert ALL.names == ("lead", "bass", "comp", "drums")
    settings = ALL.settings(Settings(rng_seed=5, channel=7, polyphony=3, thru=True))
    assert [each.part for each in settings] == list(ALL.names)
    assert [each.rng_seed for each in settings] == [5, 6, 7, 8]
    assert [each.channel for each in settings] == [7, None, None, None], "a role has a channel of its own"
    assert [each.polyphony for each in settings] == [3, None, None, None]
    assert [each.thru for each in settings] == [True, False, False, False], "one passes on"


def test_in_reply_the_lead_trades_phrases_and_the_others_play_along() -> None:
    assert [each.mode for each in ALL.settings(Settings())] == ["reply", "accompany", "accompany", "accompany"]
    assert [each.mode for each in ALL.settings(Settings(mode="solo"))] == ["solo"] * 4
    changes = ALL.changes(ParameterChange("mode", "reply"))
    assert [change.value for change in changes.values()] == ["reply", "accompany", "accompany", "accompany"]
    assert ALL.changes(ParameterChange("mode", "reply", BASS))[BASS].value == "reply"


def test_a_bass_alone_plays_along_and_a_drummer_alone_trades_fours() -> None:
    assert [each.mode for each in Band.of("bass").settings(Settings())] == ["accompany"]
    assert [each.mode for each in Band.of("drums").settings(Settings())] == ["reply"]
    assert [each.channel for each in Band.of("bass").settings(Settings(channel=5))] == [5]


def test_what_a_role_sets_changes_for_who_is_addressed() -> None:
    assert list(ALL.changing("polyphony")) == [LEAD]
    assert list(ALL.changing("lowest")) == [LEAD, DRUMS]
    assert list(ALL.changing("polyphony", COMP)) == [COMP]
    assert list(ALL.changing("mute")) == [LEAD, BASS, COMP, DRUMS]
    assert list(Band.of("bass").changing("polyphony")) == [0]
    assert list(ALL.changing("thru", BASS)) == [LEAD]


@pytest.mark.parametrize(
    ("name", "part", "line"),
    [("bpm", BASS, "same for all parts"), ("mute", 4, "1 lead, 2 bass, 3 comp, 4 drums"), ("mute", -1, "no part 0")],
)
def test_what_cannot_change_for_one_is_said(name: str, part: int, line: str) -> None:
    with pytest.raises(InputError, match=line):
        ALL.changing(name, part)


def test_a_value_that_every_part_has_of_its_own_needs_a_name() -> None:
    with pytest.raises(InputError, match="say whose, as in bass channel VALUE"):
        Band.of("bass,comp").changing("channel")


@pytest.mark.parametrize(
    ("text", "line"),
    [("", "takes some of lead, bass, comp, drums"), ("lead,flute", "'lead,flute'"), ("bass,bass", "twice")],
)
def test_parts_that_cannot_be_are_refused_in_one_line(text: str, line: str) -> None:
    with pytest.raises(InputError, match=line):
        Band.of(text)


def test_every_part_hears_the_keys_and_the_drummer_the_pads_too() -> None:
    session = session_of(ALL)
    played(session, NOTE_ON, 60, 80)
    heard = told(session)
    assert [part for part, messages in heard.items() if any(isinstance(one, Played) for one in messages)] == [
        0,
        1,
        2,
        3,
    ]
    played(session, NOTE_ON | 9, 38, 80, at_ns=MS)
    heard = told(session)
    assert [part for part, messages in heard.items() if any(isinstance(one, Played) for one in messages)] == [DRUMS]


def test_what_is_played_is_passed_on_once() -> None:
    sends = played(session_of(TRIO, thru=True), NOTE_ON, 60, 80)
    assert [(send.part, send.data) for send in sends] == [(LEAD, bytes((NOTE_ON, 60, 80)))]


def test_a_note_of_one_part_is_overheard_by_the_others_and_begins_nothing() -> None:
    session = session_of(TRIO)
    told(session)
    epochs = [part.epoch for part in session.parts]
    assert len(sent(session, BASS, channel=1)) == 1
    heard = told(session)
    for other in (LEAD, COMP):
        assert heard[other] == [Overheard(24, 48, 40, 80, 1)]
    assert not any(isinstance(message, Overheard | Cancelled) for message in heard[BASS])
    assert [part.epoch for part in session.parts] == epochs


def test_nobody_overhears_a_part_that_is_muted() -> None:
    session = session_of(TRIO)
    session.carry_out(ParameterChange("mute", value=True, part=BASS), 0)
    told(session)
    assert sent(session, BASS, channel=1) == []
    assert set(told(session)) == {BASS}


def test_a_new_engine_is_told_what_it_overheard() -> None:
    session = session_of(TRIO)
    played(session, NOTE_ON, 60, 80)
    sent(session, BASS, channel=1)
    lead, bass, _ = session.introductions(600 * MS)
    assert [one for one in lead if isinstance(one, Overheard)] == [Overheard(24, None, 40, 80, 1)]
    assert [one.pitch for one in lead if isinstance(one, HistoryNote)] == [60]
    assert not any(isinstance(one, Overheard) for one in bass)
    assert [(one.pitch, one.human) for one in bass if isinstance(one, HistoryNote)] == [(60, True), (40, False)]


def test_one_part_tells_the_tempo_and_counts_in() -> None:
    session = session_of(TRIO, count_in=1)
    session.begin()
    session.take((), 0)
    clicks = [[send for send in session.due(part, 10_000 * MS) if send.data[2]] for part in range(3)]
    assert [len(of_part) for of_part in clicks] == [4, 0, 0]


def test_a_session_has_a_track_for_the_musician_and_for_each_part(tmp_path: Path) -> None:
    recorders = [Recorder(), Recorder()]
    for recorder in recorders:
        recorder.record(bytes((NOTE_ON, 60, 70)), 1_000 * MS, human=True)
        recorder.record(bytes((CONTROL_CHANGE, 64, 127)), 1_100 * MS, human=True)
        recorder.record(bytes((NOTE_OFF, 60, 0)), 1_400 * MS, human=True)
    recorders[1].record(bytes((NOTE_ON | 1, 40, 80)), 1_500 * MS, human=False)
    save_session(tmp_path / "s.mid", recorders, 120, 3_000 * MS, names=("lead", "bass"))
    tracks = {track.name: track for track in mido.MidiFile(tmp_path / "s.mid").tracks[1:]}
    assert list(tracks) == ["Human", "Lead", "Bass"]
    assert [one.type for one in tracks["Human"]].count("note_on") == 1, "heard by two, played once"
    assert [one.type for one in tracks["Human"]].count("control_change") == 1
    programs = [(one.program, one.channel) for one in tracks["Bass"] if one.type == "program_change"]
    assert programs == [(32, 1)]
