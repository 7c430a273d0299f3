"""A human note in, to the first note of what was planned anew, handed to the port: `antiphon bench live`.

A human note is on its way from the musician's hand-over to the daemon's input (a port hop), waits there until the
loop looks, is taken to the engine, makes it plan anew, and what comes of it is handed to the output; the way to the
listener is another hop. "Beyond the port hops" is all between the two: from when the same note is heard by the
listener, which is connected to the musician's own port, beside the daemon, to the handing over that the daemon noted.
"""

import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.live.accounts import ANSWER_FLAGS, answered, by_human
from benchmarks.live.figures import HEADING, Limit, row
from benchmarks.live.human import melody
from benchmarks.live.procfs import core_seconds
from benchmarks.live.stage import Stage, Take, priority_words
from benchmarks.live.timings import SentMessage, is_note_on
from midi.errors import MachineError
from midi.nanoseconds import NS_PER_MS
from realtime.session.schedule import LEAST_GAP_NS
from realtime.settings import ACCOMPANY, SOLO
from realtime.timed import Timed

PACE_S = (0.12, 0.30)
"""The distance between the human's notes."""
FLAGS = ("--bpm", "30", "--follow-density", "0", *ANSWER_FLAGS)
"""That more be due at once. The answer is bound to ticks: at so slow a tempo they are long (83 ms), and more is due in
the one that has begun; and it may strike with the human, who strikes one key at a time."""
MODES = (ACCOMPANY, SOLO)
HANDED_OVER = Limit(0.99, 2.0)
HANDED_OVER_BY = {ACCOMPANY: (), SOLO: (HANDED_OVER,)}
"""In an accompaniment the human's own notes are predicted, and may be decided before: that is no hurry."""
GAP_SLACK_NS = NS_PER_MS
"""The silence of a key may look shorter than its gap by so much: its release took a while to be sent."""


class First(NamedTuple):
    """A human note, and the first note that was planned anew after it. Moments in ns of the monotonic clock."""

    struck_ns: int
    """The musician handed it over."""
    beside_ns: int
    """The listener heard it, beside the daemon."""
    taken_ns: int
    """The daemon's loop looked at the port."""
    answer: SentMessage
    heard_ns: int
    """The listener heard the answer."""
    is_restruck: bool
    """The answer's key sounded: it had to be released, and silent for a while, before."""

    @property
    def is_at_once(self) -> bool:
        """Its time had come when it was decided, and nothing stood in its way."""
        return not self.answer.in_time

    @property
    def beyond_ns(self) -> int:
        """The time beyond the port hops: see this module's head."""
        return self.answer.sent_ns - self.beside_ns

    @property
    def decided_ns(self) -> int:
        """Its proposal came to the daemon's I/O process."""
        return self.answer.due_ns if self.answer.decided_ns is None else self.answer.decided_ns

    @property
    def ready_ns(self) -> int:
        """The time beyond the first port hop until its proposal came: what is due at once goes with that."""
        return self.decided_ns - self.beside_ns


def firsts(take: Take, sent: Sequence[SentMessage]) -> list[First]:
    """Match what the musician sent, what the daemon noted, and what the listener heard: each keeps the order.

    Raises:
        MachineError: messages were lost on the way, so that nothing can be matched.
    """
    through, answers = (
        [message for message in sent if not message.is_answer],
        [message for message in sent if message.is_answer],
    )
    listened = answered(take.from_daemon)
    _check_equal((take.sent, take.beside, by_human(take.from_daemon), through), (answers, listened))
    first_of_epoch: dict[int, int] = {}
    for index, answer in enumerate(answers):
        if answer.is_note_on:
            first_of_epoch.setdefault(answer.epoch, index)
    return [
        First(struck.at_ns, beside.at_ns, taken.due_ns, answers[at], listened[at].at_ns, _is_restruck(answers, at))
        for struck, beside, taken in zip(take.sent, take.beside, through, strict=True)
        if is_note_on(struck.data) and (at := first_of_epoch.get(taken.epoch)) is not None
    ]


def _check_equal(*same: Sequence[Sequence[Timed | SentMessage]]) -> None:
    for streams in same:
        if any(
            [message.data for message in these] != [message.data for message in streams[0]] for these in streams[1:]
        ):
            raise MachineError("messages were lost, doubled or reordered on the way: no latency can be told")


def _is_restruck(answers: Sequence[SentMessage], index: int) -> bool:
    """Whether a note was made to wait for its key's silence."""
    on = answers[index]
    before = next((message for message in reversed(answers[:index]) if message.data[1] == on.data[1]), None)
    return before is not None and 0 <= before.sent_ns + LEAST_GAP_NS - on.due_ns < GAP_SLACK_NS


class JamFindings(NamedTuple):
    """The findings of one jam. Times in ns, but for the engine's."""

    notes: int
    """Human notes."""
    hops: list[int]
    """Musician to listener, on one cable, each message."""
    through: list[int]
    """Musician to listener, through the daemon."""
    firsts: list[First]
    ran_s: float
    """The time that the engine had a core."""
    waited_s: float
    """The time that it waited for one."""
    is_real_time: bool


def latency(stage: Stage, model: Path, seconds: float) -> Iterator[str]:
    """Follow human notes that come in one by one, accompanied and then in a solo; yields lines to print."""
    runs = [_run(stage, model, mode, seconds) for mode in MODES]
    all_firsts = [first for run in runs for first in run.firsts]
    at_once = [first for first in all_firsts if first.is_at_once]
    restruck = [first for first in all_firsts if first.is_restruck and not first.is_at_once]
    notes = sum(run.notes for run in runs)
    yield f"A human note in, its re-planned first note out; {priority_words(all(run.is_real_time for run in runs))}"
    yield HEADING
    yield row("port hop: musician to listener, one cable", [ns for run in runs for ns in run.hops])
    yield row("musician to listener, through the daemon (--thru)", [ns for run in runs for ns in run.through])
    yield row("first note due at once: musician to listener", [first.heard_ns - first.struck_ns for first in at_once])
    yield row("  beyond the port hops", [first.beyond_ns for first in at_once], HANDED_OVER)
    yield row(
        "  of that, from its proposal to the port", [first.answer.sent_ns - first.decided_ns for first in at_once]
    )
    gap = f"{LEAST_GAP_NS / NS_PER_MS:g} ms of silence before it"
    yield row(f"  beyond, where its key sounded: {gap}", [first.beyond_ns for first in restruck])
    for mode, run in zip(MODES, runs, strict=True):
        title = f"first notes, {mode}: beyond a hop, to its proposal"
        yield row(title, [first.ready_ns for first in run.firsts], *HANDED_OVER_BY[mode])
    later, none = len(all_firsts) - len(at_once) - len(restruck), notes - len(all_firsts)
    yield (
        f"{notes} human notes, {PACE_S[0]:g} to {PACE_S[1]:g} s apart: after {len(at_once)} the first note was due at"
        f" once, after {len(restruck)} as soon as its key was free, after {later} later, after {none} none came before"
        " the next human note"
    )
    ran, waited = (sum(first) / notes * 1000 for first in ((run.ran_s for run in runs), (run.waited_s for run in runs)))
    yield f"for each human note the engine had a core for {ran:.2f} ms, and waited {waited:.2f} ms for one to be free"


def _run(stage: Stage, model: Path, mode: str, seconds: float) -> JamFindings:
    score = melody(seconds, PACE_S, random.Random(0))  # noqa: S311  # no secret depends on it
    with stage.jam(model, "--mode", mode, *FLAGS) as jam:
        ran_s, waited_s = core_seconds(jam.engine_pid)
        stage.play(score, f"latency, {mode}")
        ran_until_s, waited_until_s = core_seconds(jam.engine_pid)
        jam.end()
    take = stage.take()
    return JamFindings(
        sum(is_note_on(message.data) for message in score),
        _between(take.sent, take.beside),
        _between(take.sent, by_human(take.from_daemon)),
        firsts(take, jam.sent),
        ran_until_s - ran_s,
        waited_until_s - waited_s,
        jam.is_real_time,
    )


def _between(here: Sequence[Timed], there: Sequence[Timed]) -> list[int]:
    """From each message to the same one further on; of what is lost, `firsts` tells."""
    return [later.at_ns - earlier.at_ns for earlier, later in zip(here, there, strict=False)]
