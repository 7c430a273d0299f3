"""The errors by which numpy, and the readers below it, say that an `.npz` is damaged. Imports nothing heavy."""

import tokenize
import zipfile
import zlib

_BUILT_IN = (OSError, LookupError, ValueError, TypeError, EOFError, RuntimeError)
DAMAGE = (*_BUILT_IN, tokenize.TokenError, zipfile.BadZipFile, zlib.error)
