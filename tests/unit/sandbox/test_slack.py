import pytest

from bot.sandbox.slack import SlackSandbox


@pytest.fixture
def slack():
    sandbox = SlackSandbox()
    sandbox.start()
    yield sandbox
    sandbox.stop()


def events(slack) -> list[str]:
    return [envelope.payload["event"]["type"] for envelope in slack.carrier.sent]


def test_what_people_type_is_escaped_as_slack_does(slack):
    slack.say("C0TRIAGE", "U0ADA", "a <b> & c")
    assert slack.messages("C0TRIAGE")[0]["text"] == "a &lt;b&gt; &amp; c"


def test_mention_is_told_as_a_mention_too(slack):
    slack.say("#triage", "U0ADA", "@secondline help")
    assert events(slack) == ["message", "app_mention"]
    assert slack.messages("C0TRIAGE")[0]["text"] == "<@U0BOT> help"


def test_thread_holds_its_replies(slack):
    root = slack.say("C0TRIAGE", "U0ADA", "root")
    slack.say("C0TRIAGE", "U0GRACE", "reply", thread=root)
    assert [one["text"] for one in slack.thread("C0TRIAGE", root)] == ["root", "reply"]
    assert len(slack.messages("C0TRIAGE")) == 1


def test_app_can_be_reached_by_signed_requests_instead(slack):
    slack.add_channel("C0NEW", "new", member=False)
    slack.deliver_to("http://127.0.0.1:9/slack/events")
    assert not slack.workspace.channels["C0NEW"].member
    slack.say("C0TRIAGE", "U0ADA", "hi")
    with pytest.raises(TimeoutError):
        slack.carrier.sent[-1].wait(0.2)
    assert slack.carrier.sent[-1].status == 0
    slack.deliver_to()
    assert slack.carrier.request_url == ""


def test_each_event_has_an_id_of_its_own(slack):
    slack.say("C0TRIAGE", "U0ADA", "one")
    slack.say("C0TRIAGE", "U0ADA", "two")
    ids = [envelope.payload["event_id"] for envelope in slack.carrier.sent]
    assert len(set(ids)) == 2


def test_it_starts_again_on_the_same_port_with_what_was_said():
    slack = SlackSandbox()
    url = slack.start()
    slack.say("C0TRIAGE", "U0ADA", "hi")
    slack.stop()
    assert slack.start(int(url.rsplit(":", 1)[1])) == url
    assert slack.messages("C0TRIAGE")[0]["text"] == "hi"
    slack.stop()
    slack.stop()


def test_events_of_many_people_at_once_are_told_apart(slack):
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as people:
        list(people.map(lambda n: slack.say("C0TRIAGE", "U0ADA", str(n)), range(200)))
    assert len({envelope.payload["event_id"] for envelope in slack.carrier.sent}) == 200
    assert len({message["ts"] for message in slack.messages("C0TRIAGE")}) == 200
