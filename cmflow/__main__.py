"""`python -m cmflow`, for machines on which the command is not on the PATH."""

from cmflow.cli import main

main()
