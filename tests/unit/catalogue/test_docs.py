import pytest

from bot.catalogue.docs import index_page, runbook_page
from bot.catalogue.loader import load_catalogue
from tests.catalogues import NAME, SPECS, a_catalogue_folder


@pytest.fixture
def catalogue(tmp_path):
    return load_catalogue(a_catalogue_folder(tmp_path))


def test_a_page_says_all_that_a_reader_needs(catalogue):
    page = runbook_page(catalogue[NAME], SPECS)
    for line in (
        "# Image cannot be pulled",
        "- a container that starts and then stops: kubernetes/pod-crashloop",
        "- pods stuck in ImagePullBackOff",
        "or holds one of these exact strings: `ErrImagePull`",
        "| `namespace` | namespace | yes | Where the workload lives |",
        "- **waiting** (`kubernetes.pod.image`): The kubelet says it.  ",
        "  Only when `'registry-unresolved' in steps.waiting.causes`.",
        "- `image-tag-not-found`: what was found is said. Correct the tag. (advise)",
        "- when `steps.waiting.status == 'unknown'`: The pods could not be looked at. (escalate)",
        "- otherwise: No image problem was found. (healthy)",
        "- kubernetes: `list pods`",
        "- network: `connect`",
        "Team `platform`, at P3 or higher.",
    ):
        assert line in page.splitlines()


def test_the_index_links_each_runbook_under_its_area(catalogue):
    page = index_page(catalogue)
    assert "## kubernetes" in page
    assert f"| [Image cannot be pulled]({NAME}.md) |" in page
    assert page.count("](kubernetes/") == 2
