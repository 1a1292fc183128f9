"""`python -m bench`: everything, or what is named; `--quick` only shows that it works."""

from __future__ import annotations

import argparse
import asyncio
import sys

from bench import arrivals, matrix, meaning, memory, page, postgres, road, similar, starting, telegram

PARTS = ("road", "arrivals", "telegram", "matrix", "start", "memory", "postgres", "similar", "meaning", "page")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all of them if none is named")
    parser.add_argument("--quick", action="store_true", help="small numbers: figures of no worth")
    chosen = parser.parse_args()
    if unknown := set(chosen.parts) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    for part in chosen.parts or PARTS:
        print(f"## {part}\n", flush=True)
        measure(part, quick=chosen.quick)
    return 0


def measure(part: str, *, quick: bool) -> None:
    """Measure one part."""
    match part:
        case "road":
            road.measure(1 if quick else 7, 2 if quick else 16)
        case "arrivals":
            arrivals.measure(1 if quick else 5, 2 if quick else 10)
        case "telegram":
            asyncio.run(telegram.measure(1 if quick else 5, 20 if quick else 150))
        case "postgres":
            postgres.measure(1 if quick else 5, 1 if quick else 8)
        case "similar":
            similar.measure(1_000 if quick else 10_000)
        case "meaning":
            meaning.measure(1_000 if quick else 10_000)
        case "page":
            asyncio.run(page.measure(500 if quick else 10_000, 20 if quick else 300))
        case "matrix":
            asyncio.run(matrix.measure(20 if quick else 1_000, 5 if quick else 100, 1 if quick else 3))
        case "start":
            asyncio.run(starting.measure(3 if quick else 10))
        case _:
            asyncio.run(memory.measure(2_000 if quick else 100_000, (100, 400) if quick else (1_000, 5_000, 20_000)))


if __name__ == "__main__":
    sys.exit(main())
