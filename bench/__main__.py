"""``make bench`` runs all; ``python -m bench callback`` or ``journeys`` only one part."""

import sys

from bench import callback, journeys

PARTS = {"callback": callback.main, "journeys": journeys.main}


def main(chosen: list[str]) -> None:
    """Run the chosen parts, or all."""
    if unknown := set(chosen) - set(PARTS):
        sys.exit(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    for name in chosen or PARTS:
        PARTS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
