import pytest

from bot.integrations.slack.modals import Form, form_errors, form_view, read_form
from bot.model import Parameter, ParameterType
from bot.model.errors import InputError
from bot.sandbox.slack_limits import view_error
from bot.sandbox.slack_payloads import view_state
from tests.builders import a_runbook

HUGE = "<!channel> " * 5000


def test_form_asks_for_each_missing_parameter_by_its_type():
    missing = [
        Parameter("port", ParameterType.PORT, "Where it listens", required=True, default="443"),
        Parameter("load_balancer", ParameterType.LOAD_BALANCER, ""),
    ]
    view = form_view(a_runbook(), missing, Form("a/b"))
    assert view_error(view) == []
    port, balancer = view["blocks"][1:]
    assert port["label"]["text"] == "Port (port)"
    assert port["element"]["initial_value"] == "443"
    assert port["hint"]["text"] == "Where it listens"
    assert balancer["label"]["text"] == "Load balancer (load balancer)"


def test_huge_and_many_parameters_stay_within_slacks_limits():
    missing = [Parameter(f"p{n}" + "x" * 200, ParameterType.STRING, HUGE) for n in range(200)]
    view = form_view(a_runbook(title=HUGE), missing, Form("a/b", given={"x": "<!channel>" * 100}))
    assert view_error(view) == []
    assert "<!channel>" not in view["blocks"][0]["text"]["text"]


def test_form_gives_back_what_it_was_about_and_all_values():
    form = Form("a/b", "t-1", "C1", "123.4", {"namespace": "shop"})
    view = form_view(a_runbook(), [Parameter("workload", ParameterType.WORKLOAD, "")], form)
    filled = view | {"state": view_state(view, {"parameter:workload": " checkout "})}
    assert read_form(filled) == (form, {"namespace": "shop", "workload": "checkout"})


def test_value_left_empty_is_not_given():
    view = form_view(a_runbook(), [Parameter("workload", ParameterType.WORKLOAD, "")], Form("a/b"))
    assert read_form(view | {"state": view_state(view, {})})[1] == {}


def test_more_than_travels_in_a_form_is_refused():
    with pytest.raises(InputError, match="too much for a form"):
        form_view(a_runbook(), [], Form("a/b", given={"x": "y" * 4000}))


@pytest.mark.parametrize("metadata", ["", "[]", "{", '{"other": 1}'])
def test_form_of_another_version_is_refused(metadata):
    with pytest.raises(InputError, match="older version"):
        read_form({"private_metadata": metadata, "state": {"values": {}}})


def test_error_stands_at_the_input_it_names_or_the_first():
    missing = [Parameter("port", ParameterType.PORT, ""), Parameter("host", ParameterType.HOST, "")]
    view = form_view(a_runbook(), missing, Form("a/b"))
    assert list(form_errors(view, "host: no such name")) == ["parameter:host"]
    assert list(form_errors(view, "no")) == ["parameter:port"]
