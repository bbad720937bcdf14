"""``python -m shallow_cmr`` is the command ``shallow-cmr``."""

import sys

from shallow_cmr.cli import main

sys.exit(main())
