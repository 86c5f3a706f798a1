"""The samples of the writers are used here too."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "unit" / "formats"))
