from hypothesis import given
from hypothesis import strategies as st

from ebit.plots import resource_styles, sort_resources

ALL = ["single", "dnn", "none", "bell:1", "bell:2", "bell:3", "bell:4", "classical"]
ALL += ["classical+bell:1", "classical+bell:2", "quantum"]


def test_order_is_fixed():
    assert sort_resources(reversed([*ALL, *ALL])) == ALL
    assert sort_resources(["bell:10", "bell:2", "mine", "quantum"])[-1] == "mine"
    assert sort_resources(["bell:2", "bell:1,fidelity=0.9", "bell:1"])[:2] == (
        ["bell:1", "bell:1,fidelity=0.9"]
    )


def test_styles_differ_and_do_not_depend_on_company():
    styles = resource_styles(ALL)
    assert len({style.color for style in styles.values()}) == len(ALL)
    for resource in ALL:
        assert resource_styles([resource])[resource] == styles[resource]


def test_options_get_a_colour_of_their_own():
    styles = resource_styles(["bell:1", "bell:1,fidelity=0.9", "bell:1,fidelity=0.8"])
    assert len({style.color for style in styles.values()}) == 3


@given(st.lists(st.text()))
def test_any_names_are_sorted_and_styled(names):
    assert sorted(sort_resources(names)) == sorted(set(names))
    assert list(resource_styles(names)) == sort_resources(names)
