"""A bench of players: phrases that people play, what is answered, and the human's own figure beside each.

`phrases` are what is played, `performance` plays them on the clock that jumps, `measures` are the figures of what
sounded, `table` and `bars` are what is printed of them. docs/measurements/players.md defines every figure.
"""
