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

from midi.errors import MachineError
from realtime.bench import procfs
from realtime.bench.live.accounts import ANSWER_FLAGS, answered, by_human
from realtime.bench.live.figures import HEADING, Bar, row
from realtime.bench.live.human import melody
from realtime.bench.live.stage import Stage, Take, told
from realtime.bench.live.timings import Sent, is_note_on
from realtime.io_process.schedule import LEAST_GAP_NS
from realtime.settings import ACCOMPANY, SOLO
from realtime.timed import Timed

NS_PER_MS = 1_000_000
PACE_S = (0.12, 0.30)
"""How far apart the human's notes are."""
TEMPO = "30"
"""The answer is bound to ticks. At so slow a tempo they are long (83 ms), and more is due in the one that has begun."""
HANDED_OVER = Bar(0.99, 2.0)
GAP_SLACK_NS = NS_PER_MS
"""How much less than its gap the silence of a key can look, whose release took a while to be sent."""


class First(NamedTuple):
    """A human note, and the first note that was planned anew after it. Moments in ns of the monotonic clock."""

    struck_ns: int
    """The musician handed it over."""
    beside_ns: int
    """The listener heard it, beside the daemon."""
    taken_ns: int
    """The daemon's loop looked at the port."""
    answer: Sent
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
        """What it took beyond the port hops: see this module's head."""
        return self.answer.sent_ns - self.beside_ns


def firsts(take: Take, sent: Sequence[Sent]) -> list[First]:
    """Match what the musician sent, what the daemon noted, and what the listener heard: each keeps the order.

    Raises:
        MachineError: messages were lost on the way, so that nothing can be matched.
    """
    through, answers = [one for one in sent if not one.is_answer], [one for one in sent if one.is_answer]
    heard = answered(take.heard)
    _check_equal((take.sent, take.beside, by_human(take.heard), through), (answers, heard))
    found: dict[int, int] = {}
    for index, answer in enumerate(answers):
        if answer.is_note_on:
            found.setdefault(answer.epoch, index)
    return [
        First(struck.at_ns, beside.at_ns, taken.due_ns, answers[at], heard[at].at_ns, _is_restruck(answers, at))
        for struck, beside, taken in zip(take.sent, take.beside, through, strict=True)
        if is_note_on(struck.data) and (at := found.get(taken.epoch)) is not None
    ]


def _check_equal(*same: Sequence[Sequence[Timed | Sent]]) -> None:
    for heard in same:
        if any([one.data for one in these] != [one.data for one in heard[0]] for these in heard[1:]):
            raise MachineError("messages were lost, doubled or reordered on the way: no latency can be told")


def _is_restruck(answers: Sequence[Sent], index: int) -> bool:
    """Whether a note was made to wait for its key's silence."""
    on = answers[index]
    before = next((one for one in reversed(answers[:index]) if one.data[1] == on.data[1]), None)
    return before is not None and 0 <= before.sent_ns + LEAST_GAP_NS - on.due_ns < GAP_SLACK_NS


def latency(stage: Stage, model: Path, seconds: float) -> Iterator[str]:
    """What becomes of human notes that come in one by one: accompanied, then in a solo."""
    hops, through, found, notes = [], [], [], 0
    ran_s = waited_s = 0.0
    is_real_time = True
    for mode in (ACCOMPANY, SOLO):
        score = melody(seconds, PACE_S, random.Random(0))  # noqa: S311  # no secret depends on it
        with stage.jam(model, "--mode", mode, "--bpm", TEMPO, *ANSWER_FLAGS) as jam:
            is_real_time = is_real_time and jam.is_real_time
            before = procfs.core_seconds(jam.engine_pid)
            stage.play(score, f"latency, {mode}")
            ran, waited = procfs.core_seconds(jam.engine_pid)
            jam.end()
        ran_s, waited_s = ran_s + ran - before[0], waited_s + waited - before[1]
        take = stage.take()
        found += firsts(take, jam.sent)
        notes += len(score) // 2
        hops += [there.at_ns - here.at_ns for here, there in zip(take.sent, take.beside, strict=True)]
        through += [there.at_ns - here.at_ns for here, there in zip(take.sent, by_human(take.heard), strict=True)]
    at_once = [one for one in found if one.is_at_once]
    restruck = [one for one in found if not one.is_at_once and one.is_restruck]
    decided = [one for one in found if one.answer.decided_ns is not None]
    yield f"A human note in, its re-planned first note out; {told(is_real_time)}"
    yield HEADING
    yield row("port hop: musician to listener, one cable", hops)
    yield row("musician to listener, through the daemon (--thru)", through)
    yield row("first note due at once: musician to listener", [one.heard_ns - one.struck_ns for one in at_once])
    yield row("  beyond the port hops", [one.beyond_ns for one in at_once], HANDED_OVER)
    yield row(
        f"  the same of a key that sounded: {LEAST_GAP_NS / NS_PER_MS:g} ms of silence before it",
        [one.beyond_ns for one in restruck],
    )
    yield row(
        "every first note: from the loop's look to its proposal",
        [one.answer.decided_ns - one.taken_ns for one in decided if one.answer.decided_ns is not None],
    )
    later, none = len(found) - len(at_once) - len(restruck), notes - len(found)
    yield (
        f"{notes} human notes, {PACE_S[0]:g} to {PACE_S[1]:g} s apart: after {len(at_once)} the first note was due at"
        f" once, after {len(restruck)} as soon as its key was free, after {later} later, after {none} none came before"
        " the next human note"
    )
    yield (
        f"for each human note the engine had a core for {ran_s / notes * 1000:.2f} ms, and waited for one, which"
        f" something else had, for {waited_s / notes * 1000:.2f} ms"
    )
