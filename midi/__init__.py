"""The vocabulary room: what a note is, how notes become tokens, how files and ports are reached."""
