#!/usr/bin/env python
"""Django's own commands; ``collegium`` is the command line for everybody else."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collegium.config.settings")
    os.environ.setdefault("COLLEGIUM_MODE", "development")
    execute_from_command_line(sys.argv)
