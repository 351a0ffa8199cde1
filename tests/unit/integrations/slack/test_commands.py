import pytest

from bot.integrations.slack.commands import Command, parse
from bot.model.errors import InputError


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("", Command("help")),
        ("help run", Command("help", words="run")),
        ("triage OPS-12", Command("triage", ticket="OPS-12")),
        ("triage <https://jira.example.com/browse/OPS-12>", Command("triage", ticket="OPS-12")),
        ("triage <https://jira.example.com/browse/OPS-12?focused=1|OPS-12>", Command("triage", ticket="OPS-12")),
        ("TRIAGE can't pull &lt;image&gt;", Command("triage", words="can't pull <image>")),
        ("triage OPS-12 is slow", Command("triage", words="OPS-12 is slow")),
        ("list crash loop", Command("list", words="crash loop")),
        ("show a/b", Command("show", runbook="a/b")),
        ("status", Command("status")),
        ("status OPS-12", Command("status", ticket="OPS-12")),
        ("cancel t-0123", Command("cancel", ticket="t-0123")),
        ("escalate OPS-12 customers call", Command("escalate", ticket="OPS-12", words="customers call")),
        ("escalate customers call", Command("escalate", words="customers call")),
        (
            "run a/b namespace=shop name='two words' url=a=b",
            Command("run", runbook="a/b", parameters={"namespace": "shop", "name": "two words", "url": "a=b"}),
        ),
        ("run a/b name=“two words”", Command("run", runbook="a/b", parameters={"name": "two words"})),
        ("run a/b --dry-run", Command("run", runbook="a/b", dry_run=True)),
        ("run —dry-run a/b", Command("run", runbook="a/b", dry_run=True)),
        ("run a/b --ticket OPS-1", Command("run", runbook="a/b", ticket="OPS-1")),
        ("run a/b --ticket=OPS-1", Command("run", runbook="a/b", ticket="OPS-1")),
        (
            "run a/b host=<http://a.example.com|a.example.com>",
            Command("run", runbook="a/b", parameters={"host": "a.example.com"}),
        ),
    ],
)
def test_commands_are_read(text, command):
    assert parse(text) == command


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("triag OPS-1", "Did you mean triage?"),
        ("frobnicate", "There are help, triage"),
        ("run", "Which runbook?"),
        ("run namespace=shop", "Which runbook?"),
        ("run a/b c/d", "no parameter"),
        ("run a/b --force", "--dry-run and --ticket"),
        ("run a/b x=1 x=2", "given twice"),
        ("run a/b 'open", "quotation mark"),
        ("run a/b 1x=2", "no parameter's name"),
        ("run a/b " + " ".join(f"p{n}=1" for n in range(60)), "More than 40"),
        ("show", "Which runbook?"),
        ("show a b", "Which runbook?"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(text, words):
    with pytest.raises(InputError, match=words.replace("?", r"\?")) as caught:
        parse(text)
    assert "\n" not in caught.value.message


def test_mention_with_free_words_is_a_description():
    assert parse("checkout is down", free=True) == Command("triage", words="checkout is down")
    assert parse("statues are broken today", free=True).verb == "triage"
    assert parse("\ncheckout\nis down", free=True).verb == "triage"


def test_mention_with_a_slip_of_the_key_is_a_slip():
    with pytest.raises(InputError, match="status"):
        parse("staus OPS-1", free=True)
