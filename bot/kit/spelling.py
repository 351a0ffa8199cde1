"""What somebody who misspelt a name may have meant, for the lines that say so."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

ALIKE = 55.0
"""How alike two names must be to be taken for one another, 0 to 100."""


def nearest(wrong: str, known: Iterable[str], alike: float = ALIKE, most: int = 1) -> tuple[str, ...]:
    """Give the known names that are most like `wrong`, best first; none when none is `alike` enough."""
    from rapidfuzz import process

    return tuple(str(found[0]) for found in process.extract(wrong, list(known), limit=most, score_cutoff=alike))


def meant(wrong: str, known: Sequence[str], alike: float = 60, listed: int = 8) -> str:
    """Give `; did you mean x?`, else what there is when that is no more than `listed` names, else nothing."""
    if not known:
        return ""
    found = nearest(wrong, known, alike)
    if found:
        return f"; did you mean {found[0]}?"
    return f"; there are {', '.join(known)}" if len(known) <= listed else ""
