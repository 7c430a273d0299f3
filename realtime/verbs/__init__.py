"""The verbs of the live room, one module each: `add_arguments`, `run` and `EPILOG`, imported when asked for."""
