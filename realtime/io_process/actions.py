"""What can be done by typing one word while playing, beside changing a parameter: the one table."""

TAP = "tap"

ACTIONS: dict[str, str] = {
    TAP: "four times or more, at your beat: sets the tempo and where the beats fall",
}
"""The meaning of each, for people."""
