"""The demo's history: ninety days of a Vietnamese coffee shop, made from a seed, so that everybody sees the same ones.

people     who comes: names, birthdays, habits
days       what they buy and when, and all of it as the CSV that `quen replay` takes
"""
