from bot.catalogue.problems import WARNING, BrokenFiles, Problem, errors
from bot.model.errors import CatalogueError


def test_a_problem_reads_as_file_line_key_message():
    assert str(Problem("a.yaml", 3, "steps[0]", "is odd")) == "a.yaml:3: steps[0]: is odd"
    assert str(Problem("a.yaml", 0, "", "is odd", WARNING)) == "a.yaml: warning: is odd"


def test_broken_files_say_each_problem_on_its_line():
    error = BrokenFiles([Problem("a", 1, "k", "x"), Problem("b", 2, "", "y")])
    assert isinstance(error, CatalogueError)
    assert error.message == "a:1: k: x\nb:2: y"


def test_warnings_do_not_forbid_use():
    wrong = Problem("a", 1, "", "x")
    assert errors([Problem("a", 1, "", "y", WARNING), wrong]) == (wrong,)
