"""One module for each subcommand of `quen`.

A module has `register(subcommands)`: it adds its parser and sets `run` on it, a function that takes the parsed arguments
and answers the exit status (0 done, 1 refused; argparse itself answers 2 for wrong usage).
"""
