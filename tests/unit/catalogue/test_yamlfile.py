import pytest

from bot.catalogue.problems import BrokenFiles
from bot.catalogue.yamlfile import MAX_BYTES, MAX_DEPTH, parse_yaml, read_yaml, shown


def problems_of(text):
    with pytest.raises(BrokenFiles) as caught:
        parse_yaml(text, "a.yaml")
    return [str(problem) for problem in caught.value.problems]


def test_every_key_and_entry_has_its_line():
    document = parse_yaml("a: 1\nb:\n  - x\n  - c: {d: e}\n", "a.yaml")
    assert document.content == {"a": 1, "b": ["x", {"c": {"d": "e"}}]}
    assert [document.line(path) for path in [("a",), ("b",), ("b", 0), ("b", 1, "c"), ("b", 1, "c", "d")]] == [
        1,
        2,
        3,
        4,
        4,
    ]


def test_line_of_something_missing_is_that_of_what_is_around_it():
    assert parse_yaml("a: 1\nb:\n  c: 2\n", "a.yaml").line(("b", "missing", 3)) == 2


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("yes", "yes"),
        ("on", "on"),
        ("2026-11-24", "2026-11-24"),
        ("08:30", "08:30"),
        ("012345678901", "012345678901"),
        ("1_000", "1_000"),
        ("true", True),
        ("-3", -3),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("null", None),
        ("'443'", "443"),
        ("'true'", "true"),
        ("443", 443),
    ],
)
def test_plain_words_follow_yaml_1_2(word, value):
    content = parse_yaml(f"a: {word}\n", "a.yaml").content
    assert content == {"a": value}
    assert type(content["a"]) is type(value)


def test_keys_stay_text():
    assert parse_yaml("80: a\ntrue: b\n", "a.yaml").content == {"80": "a", "true": "b"}


def test_aliases_anchors_and_tags_are_refused_all_at_once():
    assert problems_of("a: &x 1\nb: *x\nc: !!python/object:os.system {}\n") == [
        "a.yaml:1: a: the anchor &x is not allowed; write values out where needed",
        "a.yaml:2: b: the alias *x is not allowed; write the value out",
        "a.yaml:3: c: the tag tag:yaml.org,2002:python/object:os.system is not allowed; leave it out",
    ]


def test_a_key_twice_is_refused_with_its_line():
    assert problems_of("a: 1\nb:\n  c: 1\n  c: 2\n") == ["a.yaml:4: b: the key 'c' stands here twice; keep one"]


def test_a_list_as_key_is_refused():
    assert problems_of("? [a, b]\n: 1\n") == ["a.yaml:1: a key must be plain text"]


def test_a_second_document_is_refused():
    assert "second document" in problems_of("a: 1\n---\nb: 2\n")[0]


def test_bad_syntax_names_the_line():
    assert problems_of("a: 1\nb: x: y\n")[0].startswith("a.yaml:2: not valid YAML: mapping values are not allowed")


def test_nesting_is_capped():
    assert f"nested deeper than {MAX_DEPTH}" in problems_of("[" * (MAX_DEPTH + 5) + "]" * (MAX_DEPTH + 5))[0]


def test_size_is_capped(tmp_path):
    big = tmp_path / "big.yaml"
    big.write_text("#" * (MAX_BYTES + 1))
    with pytest.raises(BrokenFiles, match="larger than"):
        read_yaml(big)


def test_a_file_that_is_away_or_no_text_says_so(tmp_path):
    with pytest.raises(BrokenFiles, match=r"gone\.yaml: cannot be read: No such file"):
        read_yaml(tmp_path / "gone.yaml")
    (tmp_path / "latin.yaml").write_bytes("a: é".encode("latin-1"))
    with pytest.raises(BrokenFiles, match=r"l\.yaml: is not UTF-8"):
        read_yaml(tmp_path / "latin.yaml", shown_as="l.yaml")


def test_an_empty_file_holds_nothing():
    assert parse_yaml("# nothing\n", "a.yaml").content is None


def test_paths_are_shown_for_people():
    assert shown(("steps", 0, "arguments", "host")) == "steps[0].arguments.host"
