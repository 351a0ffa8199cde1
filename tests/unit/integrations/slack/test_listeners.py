import pytest

from bot.model import Address, Origin, RawMessage
from bot.model.errors import NotFound, Unavailable

TS = "1700000000.000100"


def acked(live, kind: str = "events_api") -> None:
    """Wait until the app acknowledged the last thing that was sent: what it did by then is all that it does."""
    next(one for one in reversed(live.slack.carrier.sent) if one.kind == kind).wait()


def test_message_in_a_triage_channel_becomes_a_ticket_answered_in_its_thread(live):
    ts = live.slack.say("C0TRIAGE", "U0ADA", "checkout & cart <down>\nsince 10:00")
    acked(live)
    (raw,) = live.desk.submitted
    assert raw.origin == Origin("slack", "T0SANDBOX", f"C0TRIAGE/{ts}")
    assert raw.reply_to == (Address("slack", "C0TRIAGE", ts),)
    assert raw.summary == "checkout & cart <down>"
    assert raw.body == "since 10:00"
    assert raw.reporter == "U0ADA"


def test_redelivered_message_is_triaged_once(live):
    live.slack.say("C0TRIAGE", "U0ADA", "checkout is down")
    acked(live)
    live.slack.redeliver().wait()
    assert len(live.desk.submitted) == 1


def test_what_could_not_be_kept_is_not_acknowledged_and_taken_when_it_comes_again(live):
    live.desk.broken = True
    live.slack.say("C0TRIAGE", "U0ADA", "checkout is down")
    with pytest.raises(TimeoutError):
        live.slack.carrier.sent[-1].wait(0.3)
    live.desk.broken = False
    live.slack.redeliver().wait()
    assert [raw.summary for raw in live.desk.submitted] == ["checkout is down"]


@pytest.mark.parametrize(
    "more",
    [
        {"bot_id": "B0OTHER"},
        {"subtype": "channel_join"},
        {"subtype": "message_changed"},
        {"subtype": "bot_message"},
        {"team": "T0FOREIGN"},
        {"user_team": "T0FOREIGN"},
    ],
)
def test_bots_strangers_joins_and_edits_are_no_tickets(live, more):
    live.slack.say("C0TRIAGE", "U0ADA", "checkout is down", **more)
    acked(live)
    assert live.desk.submitted == []


def test_silence_is_no_ticket(live):
    live.slack.say("C0TRIAGE", "U0ADA", "   ")
    acked(live)
    assert live.desk.submitted == []


def test_replies_in_threads_and_other_channels_are_no_tickets(live):
    root = live.slack.say("C0GENERAL", "U0ADA", "lunch?")
    acked(live)
    live.slack.workspace.post("C0TRIAGE", {"text": "old", "user": "U0ADA"})
    root = live.slack.messages("C0TRIAGE")[-1]["ts"]
    live.slack.say("C0TRIAGE", "U0GRACE", "same here", thread=root)
    acked(live)
    assert live.desk.submitted == []


def test_message_with_a_file_is_a_ticket(live):
    live.slack.say("C0TRIAGE", "U0ADA", "see the log", subtype="file_share", files=[{"id": "F1"}])
    acked(live)
    assert [raw.summary for raw in live.desk.submitted] == ["see the log"]


def test_mention_with_a_description_is_triaged_in_its_thread_even_outside_of_triage_channels(live):
    ts = live.slack.say("C0GENERAL", "U0ADA", "@secondline checkout answers 503 since noon")
    acked(live)
    (raw,) = live.desk.submitted
    assert raw.summary == "checkout answers 503 since noon"
    assert raw.reply_to == (Address("slack", "C0GENERAL", ts),)


def test_command_that_mentions_the_bot_in_a_triage_channel_is_no_ticket(live):
    live.slack.say("C0TRIAGE", "U0ADA", "@secondline list")
    live.told("Image cannot be pulled")
    assert live.desk.submitted == []


def test_mention_in_a_thread_means_the_threads_ticket(live):
    root = live.slack.say("C0TRIAGE", "U0ADA", "checkout is down")
    acked(live)
    (ticket,) = live.desk.tickets
    live.slack.say("C0TRIAGE", "U0GRACE", "@secondline escalate customers call", thread=root)
    acked(live)
    assert live.desk.escalated == [(ticket, "slack:U0GRACE", "customers call")]
    assert live.told("Handed over")["thread_ts"] == root
    live.slack.say("C0TRIAGE", "U0GRACE", "@secondline status", thread=root)
    assert "checkout is down" in str(live.told("Status")["blocks"])
    live.slack.say("C0TRIAGE", "U0GRACE", "@secondline run kubernetes/image-pull namespace=shop", thread=root)
    acked(live)
    assert live.desk.asked[-1].ticket == ticket
    assert live.desk.asked[-1].parameters == {"namespace": "shop"}


def test_bare_triage_in_a_thread_triages_the_message_that_began_it(live):
    root = live.slack.say("C0GENERAL", "U0ADA", "the basket page is blank")
    live.slack.say("C0GENERAL", "U0GRACE", "@secondline triage", thread=root)
    raw = live.desk.wait_for(lambda: live.desk.submitted)[0]
    assert raw.summary == "the basket page is blank"
    assert raw.reply_to == (Address("slack", "C0GENERAL", root),)


def test_redelivered_mention_is_answered_once(live):
    live.slack.say("C0GENERAL", "U0ADA", "@secondline help")
    live.told("What I understand")
    live.slack.redeliver().wait()
    live.slack.say("C0GENERAL", "U0ADA", "@secondline list")
    live.told("Image cannot be pulled")
    assert sum("What I understand" in one["text"] for one in live.slack.ephemerals()) == 1


def test_mistyped_command_in_a_mention_names_the_nearest(live):
    live.slack.say("C0GENERAL", "U0ADA", "@secondline staus")
    assert "Did you mean status?" in live.told("staus")["text"]


def test_slash_command_with_a_description_is_triaged(live):
    answer = live.slack.command("triage can't pull the image in shop")
    assert "Looking into" in answer["text"]
    (raw,) = live.desk.submitted
    assert raw.summary == "can't pull the image in shop"
    assert raw.reply_to == (Address("slack", "C0TRIAGE"),)
    assert raw.reporter == "U0ADA"


def test_triage_by_key_fetches_the_ticket_and_answers_here_too(live):
    jira = Address("jira", "OPS-12")
    live.jira["OPS-12"] = RawMessage(Origin("jira", "site", "OPS-12", "r1"), "shop is slow", reply_to=(jira,))
    live.slack.command("triage OPS-12")
    raw = live.desk.wait_for(lambda: live.desk.submitted)[0]
    assert raw.origin.key == "OPS-12"
    assert raw.reply_to == (jira, Address("slack", "C0TRIAGE"))
    live.told("Looking into: OPS-12")


@pytest.mark.parametrize("missing", [None, NotFound("no such issue")])
def test_key_that_is_not_found_is_said(live, missing):
    live.jira["OPS-99"] = missing
    live.slack.command("triage OPS-99")
    assert "cannot find OPS-99" in live.told("OPS-99: check")["text"]
    assert live.desk.submitted == []


def test_ticket_system_that_is_away_is_said_in_one_line(live):
    live.jira["OPS-7"] = Unavailable("Jira cannot be reached: try again in a minute")
    live.slack.command("triage OPS-7")
    assert live.told("Jira cannot be reached")["text"].startswith("⚠️")


def test_known_ticket_is_shown_instead_of_taken_in_twice(live):
    live.jira["OPS-12"] = RawMessage(Origin("jira", "site", "OPS-12", "r1"), "shop is slow")
    live.slack.command("triage OPS-12")
    live.told("Looking into: OPS-12")
    live.slack.command("triage OPS-12")
    assert "shop is slow" in str(live.told("I know this one already")["blocks"])


def test_run_with_all_parameters_is_an_invocation(live):
    live.slack.command('run kubernetes/image-pull namespace=shop workload="checkout"')
    (raw,) = live.desk.submitted
    assert raw.invocation.runbook == "kubernetes/image-pull"
    assert raw.invocation.parameters == {"namespace": "shop", "workload": "checkout"}
    assert raw.invocation.by == "slack:U0ADA"


def test_run_with_a_wrong_value_is_refused_at_once_and_starts_nothing(live):
    answer = live.slack.command("run kubernetes/image-pull namespace=../../secrets")
    assert answer["text"].startswith("⚠️ namespace: '../../secrets' is not a namespace")
    assert live.desk.submitted == []


def test_run_without_a_required_parameter_opens_a_form(live):
    assert live.slack.command("run kubernetes/image-pull workload=checkout") == {}
    view = live.slack.wait_for(live.slack.views)[0]
    labels = [block["label"]["text"] for block in view["blocks"] if block["type"] == "input"]
    assert labels == ["Namespace (namespace)"]
    assert live.desk.submitted == []
    live.slack.submit_view(view["id"], {"parameter:namespace": "shop"})
    assert live.desk.submitted[0].invocation.parameters == {"workload": "checkout", "namespace": "shop"}
    assert live.desk.submitted[0].reply_to == (Address("slack", "C0TRIAGE"),)


def test_dry_run_lists_the_calls_and_takes_no_ticket_in(live):
    answer = live.slack.command("run kubernetes/image-pull namespace=shop --dry-run")
    assert "GET /api/v1/namespaces/shop/pods?limit=500" in str(answer["blocks"])
    assert live.desk.submitted == []


@pytest.mark.parametrize("command", ["run kubernetes/image-pul namespace=x", "show kubernetes/image-pul"])
def test_unknown_runbook_names_the_nearest(live, command):
    assert "the nearest is kubernetes/image-pull" in live.slack.command(command)["text"]


def test_unknown_subcommand_names_the_nearest(live):
    assert "Did you mean triage?" in live.slack.command("triag OPS-1")["text"]


def test_command_where_the_bot_was_not_invited_says_so(live):
    live.slack.workspace.add_channel("C0PRIVATE", member=False)
    live.slack.command("triage checkout is down", channel="C0PRIVATE")
    assert live.told("invite me")["channel"] == "C0PRIVATE"


def test_shortcut_triages_the_message_it_points_at_even_another_tools_alert(live):
    alert = {"text": "", "bot_id": "B0ALERTS", "attachments": [{"title": "PodCrashLooping", "text": "shop/checkout"}]}
    ts = live.slack.workspace.post("C0GENERAL", alert)["ts"]
    live.slack.shortcut(ts, channel="C0GENERAL")
    (raw,) = live.desk.submitted
    assert raw.summary == "PodCrashLooping"
    assert raw.body == "shop/checkout"
    assert raw.reply_to == (Address("slack", "C0GENERAL", ts),)
    live.slack.redeliver().wait()
    assert len(live.desk.submitted) == 1


def test_shortcut_on_a_message_that_is_known_says_so(live):
    ts = live.slack.say("C0TRIAGE", "U0ADA", "checkout is down")
    acked(live)
    live.slack.shortcut(ts, user="U0GRACE")
    assert live.told("I know this one already")["user"] == "U0GRACE"
    assert len(live.desk.submitted) == 1


def test_stranger_who_uses_the_shortcut_is_ignored(live):
    live.slack.workspace.person("U0MALLORY").team = "T0FOREIGN"
    ts = live.slack.workspace.post("C0GENERAL", {"text": "checkout is down", "user": "U0ADA"})["ts"]
    live.slack.shortcut(ts, channel="C0GENERAL", user="U0MALLORY")
    assert live.desk.submitted == []


def test_direct_message_is_a_command_or_a_description(live):
    live.slack.workspace.add_channel("D0ADA")
    ts = live.slack.say("D0ADA", "U0ADA", "checkout is down")
    acked(live)
    assert live.desk.submitted[0].reply_to == (Address("slack", "D0ADA", ts),)
    live.slack.say("D0ADA", "U0ADA", "list")
    live.told("Image cannot be pulled")


def test_mistake_of_ours_while_looking_up_a_key_is_no_silence(live):
    live.jira["OPS-5"] = ZeroDivisionError("a mistake of ours")
    live.slack.command("triage OPS-5")
    assert "my log says why" in live.told("went wrong on my side")["text"]


def test_form_that_slack_refuses_is_no_silence(live):
    live.slack.fail("views.open", error="internal_error")
    live.slack.command("run kubernetes/image-pull")
    live.told("went wrong on my side")


def test_event_without_an_id_is_told_apart_by_its_message(live):
    from bot.integrations.slack.listeners import _event_id

    event = {"type": "message", "channel": "C1", "ts": TS}
    assert _event_id({"event_id": "Ev1", "event": event}) == "Ev1"
    assert _event_id({"event": event}) == f"message:C1/{TS}"
