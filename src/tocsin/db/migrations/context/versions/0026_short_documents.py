"""Documents are written compressed from here on (``context.documents.document``); those of before are read.

Nothing to change: the number alone keeps older versions, which could not read them, from trying.
"""

from pathlib import Path

revision = "0026_short_documents"
#: the file before this one
down_revision = sorted(path.stem for path in Path(__file__).parent.glob("[0-9]*.py") if path.stem < revision)[
    -1
]


def upgrade() -> None:
    """No table changes."""
