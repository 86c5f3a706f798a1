"""How long a test waits for what the machine does: limits of time are for a machine that has nothing else to do."""

import os

PATIENCE = float(os.environ.get("FEEDSVC_TEST_PATIENCE", "1"))
"""By how much every limit of time in a test is multiplied. Where parts of the suite run side by side, none of them has even
one core to itself (on_both.py). What we promise is measured by one program at a time: `bench/`, and a file of tests alone."""
