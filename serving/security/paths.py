"""Where a login may lead."""


def safe(path: str) -> str:
    """Only paths of this host: never a redirect to somewhere else."""
    own = path.startswith("/") and not path.startswith(("//", "/\\"))
    return path if own and path.isprintable() else "/"
