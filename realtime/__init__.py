"""The daemon: a process that owns ports and time, a process that decides notes, and what they say to each other."""
