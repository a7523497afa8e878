"""Earning: what the program's rules make of a purchase or an enrolment."""
