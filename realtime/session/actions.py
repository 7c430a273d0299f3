"""What can be done by typing one word while playing, beside changing a parameter: the one table."""

TAP = "tap"
PANIC = "panic"

ACTIONS: dict[str, str] = {
    TAP: "four times or more, at your beat: sets the tempo and where the beats fall",
    PANIC: "silences everything at once, on every channel used; it plays again from your next note",
}
"""The meaning of each, for people."""
