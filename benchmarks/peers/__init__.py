"""Antiphon beside the systems nearest to it, on one machine and in one run: `make bench-peers`.

Each system decides notes in a process of its own, and all but ours and the classic one in an environment of its own
(`.venv-peers/NAME`): they need TensorFlow and PyTorch, which nothing of ours that plays may load.
"""
