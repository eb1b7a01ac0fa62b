"""The vocabulary every ring shares: ids, errors, clock, events, people. Pure."""
