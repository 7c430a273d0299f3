"""Nanoseconds in the larger units of time. Wall time is an integer number of them, of the monotonic clock."""

NS_PER_US = 1_000
NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000
NS_PER_MINUTE = 60 * NS_PER_S
