import pytest

from bot.model.errors import InputError
from bot.model.resource import Resource

POD = Resource("kubernetes", "blue", "shop", "Pod", "checkout-1")


@pytest.mark.parametrize(
    "resource",
    [
        POD,
        Resource("kubernetes", "blue", "", "Node", "worker-1"),
        Resource("aws", "123456789012", "eu-west-2", "s3.Object", "folder/with/slashes.txt"),
    ],
)
def test_what_is_printed_is_read_back(resource):
    assert Resource.parse(str(resource)) == resource


@pytest.mark.parametrize("text", ["", "checkout", "kubernetes://blue/shop", "kubernetes:/blue/shop/Pod/x"])
def test_anything_else_is_refused_with_the_form_that_is_expected(text):
    with pytest.raises(InputError, match="expected system://scope/place/Kind/name"):
        Resource.parse(text)


def test_people_read_kind_name_and_place():
    assert POD.label == "Pod checkout-1 in shop"
    assert Resource("kubernetes", "blue", "", "Node", "worker-1").label == "Node worker-1"


def test_the_same_thing_is_one_key_and_sorts_by_its_parts():
    other = Resource("kubernetes", "blue", "shop", "Pod", "checkout-0")
    assert len({POD, Resource.parse(str(POD)), other}) == 2
    assert sorted([POD, other]) == [other, POD]
