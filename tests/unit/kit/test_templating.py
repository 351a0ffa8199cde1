import pytest

from bot.kit.templating import MAX_OUTPUT, MAX_TEMPLATE, TemplateError, check, evaluate, is_template, render

CONTEXT = {
    "parameters": {"namespace": "shop", "port": 443, "workload": ""},
    "steps": {"waiting": {"status": "critical", "causes": ["a", "b"], "facts": {"host": "db"}, "ran": True}},
}


def test_names_are_read_as_dotted_paths():
    assert check("{{ steps.waiting.facts.host }}:{{ parameters.port }}") == {
        "steps.waiting.facts.host",
        "parameters.port",
    }
    assert check("'a' in steps.waiting.causes and parameters['port'] == 443", expression=True) == {
        "steps.waiting.causes",
        "parameters.port",
    }


def test_names_inside_filters_and_tests_are_read_too():
    assert check("{{ parameters.workload | default(parameters.namespace) }}") == {
        "parameters.workload",
        "parameters.namespace",
    }
    assert check("steps.waiting.ran is true and x.y is defined", expression=True) == {"steps.waiting.ran", "x.y"}


def test_names_that_index_other_names_are_read():
    assert check("{{ steps.waiting.facts[parameters.key] }}") == {"steps.waiting.facts", "parameters.key"}


def test_plain_text_reads_nothing():
    assert check("say {nothing}") == frozenset()


@pytest.mark.parametrize(
    ("text", "expression", "said"),
    [
        ("{% for x in y %}{% endfor %}", False, "blocks and comments"),
        ("{# note #}", False, "blocks and comments"),
        ("x %}", True, "unexpected"),
        ("{{ a.b( }}", False, "unexpected"),
        ("{{ a.b() }}", False, "calls are not allowed"),
        ("a.index('x')", True, "calls are not allowed"),
        ("'a' * 999999", True, "not allowed"),
        ("9 ** 9", True, "not allowed"),
        ("{{ a | map('x') }}", False, "No filter named 'map'|unknown filter"),
        ("{{ a | attr('__class__') }}", False, "No filter named 'attr'|unknown filter"),
        ("a }} {{ b", True, "."),
        ("", True, "."),
        ("{{ x = 1 }}", False, "."),
        ("x" * (MAX_TEMPLATE + 1), False, "longer than"),
    ],
)
def test_what_is_no_plain_expression_is_refused(text, expression, said):
    with pytest.raises(TemplateError, match=said):
        check(text, expression=expression)


def test_a_lone_expression_keeps_its_type():
    assert render("{{ parameters.port }}", CONTEXT) == 443
    assert render(" {{ steps.waiting.causes }} ", CONTEXT) == ["a", "b"]
    assert render("{{ parameters.port }}{{ parameters.port }}", CONTEXT) == "443443"


def test_text_around_an_expression_makes_text():
    assert render("on {{ parameters.port }}", CONTEXT) == "on 443"


def test_text_without_an_expression_stays():
    assert render("{ just } braces", CONTEXT) == "{ just } braces"


def test_values_are_never_templates():
    hostile = {"parameters": {"namespace": "{{ 7 + 7 }}{% for x in y %}"}}
    assert render("{{ parameters.namespace }}", hostile) == "{{ 7 + 7 }}{% for x in y %}"
    assert render("in {{ parameters.namespace }}", hostile) == "in {{ 7 + 7 }}{% for x in y %}"


@pytest.mark.parametrize("text", ["{{ parameters.nothing }}", "x {{ parameters.nothing }}", "{{ nobody.there }}"])
def test_an_undefined_name_is_an_error(text):
    with pytest.raises(TemplateError):
        render(text, CONTEXT)


def test_default_stands_in_for_what_is_undefined_or_empty():
    assert render("{{ parameters.nothing | default('x') }}", CONTEXT) == "x"
    assert render("{{ parameters.workload | default('all', true) }}", CONTEXT) == "all"


def test_conditions_give_their_value():
    assert evaluate("steps.waiting.status == 'critical' and 'a' in steps.waiting.causes", CONTEXT) is True
    assert evaluate("steps.waiting.causes | length > 2", CONTEXT) is False


@pytest.mark.parametrize("expression", ["steps.nobody.ran", "1 / 0", "parameters.port < 'x'", "parameters.x.y", "1 +"])
def test_a_condition_that_cannot_be_told_is_an_error(expression):
    with pytest.raises(TemplateError):
        evaluate(expression, CONTEXT)


@pytest.mark.parametrize("expression", ["nothing", "parameters.nothing"])
def test_a_condition_that_is_nothing_but_an_undefined_name_is_no_truth(expression):
    with pytest.raises(TemplateError):
        evaluate(expression, CONTEXT)


@pytest.mark.parametrize(
    "text", ["{{ ''.__class__.__mro__ }}", "x {{ parameters.__class__.__init__.__globals__ }}", "{{ self.__init__ }}"]
)
def test_the_inside_of_python_is_out_of_reach(text):
    with pytest.raises(TemplateError):
        render(text, CONTEXT)


def test_output_is_capped():
    long = {"parameters": {"text": "x" * (MAX_OUTPUT * 2)}}
    assert len(render("a {{ parameters.text }}", long)) == MAX_OUTPUT


def test_what_is_a_template():
    assert is_template("{{ a }}")
    assert not is_template("{ a }")
