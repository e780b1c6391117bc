"""Which MQTT topic filters cover which.

Brokers differ in what they do with filters that overlap: some send such a message twice. So only the
widest of our filters are told to the broker, and who wants a message is found out here.
"""

from collections.abc import Iterable


def covers(topic_filter: str, other: str) -> bool:
    """Tell whether everything that matches `other`, a topic or a filter, matches `topic_filter`."""
    wide, narrow = topic_filter.split("/"), other.split("/")
    for position, part in enumerate(wide):
        if part == "#":
            return True
        if position >= len(narrow) or narrow[position] == "#":
            return False
        if part not in ("+", narrow[position]):
            return False
    return len(wide) == len(narrow)


def widest(filters: Iterable[str]) -> frozenset[str]:
    """Leave out every filter that another one covers."""
    every = frozenset(filters)
    return frozenset(
        item for item in every if not any(other != item and covers(other, item) for other in every)
    )
