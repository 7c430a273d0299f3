"""Every error Antiphon raises on purpose, on one page.

    AntiphonError
    +-- InputError      what the user gave cannot be used: a flag, a file, a folder
    +-- MachineError    what the machine lacks: a MIDI system, a provider, a package
    +-- ModelError      what a model folder holds cannot be trusted or read

Each message is one line that says what was given, what is allowed, and what to do. The CLI prints it
without a traceback and exits with the class's `exit_code`.
"""

INTERRUPTED = 130
"""The exit code after Ctrl-C, as a shell has it: 128 and the number of SIGINT."""


class AntiphonError(Exception):
    """An error whose message is meant for the user."""

    exit_code = 1


class InputError(AntiphonError):
    """The user's input is at fault."""

    exit_code = 2


class MachineError(AntiphonError):
    """Something is missing on this machine."""

    exit_code = 3


class ModelError(AntiphonError):
    """A model folder is damaged, of another format, or of another vocabulary."""

    exit_code = 4
