"""The errors by which numpy, and the readers below it, say that an `.npz` is damaged. Imports nothing heavy."""

import tokenize
import zipfile
import zlib

DAMAGE = (
    OSError,
    LookupError,
    ValueError,
    TypeError,
    EOFError,
    RuntimeError,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)
