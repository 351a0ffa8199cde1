from bot.probes.kubernetes.logs import read_log, tail, tied_variable


def read(text: str):
    return read_log(text.splitlines())


def test_last_error_wins_over_a_warning_that_was_survived():
    found = read(
        "WARN redis: connection refused to cache:6379, retrying\nINFO cache ok\nERROR could not parse LOG_LEVEL\n"
    )
    assert (found.kind, found.subject) == ("env-malformed", "LOG_LEVEL")


def test_missing_variable_in_a_python_trace_is_named():
    trace = 'Traceback (most recent call last):\n  File "a.py", line 3, in <module>\n    os.environ["PAYMENTS_URL"]\n'
    found = read(trace + "KeyError: 'PAYMENTS_URL'\n")
    assert (found.kind, found.subject) == ("env-missing", "PAYMENTS_URL")


def test_key_error_over_other_data_is_an_exception():
    found = read(
        'Traceback (most recent call last):\n  File "a.py", line 3, in <module>\n    d["items"]\nKeyError: \'items\'\n'
    )
    assert (found.kind, found.subject) == ("unhandled-exception", "KeyError")


def test_pydantic_names_the_field_on_the_line_below():
    found = read(
        'Traceback (most recent call last):\n  File "a.py", line 3, in <module>\n'
        "pydantic_core._pydantic_core.ValidationError: 1 validation error for Settings\n"
        "database_url\n  Field required [x]\n"
    )
    assert (found.kind, found.subject) == ("env-missing", "DATABASE_URL")


def test_deepest_cause_of_java_gives_host_of_the_lines_above():
    found = read(
        "org.springframework.beans.X: Error creating bean\n\tat a.B.c(B.java:1)\n"
        "Caused by: org.postgresql.util.PSQLException: Connection to orders-db:5432 refused.\n\tat a.B.c(B.java:1)\n"
        "Caused by: java.net.ConnectException: Connection refused\n\tat a.B.c(B.java:1)\n"
    )
    assert (found.kind, str(found.place)) == ("dependency-refused", "orders-db:5432")


def test_only_a_loud_line_is_an_application_error():
    assert read("starting\nERROR nothing known here\n").kind == "application-error"


def test_quiet_log_says_nothing():
    assert read("using 4 threads\nready\n") is None
    assert read_log([]) is None


def test_tail_adds_the_line_that_matters_from_further_up():
    lines = [f"line {number}" for number in range(40)]
    assert tail(lines, "line 39").splitlines() == lines[-12:]
    assert tail(lines, "line 5").splitlines() == ["line 2", "line 3", "line 4", "line 5", "line 6", "...", *lines[-6:]]


def test_value_is_tied_to_the_one_variable_that_holds_it():
    assert tied_variable("ten", {"POOL": "ten", "PORT": "80"}) == "POOL"
    assert tied_variable("ten", {"A": "ten", "B": "ten"}) == ""
    assert tied_variable("http//x", {"URL": "http//x/path"}) == "URL"
    assert tied_variable("", {"A": ""}) == ""


def test_error_of_unknown_kind_wins_over_a_known_warning():
    found = read(
        "WARN exporter: dial tcp otel:4317: connect: connection refused\nERROR license check failed\nINFO bye\n"
    )
    assert (found.kind, found.line) == ("application-error", "ERROR license check failed")


def test_file_is_named_from_the_line_below_the_parser_s_complaint():
    found = read(
        'Traceback (most recent call last):\n  File "a.py", line 1, in <module>\n'
        'yaml.scanner.ScannerError: mapping values are not allowed here\n  in "/config/app.yaml", line 3, column 12\n'
    )
    assert (found.kind, found.subject) == ("config-file-invalid", "/config/app.yaml")


def test_host_is_named_from_the_line_below_too():
    found = read(
        'could not connect to server: Connection timed out\n\tIs the server on host "db.example" (10.1.2.3) up?\n'
    )
    assert (found.kind, found.place.host) == ("dependency-timeout", "db.example")
