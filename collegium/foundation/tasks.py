"""Background work of the house itself."""

from collegium.foundation import background, files


@background.periodic(minutes=24 * 60)
def throw_away_unused_files() -> None:
    files.collect_garbage()
