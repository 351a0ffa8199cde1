from bot.commands.conversation import plain, render


def section(text):
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def lines(message, **how):
    return render(message, **how).plain.splitlines()


def test_blocks_become_lines_behind_a_margin():
    message = {
        "text": "not shown",
        "blocks": [
            {"type": "header", "text": {"text": "It is broken"}},
            section("*Root cause:* `x`\nsecond line"),
            {"type": "context", "elements": [{"text": "*t-1*"}, {"text": "P3"}]},
            {"type": "section", "fields": [{"text": "left"}, {"text": "right"}]},
            {"type": "actions", "elements": [{"text": {"text": "Run"}}, {"placeholder": {"text": "Another"}}]},
            {"type": "divider"},
        ],
    }
    assert lines(message, margin="| ") == [
        "| It is broken", "| Root cause: x", "| second line", "| t-1  P3", "| left", "| right",
        "| [ Run ]  [ Another ]", "| " + "─" * 40,
    ]  # fmt: skip


def test_a_message_without_blocks_is_its_text_and_files_are_named():
    assert lines({"text": "down &lt;now&gt;", "files": [{"title": "Evidence"}]}) == ["  down <now>", "  📎 Evidence"]


def test_what_is_too_much_is_counted_and_not_shown():
    text = "\n".join(str(number) for number in range(10))
    assert lines({"text": text}, most=3) == ["  0", "  1", "  2", "  … 7 more lines"]
    assert len(lines({"text": text}, most=9)) == 10


def test_long_lines_are_folded_within_the_margin():
    found = lines({"text": "word " * 30}, margin="│ ", width=40)
    assert len(found) > 3
    assert all(line.startswith("│ ") and len(line) <= 40 for line in found)


def test_emphasis_is_styled_and_code_is_not_taken_for_it():
    shown = render({"blocks": [section("*bold* and `co_de_d` in snake_case_name")]}, margin="")
    assert shown.plain == "bold and co_de_d in snake_case_name\n"
    assert {str(span.style) for span in shown.spans} >= {"bold", "green"}
    assert "italic" not in {str(span.style) for span in shown.spans}


def test_slack_s_escapes_and_links_are_undone():
    assert plain("a &amp;&lt;b&gt; <https://example.com|here> <@U0ADA>") == "a &<b> here @U0ADA"


def test_stars_of_a_schedule_are_no_emphasis():
    assert render({"blocks": [section("schedule */5 * * * * of report")]}, margin="").plain == (
        "schedule */5 * * * * of report\n"
    )


def test_brackets_of_a_text_are_no_markup():
    assert lines({"text": "[red]not red[/red]"}) == ["  [red]not red[/red]"]
