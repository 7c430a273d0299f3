"""The version of Antiphon that is installed."""


def version() -> str:
    """The version, in words where there is none: a checkout that was never installed."""
    from importlib.metadata import PackageNotFoundError, version  # no start waits for it

    try:
        return version("antiphon")
    except PackageNotFoundError:
        return "of unknown version"
