"""Which MQTT topic filters cover which."""

import pytest

from custom_components.victron_openevse.topic_filters import covers, widest


@pytest.mark.parametrize(
    ("topic_filter", "other", "does"),
    [
        pytest.param("N/a/b", "N/a/b", True, id="itself"),
        pytest.param("N/a/b", "N/a/c", False, id="another topic"),
        pytest.param("N/+/b", "N/a/b", True, id="plus covers a level"),
        pytest.param("N/+/b", "N/+/b", True, id="plus covers plus"),
        pytest.param("N/a/b", "N/+/b", False, id="a level does not cover plus"),
        pytest.param("N/+", "N/a/b", False, id="plus is one level"),
        pytest.param("N/+", "N", False, id="plus needs its level"),
        pytest.param("N/#", "N/a/b", True, id="hash covers the rest"),
        pytest.param("N/#", "N", True, id="hash covers its parent"),
        pytest.param("N/#", "N/+/#", True, id="hash covers filters"),
        pytest.param("N/+", "N/#", False, id="plus does not cover hash"),
        pytest.param("N/+/b", "N/a/+", False, id="overlap is not enough"),
        pytest.param("#", "anything/at/all", True, id="hash alone"),
    ],
)
def test_covers(topic_filter: str, other: str, does: bool) -> None:
    assert covers(topic_filter, other) is does


def test_the_widest_are_enough() -> None:
    filters = ["a/b", "a/+", "a/+/c", "b/#", "b", "b/c/+", "c", "c"]
    assert widest(filters) == {"a/+", "a/+/c", "b/#", "c"}
    assert widest([]) == frozenset()
