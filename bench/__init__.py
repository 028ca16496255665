"""Speed and memory, as ratios to a floor measured in the same process. ``make bench``; never a test."""
