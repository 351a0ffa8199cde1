import pytest

from bot.integrations.slack.answers import Answers, Asker
from bot.integrations.slack.commands import parse
from bot.model import Address, Origin, RawMessage
from bot.sandbox.slack_limits import message_error
from tests.builders import a_runbook
from tests.desk import MemoryDesk

THREAD = "1700000000.000100"


@pytest.fixture
def desk():
    return MemoryDesk()


@pytest.fixture
def ask(desk):
    answers = Answers(desk, lambda key: None)

    def asked(text: str, thread: str = "", stamp: str = ""):
        asker = Asker("U0ADA", "C0TRIAGE", "T0SANDBOX", "occasion-1", thread, stamp)
        return answers(parse(text), asker)

    return asked


def take_in(desk, key="OPS-12"):
    reply_to = (Address("slack", "C0TRIAGE", THREAD),)
    return desk.submit(RawMessage(Origin("jira", "s", key), "shop <!here> is slow", reply_to=reply_to)).ticket


def shown(answer) -> str:
    assert message_error(answer.text, answer.blocks) is None
    return answer.blocks[0]["text"]["text"]


def test_help_lists_every_command_and_explains_one(ask):
    assert shown(ask("help")).count("`/l2 ") == 8
    assert "dry-run" in shown(ask("help run"))
    assert "escalate" not in shown(ask("help run"))


def test_status_by_key_by_id_by_thread_and_of_the_newest(ask, desk):
    ticket = take_in(desk)
    for said in (ask("status OPS-12"), ask(f"status {ticket}"), ask("status", thread=THREAD), ask("status")):
        assert "*OPS-12* · running · shop &lt;!here&gt; is slow" in shown(said)


def test_nothing_yet_is_said(ask):
    assert shown(ask("status")) == "No tickets yet."


def test_unknown_ticket_says_how_to_take_it_in(ask):
    assert "/l2 triage OPS-99" in shown(ask("status OPS-99"))


@pytest.mark.parametrize("verb", ["cancel", "escalate"])
def test_command_without_a_ticket_says_how_to_name_one(ask, verb):
    assert "Which ticket?" in shown(ask(verb))


def test_cancel_says_whether_something_ran(ask, desk):
    ticket = take_in(desk)
    assert "Stopped" in shown(ask("cancel OPS-12"))
    assert "nothing to stop" in shown(ask("cancel OPS-12"))
    assert desk.cancelled[0] == (ticket, "slack:U0ADA")


def test_escalation_takes_the_reason_and_is_done_once(ask, desk):
    ticket = take_in(desk)
    assert "Handed over" in shown(ask("escalate OPS-12 customers call"))
    assert "before" in shown(ask("escalate OPS-12"))
    assert desk.escalated == [(ticket, "slack:U0ADA", "customers call")]


def test_triage_without_words_in_a_thread_looks_again(ask, desk):
    ticket = take_in(desk)
    assert ask("triage", thread=THREAD).card_follows
    assert desk.asked[0].ticket == ticket


def test_triage_without_anything_says_how_it_is_written(ask):
    assert "triage KEY or TEXT" in shown(ask("triage"))


def test_description_in_a_thread_is_answered_there(ask, desk):
    ask("triage shop is down", thread=THREAD, stamp="1700000001.000100")
    assert desk.submitted[0].reply_to == (Address("slack", "C0TRIAGE", THREAD),)
    assert desk.submitted[0].origin.key == "C0TRIAGE/1700000001.000100"


def test_run_for_a_ticket_asks_again_with_the_runbook(ask, desk):
    ticket = take_in(desk)
    ask("run kubernetes/image-pull namespace=shop --ticket OPS-12")
    assert (desk.asked[0].ticket, desk.asked[0].runbook) == (ticket, "kubernetes/image-pull")
    assert desk.submitted == [desk.tickets[ticket]]


def test_show_names_parameters_steps_owner_and_how_to_run_it(ask):
    said = shown(ask("show kubernetes/image-pull"))
    for words in ("`namespace` (namespace, required)", "Owner platform, reviewed 2026-11-01", "namespace=…", "*Steps*"):
        assert words in said


def test_long_catalogue_is_cut_and_says_so(ask, desk):
    desk.known = {f"a/{n}": a_runbook(f"a/{n}", title="t" * 200) for n in range(60)}
    assert "and 35 more" in shown(ask("list"))
    assert "No runbook fits" in shown(ask("list zzz"))


def test_wrong_parameter_is_said_in_one_line(ask, desk):
    desk.wrong = "namespace: has to be lower case"
    assert shown(ask("run kubernetes/image-pull namespace=X --dry-run")) == "⚠️ namespace: has to be lower case"
