"""Settings of a performance: the one table of parameters. Flags, live changes and docs/parameters.md come from it.

One frozen value, the same for the daemon, the renderer and the tests; a change makes another.
"""

from dataclasses import dataclass, replace
from typing import Any

from exported.card import IMITATE
from midi.errors import InputError
from midi.meter import METERS, meter_of
from midi.tokens import STYLES
from realtime.parameters import Parameter, Value, parameter, table_of

REPLY, ACCOMPANY, SOLO = "reply", "accompany", "solo"
LEAD, BASS, COMP, DRUMS = "lead", "bass", "comp", "drums"
AUTO, CLOCK, LINK, INTERNAL, FOLLOW = "auto", "clock", "link", "internal", "follow"
BEAT, BAR, OFF = "beat", "bar", "off"
UNPLAYED = ("strings", "drums")
"""Styles that nobody asks for: no model plays strings, and drums have a model of their own."""
BPM_RANGE = (20.0, 400.0)
COMMON_TIME = 4, 4

ROLE, MUSIC, LIKENESS, TIME, PORTS = (
    "what it does",
    "what it plays",
    "how it follows you",
    "when it plays",
    "what goes in and out",
)
"""The groups of the table."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one performance.

    Raises:
        InputError: a value is outside its range; the message names both.
    """

    mode: str = parameter(
        REPLY,
        "reply: answers your phrases; accompany: plays while you play; solo: plays on alone, and you steer it",
        ROLE,
        choices=(REPLY, ACCOMPANY, SOLO),
    )
    part: str = parameter(
        LEAD,
        "lead: answers what you play; bass: a bass line, on channel 2; comp: chords, on channel 3; drums: a drummer,"
        " on channel 10, who goes by your time and hears your pads there",
        ROLE,
        choices=(LEAD, BASS, COMP, DRUMS),
        live=False,
    )
    bars: int | None = parameter(
        None,
        "length of an answer, or of a solo; while a solo plays, how long it still goes on",
        ROLE,
        int,
        low=1,
        high=256,
        unit="bars",
        unset="as long as your phrase",
    )
    wait_for_me: bool = parameter(meaning="a solo begins with your first note, not before", group=ROLE, default=False)
    count_in: int = parameter(
        0, "bars clicked on channel 10 before a solo or an accompaniment", ROLE, low=0, high=8, unit="bars", live=False
    )

    temperature: float = parameter(
        0.9, "0 plays the likeliest note each time, 1 as the model believes, above 1 wilder", MUSIC, low=0.0, high=3.0
    )
    imitate: float = parameter(
        IMITATE, "how much it takes from what was played in this session: 0 nothing, 1 all it can", MUSIC, low=0, high=1
    )
    rng_seed: int | None = parameter(
        None,
        "another number, another performance; the same number, the same again",
        MUSIC,
        int,
        low=0,
        high=2**63 - 1,
        live=False,
        unset="jam: another each time; render: 0",
    )

    style: str | None = parameter(
        None,
        "the style it plays in, with a model that has learned styles",
        MUSIC,
        str,
        choices=tuple(style for style in STYLES if style not in UNPLAYED),
        unset="the one it hears you play; bass and comp their own",
    )

    polyphony: int | None = parameter(
        None,
        "how many notes it sounds at once, at most",
        MUSIC,
        int,
        low=1,
        high=16,
        unit="notes",
        unset="one more than your largest chord, or 4 before you play; bass 1, comp and drums 4",
    )
    lowest: int | None = parameter(
        None, "its lowest note", MUSIC, int, low=0, high=127, is_pitch=True, unset="A0; bass E1, comp C3"
    )
    highest: int | None = parameter(
        None, "its highest note", MUSIC, int, low=0, high=127, is_pitch=True, unset="C8; bass G3, comp G5"
    )
    fills: float = parameter(
        0.5, "how much a drummer fills at the end of every fourth bar: 0 not at all", MUSIC, low=0.0, high=1.0
    )

    pedal: float | None = parameter(
        None,
        "how much it uses the sustain pedal, where its model has learned one: 0 never, 1 as the model believes",
        MUSIC,
        float,
        low=0,
        high=1,
        unset="not before you have used yours, then 1",
    )

    follow_dynamics: float = parameter(
        1.0, "how closely it takes up your loudness and accents", LIKENESS, low=0, high=1
    )
    follow_density: float = parameter(
        0.75, "how closely it takes up your notes per beat, and your chords", LIKENESS, low=0, high=1
    )
    follow_register: float = parameter(0.75, "how closely it stays where you play", LIKENESS, low=0, high=1)
    follow_key: float = parameter(0.75, "how closely it keeps to the key of your last phrase", LIKENESS, low=0, high=1)

    follow_placement: float = parameter(
        1.0,
        "how closely its notes stray from the grid as yours do, where its model has learned that: 0 as it has learned",
        LIKENESS,
        low=0,
        high=1,
    )
    follow_grid: float = parameter(
        1.0,
        "how closely it keeps to the lines of the beat that you play on: sixteenths or triplets",
        LIKENESS,
        low=0,
        high=1,
    )

    sync: str = parameter(
        AUTO,
        "whose time it keeps: MIDI clock, an Ableton Link session, its own tempo, the beat it hears in your playing;"
        " auto: the clock while there is one, else --bpm if given, else your beat",
        TIME,
        choices=(AUTO, CLOCK, LINK, INTERNAL, FOLLOW),
    )
    bpm: float | None = parameter(
        None,
        "quarter notes a minute",
        TIME,
        float,
        low=BPM_RANGE[0],
        high=BPM_RANGE[1],
        unit="bpm",
        unset="your beat, or 120",
    )
    meter: str | None = parameter(
        None,
        "the time signature, where bars are known: with a clock, Link or a count-in",
        TIME,
        str,
        choices=tuple(f"{beats}/{unit}" for beats, unit in METERS),
        unset="4/4",
    )
    quantize_entry: str = parameter(
        BEAT,
        "an answer begins on the next beat, the next bar, or as soon as it is decided",
        TIME,
        choices=(BEAT, BAR, OFF),
    )
    quantum: int = parameter(4, "beats in a Link cycle: where its bars begin", TIME, low=1, high=32, unit="beats")
    swing: float | None = parameter(
        None,
        "where the second of two eighths falls: 50 straight, 67 as triplets",
        TIME,
        float,
        low=50,
        high=75,
        unit="%",
        unset="as you play",
    )
    humanize: float = parameter(
        0.0, "how far notes stray from the grid (standard deviation)", TIME, low=0, high=50, unit="ms"
    )
    lookahead: int = parameter(250, "how far ahead of the sound notes are decided", TIME, low=0, high=10_000, unit="ms")
    late: int = parameter(
        50,
        "a note decided too late is sent at once, unless it is later than this: then it is left out",
        TIME,
        low=0,
        high=10_000,
        unit="ms",
    )

    channel: int | None = parameter(
        None,
        "the answer's MIDI channel",
        PORTS,
        int,
        low=1,
        high=16,
        unset="the one you play on; bass 2, comp 3, drums 10",
    )
    hear: str | None = parameter(
        None,
        "the MIDI channels that count as you; leave out an arranger keyboard's accompaniment",
        PORTS,
        str,
        is_channels=True,
        unset="all but 10, the drums'; with drums all",
    )
    mute: bool = parameter(
        meaning="nothing of the answer sounds; it goes on listening and planning", group=PORTS, default=False
    )
    thru: bool = parameter(meaning="what you play is sent to the output as well", group=PORTS, default=False)
    split: int | None = parameter(
        None,
        "only notes below this one are heard; above it you play freely",
        PORTS,
        int,
        low=0,
        high=127,
        is_pitch=True,
        unset="every note is heard",
    )
    out_offset: float = parameter(
        0.0,
        "everything is sent so much earlier (later, if below 0): see antiphon calibrate",
        PORTS,
        low=-500,
        high=500,
        unit="ms",
    )

    def __post_init__(self) -> None:
        for row in PARAMETERS.values():
            row.checked(value_of(self, row))

    @property
    def seed(self) -> int:
        """The random seed in force: the one that was given or drawn, else 0."""
        return self.rng_seed or 0

    @property
    def meter_id(self) -> int:
        """The meter that was set, else four quarters; an index of midi.meter.METERS."""
        beats, unit = (int(part) for part in self.meter.split("/")) if self.meter else COMMON_TIME
        return meter_of(beats, unit)

    def changed(self, name: str, value: Value) -> "Settings":
        """These settings with one of them changed while playing.

        Raises:
            InputError: there is no such parameter, it cannot change any more, or it does not take this value.
        """
        checked: Any = live_parameter(name).checked(value)
        return replace(self, **{name.replace("-", "_"): checked})


def live_parameter(name: str) -> Parameter:
    """The parameter of this name, which can change while playing.

    Raises:
        InputError: there is no such parameter, or it cannot change any more.
    """
    row = PARAMETERS.get(name)
    if row is None:
        raise InputError(f"no parameter {name!r}; there are: {', '.join(PARAMETERS)}")
    if not row.live:
        raise InputError(f"{name} cannot change while playing: give {row.flag} at the start")
    return row


def value_of(settings: Settings, row: Parameter) -> Value:
    """The value that a parameter has."""
    value: Value = getattr(settings, row.name.replace("-", "_"))
    return value


def flags_of(settings: Settings) -> str:
    """The flags that give these settings again: the mode, the random seed, and whatever is not as by default."""
    asked = [row for row in PARAMETERS.values() if row.name == "mode" or value_of(settings, row) != row.default]
    return " ".join(f"{row.flag} {row.text(value_of(settings, row))}" for row in asked)


PARAMETERS = table_of(Settings)
"""The table, by name."""
FOLLOW_ALL = "follow"
FOLLOWED = tuple(name for name in PARAMETERS if name.startswith(f"{FOLLOW_ALL}-"))
"""Names of the parameters that FOLLOW_ALL sets at once."""
