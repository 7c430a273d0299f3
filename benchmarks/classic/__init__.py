"""The classic vocabulary of note and chord names: its network beside ours, and beside counting."""
