from bot.probes.kubernetes.logentries import MAX_LINE, entries, traces


def found(text: str):
    return traces(entries(text.splitlines()))


def test_json_lines_are_unpacked_with_their_level_and_error():
    (one,) = entries(['{"level":"fatal","msg":"cannot serve","error":"listen tcp :80: bind"}'])
    assert (one.level, one.text) == (4, "cannot serve: listen tcp :80: bind")


def test_stack_within_json_becomes_lines_of_their_own():
    stack = '{"level":"error","msg":"boom","stack":"TypeError: x is undefined\\n    at run (/app/a.js:1:1)"}'
    assert [trace.text for trace in traces(entries([stack]))] == ["TypeError: x is undefined"]


def test_json_that_is_no_log_line_stays_as_it_is():
    assert entries(['{"a": 1}', "{broken"])[0].text == '{"a": 1}'


def test_long_lines_are_cut():
    assert len(entries(["x" * 100_000])[0].text) == MAX_LINE


def test_level_is_read_from_text():
    texts = ["INFO x", "level=error msg=x", "[warn] x", "2026-11-24 10:00:00,1 CRITICAL x", "plain"]
    assert [entry.level for entry in entries(texts)] == [0, 3, 1, 4, 2]


def test_python_trace_gives_type_and_message():
    trace = found(
        'Traceback (most recent call last):\n  File "a.py", line 1, in x\n    y()\napp.errors.NoStock: none left\n'
    )
    assert (trace[0].type, trace[0].message) == ("app.errors.NoStock", "none left")


def test_java_trace_gives_the_deepest_cause():
    text = (
        'Exception in thread "main" a.B: outer\n\tat a.C.d(C.java:1)\nCaused by: a.E: middle\n\tat a.C.d(C.java:2)\n'
        "\t... 3 more\nCaused by: java.net.UnknownHostException: orders-db\n\tat a.C.d(C.java:3)\n"
    )
    assert found(text)[0].text == "java.net.UnknownHostException: orders-db"


def test_go_dotnet_rust_and_ruby_are_known():
    assert found("panic: boom\n\ngoroutine 1 [running]:")[0].text == "panic: boom"
    assert found("Unhandled exception. System.InvalidOperationException: no\n   at X()")[0].type.startswith("System.")
    assert found("thread 'main' panicked at src/main.rs:2:5:\nno config\nnote: x")[0].message == "no config"
    assert found("/app/run.rb:3:in 'start': missing (KeyError)")[0].text == "KeyError: missing"


def test_plain_text_has_no_trace():
    assert found("Error: it happened\nand then this\n") == ()
