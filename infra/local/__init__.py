"""The whole stack on one machine: the emulator, the deploy, the identity provider, the seed and the `quen` command.

Ships nowhere, and nothing that ships imports it.
"""
