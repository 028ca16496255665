"""Node's libraries, as the lock names them."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def libraries() -> Path:
    """A folder with node_modules as the lock names them; kept between runs, outside the work tree."""
    digest = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:16]
    home = (
        Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "collegium" / f"interop-{digest}"
    )
    home.mkdir(parents=True, exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "done").exists():
            for name in ("package.json", "package-lock.json", ".npmrc"):
                shutil.copy(HERE / name, home)
            ran = subprocess.run(
                ["npm", "ci", "--ignore-scripts"], cwd=home, capture_output=True, text=True, check=False
            )
            assert ran.returncode == 0, ran.stderr
            (home / "done").touch()
    return home
