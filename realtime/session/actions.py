"""The table of actions: words that can be typed while playing, beside changes of parameters."""

TAP = "tap"
PANIC = "panic"

ACTIONS: dict[str, str] = {
    TAP: "four times or more, at your beat: sets the tempo and where the beats fall",
    PANIC: "silences everything at once, on every channel used; it plays again from your next note",
}
"""The meaning of each, for people."""
