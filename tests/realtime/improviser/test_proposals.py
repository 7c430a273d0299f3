"""The ledger: no epoch is counted here, and what became of a proposal reaches the ring once."""

from exported.onnx_model import OnnxModel
from midi.message import NOTE_ON
from midi.notes import ANSWER, Note
from midi.tempo import Tempo
from realtime.improviser.engine import Engine
from realtime.improviser.proposals import Proposals
from realtime.improviser.ring import ContextRing
from realtime.improviser.timekeeper import Timekeeper
from realtime.messages import Cancelled, Dropped, ListenFrom, Played, Proposal, Released, Sent
from realtime.settings import Settings

NOTE = Note(24, 12, 60, 80, voice=ANSWER)
TEMPO = Tempo.of(120)


def ledger_of(model: OnnxModel) -> tuple[Proposals, ContextRing]:
    ring = ContextRing(model)
    return Proposals(ring, Timekeeper(Settings(bpm=120.0))), ring


def test_human_notes_begin_no_epoch_unless_told(model: OnnxModel) -> None:
    engine = Engine(model, Settings(mode="accompany"))
    engine.receive(ListenFrom(7))
    for index in range(3):
        engine.receive(Played(index, NOTE_ON, 60 + index, 80))
    assert next_proposal(engine).epoch == 7
    engine.receive(Cancelled(12, 0))
    assert next_proposal(engine).epoch == 12


def next_proposal(engine: Engine) -> Proposal:
    for _ in range(100):
        for message in engine.advance(engine.wake_ns or 0):
            if isinstance(message, Proposal):
                return message
    raise AssertionError("nothing is proposed")


def test_a_note_that_went_out_after_its_plan_joins_the_ring(model: OnnxModel) -> None:
    ledger, ring = ledger_of(model)
    ledger.propose(ledger.new_id(), NOTE, 0, 80)
    ledger.resolve(Sent(1, 0), None)
    assert list(ring.notes()) == [NOTE]


def test_a_note_released_early_is_as_long_as_it_sounded(model: OnnxModel) -> None:
    ledger, ring = ledger_of(model)
    ledger.propose(ledger.new_id(), NOTE, 0, 80)
    ledger.resolve(Sent(1, 0), None)
    ledger.resolve(Released(1, TEMPO.ns_of(5)), None)
    assert [note.duration for note in ring.notes()] == [5]


def test_what_was_never_proposed_changes_nothing(model: OnnxModel) -> None:
    ledger, ring = ledger_of(model)
    for message in (Sent(1, 0), Released(1, 5), Dropped(1), Cancelled(3, 1)):
        ledger.resolve(message, None)
    assert not len(ring)
    assert ledger.epoch == 3
