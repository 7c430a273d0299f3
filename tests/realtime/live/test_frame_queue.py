from realtime.live.frame_queue import RECORD, CycleClock, FrameQueue, since

RATE = 48_000
FRAME_NS = 1e9 / RATE
ON, OFF, OTHER = bytes((0x90, 60, 80)), bytes((0x80, 60, 0)), bytes((0x90, 64, 80))
PEDAL_UP = bytes((0xB0, 64, 0))
PULSE = b"\xf8"


def played(queue: FrameQueue, start_ns: int = 0, frames: int = 128) -> list[tuple[int, bytes]]:
    """One cycle."""
    out = []
    while following := queue.next(start_ns, frames):
        out.append(following)
        queue.pop()
    return out


def frame(number: int) -> int:
    return round(number * FRAME_NS)


def test_a_message_waits_for_the_cycle_of_its_frame() -> None:
    queue = FrameQueue(RATE)
    queue.add(ON, frame(200))
    assert played(queue) == []
    assert played(queue, frame(128)) == [(72, ON)]
    assert len(queue) == 0


def test_a_message_whose_time_has_passed_goes_at_the_first_frame_and_is_counted() -> None:
    queue = FrameQueue(RATE)
    queue.add(ON, 0)
    assert played(queue, frame(128)) == [(0, ON)]


def test_a_note_off_that_is_brought_forward_follows_its_note_on_by_a_frame() -> None:
    queue = FrameQueue(RATE)
    queue.add(ON, frame(50))
    queue.add(OTHER, frame(40))
    queue.add(OFF, frame(10))
    assert played(queue) == [(40, OTHER), (50, ON), (51, OFF)]


def test_a_control_overtakes_no_note_of_its_channel_nor_a_note_a_control() -> None:
    queue = FrameQueue(RATE)
    queue.add(ON, frame(50))
    queue.add(PEDAL_UP, frame(10))
    queue.add(OTHER, frame(10))
    assert [message for _, message in played(queue)] == [ON, PEDAL_UP, OTHER]


def test_a_clock_pulse_waits_for_nobody() -> None:
    queue = FrameQueue(RATE)
    queue.add(ON, frame(50))
    queue.add(PULSE, frame(10))
    assert played(queue) == [(10, PULSE), (50, ON)]


def test_records_come_out_as_the_messages_that_went_in() -> None:
    queue = FrameQueue(RATE)
    queue.add_records(b"".join(RECORD.pack(frame(5), len(message), message) for message in (ON, PULSE, b"\xc0\x05")))
    assert [message for _, message in played(queue)] == [ON, PULSE, b"\xc0\x05"]


def test_at_the_end_what_is_due_too_far_ahead_goes_sooner_in_order() -> None:
    queue = FrameQueue(RATE)
    queue.add(ON, frame(1_000))
    queue.add(OFF, frame(100_000))
    queue.finish(0, frame(100))
    assert played(queue) == [(100, ON), (100, OFF)]


def test_at_the_end_keys_still_down_come_up_whether_or_not_they_have_sounded() -> None:
    queue = FrameQueue(RATE)
    queue.add(ON, 0)
    queue.add(bytes((0x91, 64, 80)), 0)
    queue.add(bytes((0x91, 64, 0)), 0)
    assert len(played(queue)) == 3
    queue.add(OTHER, frame(200))
    queue.finish(frame(128), frame(1_000))
    offs = [(0, OFF), (72, OTHER), (73, bytes((0x80, 64, 0)))]
    assert played(queue, frame(128)) == offs


def test_frames_are_counted_across_the_counters_end() -> None:
    assert since(10, (1 << 32) - 5) == 15
    assert since((1 << 32) - 5, 10) == -15


def test_readings_a_frame_coarse_give_a_cycle_s_start_within_a_few_us() -> None:
    clock = CycleClock(RATE)
    errors = []
    for cycle in range(1_000):
        first = cycle * 128
        now = first + 7 + cycle % 5 + cycle % 7 / 7  # woken late, never at a whole frame
        errors.append(clock.begin(frame(0) + round(now * FRAME_NS), int(now), first % (1 << 32)) - frame(first))
    steady = errors[100:]
    assert max(steady) - min(steady) < 5_000


def test_a_server_that_skipped_cycles_is_believed_at_once() -> None:
    clock = CycleClock(RATE)
    clock.begin(frame(0), 0, 0)
    assert clock.begin(frame(10_000), 128, 128) == frame(10_000)
