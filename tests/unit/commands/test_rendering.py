import pytest

from bot.commands.rendering import emphasised


def styles(text):
    shown = emphasised(text)
    return {shown.plain[span.start : span.end]: str(span.style) for span in shown.spans if str(span.style)}


@pytest.mark.parametrize(
    ("text", "word", "style"),
    [
        ("**down** now", "down", "bold"),
        ("*Root cause:* it", "Root cause:", "bold cyan"),
        ("see `kubectl get pods`", "kubectl get pods", "green"),
    ],
)
def test_marks_become_styles(text, word, style):
    assert styles(text)[word] == style
    assert "*" not in emphasised(text).plain
    assert "`" not in emphasised(text).plain


def test_quotes_are_set_off_and_small_print_is_dim():
    assert emphasised("> log: KeyError\n").plain == "  │ log: KeyError\n"
    assert styles("_Runbook a/b: 1 of 1 steps._") == {"Runbook a/b: 1 of 1 steps.": "dim"}


@pytest.mark.parametrize(
    "text", ["[red]x[/red]", "2 * 3 * 4", "schedule */5 * * * *", "a**b", "snake_case_name", "image: *.example.com"]
)
def test_what_is_no_mark_stays_as_it_is(text):
    assert emphasised(text).plain == text
