"""Fails when a CI run skipped anything at all: there, everything that a test needs has been installed."""

import re
import sys
from pathlib import Path

output = Path(sys.argv[1]).read_text()
closings = re.findall(r"^=+ (.*\bpassed\b.*) =+$", output, flags=re.MULTILINE)
skipped = [line for line in output.splitlines() if line.startswith("SKIPPED")]
if len(closings) != 3:  # noqa: PLR2004  # SQLite, a browser, PostgreSQL
    sys.exit(f"CI fails: three complete runs were expected, these were seen: {closings}")
if skipped:
    sys.exit("CI fails: skipped where nothing may be:\n" + "\n".join(skipped))
print(f"Exercised in full: {' · '.join(closings)}")
