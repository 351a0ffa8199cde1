import io
from types import SimpleNamespace

from rich.console import Console

from bot.commands.demo import Narrator, _converse, _sum_up


class Scene:
    """A twin of the demonstration: what is said, and what a person typed."""

    def __init__(self, *news, verdicts=()):
        self.said = list(news)
        self.verdicts = dict(verdicts)
        self.incidents = [SimpleNamespace(case=SimpleNamespace(summary=summary)) for summary in self.verdicts]
        self.typed = []

    def news(self):
        yield from self.said

    def verdict(self, incident):
        return self.verdicts[incident.case.summary]

    def type(self, line):
        self.typed.append(line)
        self.said.append((f"answer to {line}", "secondline in #triage", {"text": f"heard {line}"}))

    def settle(self, within_s):
        return True


def terminal(width=0):
    return Console(file=io.StringIO(), width=width or 100, force_terminal=bool(width), color_system=None)


def test_each_message_is_told_once():
    out, scene = terminal(), Scene(("1", "@ada in #triage", {"text": "it is down"}))
    narrator = Narrator(scene, out)
    narrator.catch_up()
    scene.said.append(("2", "secondline in #triage", {"text": "because of this"}))
    narrator.start()
    narrator.stop()
    said = out.file.getvalue()
    assert (said.count("it is down"), said.count("because of this"), narrator.is_alive()) == (1, 1, False)


def test_evidence_is_shortened_and_a_card_is_not():
    out, lines = terminal(), "\n".join(f"line {number}" for number in range(12))
    scene = Scene(("1", "secondline", {"text": f"Evidence\n{lines}"}), ("2", "secondline", {"text": f"Card\n{lines}"}))
    Narrator(scene, out).catch_up()
    evidence, _, card = out.file.getvalue().partition("Card")
    assert "more lines" in evidence
    assert "line 11" not in evidence
    assert "line 11" in card


def test_long_lines_stay_behind_the_margin_of_a_terminal():
    out = terminal(width=60)
    Narrator(Scene(("1", "secondline", {"text": "word " * 40})), out).catch_up()
    body = out.file.getvalue().splitlines()[1:]
    assert len(body) > 3
    assert [line for line in body if line and not line.startswith("         │ ")] == []


def test_the_sum_tells_answers_from_what_is_missing():
    out = terminal()
    _sum_up(Scene(verdicts={"a is down": "The [cause] of a.", "b is down": ""}), False, out)
    said = out.file.getvalue()
    assert "✓ a is down\n   → The [cause] of a." in said
    assert "✗ b is down\n   → no answer yet" in said
    assert "Not every incident was answered in time." in said


def test_what_is_typed_is_answered_until_an_empty_line_or_the_end(monkeypatch):
    for ending in ("\n", "", "quit\n"):
        out, scene = terminal(), Scene()
        monkeypatch.setattr("sys.stdin", io.StringIO(f"/l2 help\nit is down\n{ending}"))
        _converse(scene, Narrator(scene, out), out)
        assert scene.typed == ["/l2 help", "it is down"]
        assert out.file.getvalue().count("heard") == 2
