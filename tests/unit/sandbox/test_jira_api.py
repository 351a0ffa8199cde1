from __future__ import annotations

import httpx
import pytest

from bot.sandbox.jira import EMAIL, TOKEN, JiraSandbox


@pytest.fixture(scope="module")
def cloud():
    sandbox = JiraSandbox("cloud", time_zone="Europe/Berlin")
    sandbox.start()
    yield sandbox
    sandbox.close()


@pytest.fixture(scope="module")
def datacenter():
    sandbox = JiraSandbox("datacenter")
    sandbox.start()
    yield sandbox
    sandbox.close()


@pytest.fixture
def on_cloud(cloud):
    cloud.reset()
    with httpx.Client(base_url=cloud.url, auth=(EMAIL, TOKEN)) as client:
        yield client


@pytest.fixture
def on_datacenter(datacenter):
    datacenter.reset()
    with httpx.Client(base_url=datacenter.url, headers={"authorization": f"Bearer {TOKEN}"}) as client:
        yield client


def new(client, **fields):
    whole = {"project": {"key": "OPS"}, "issuetype": {"name": "Incident"}, "summary": "x", **fields}
    answer = client.post("/rest/api/2/issue", json={"fields": whole})
    assert answer.status_code == 201
    return answer.json()["key"]


def test_the_removed_search_is_gone_on_cloud(on_cloud):
    for version in ("2", "3"):
        assert on_cloud.get(f"/rest/api/{version}/search", params={"jql": "project = OPS"}).status_code == 410


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_enhanced_search_walks_by_token_without_total(on_cloud, method):
    for _ in range(5):
        new(on_cloud)
    seen, token = [], None
    while True:
        asked = {"jql": "project = OPS ORDER BY key", "maxResults": 2, "fields": "summary"}
        asked |= {"nextPageToken": token} if token else {}
        how = {"params": asked} if method == "GET" else {"json": {**asked, "fields": ["summary"]}}
        page = on_cloud.request(method, "/rest/api/3/search/jql", **how).json()
        assert not {"total", "startAt"} & set(page)
        seen += [issue["key"] for issue in page["issues"]]
        assert all(set(issue["fields"]) == {"summary"} for issue in page["issues"])
        token = page.get("nextPageToken")
        assert page["isLast"] is (token is None)
        if token is None:
            break
    assert seen == [f"OPS-{number}" for number in range(1, 6)]


@pytest.mark.parametrize(
    "asked", [{"jql": ""}, {"jql": "order by key"}, {"jql": "project = OPS", "nextPageToken": "?"}]
)
def test_an_unbounded_query_or_a_made_up_token_is_400_on_cloud(on_cloud, asked):
    assert on_cloud.get("/rest/api/3/search/jql", params=asked).status_code == 400


def test_approximate_count_is_there_on_cloud_only(on_cloud, on_datacenter):
    new(on_cloud)
    path = "/rest/api/2/search/approximate-count"
    assert on_cloud.post(path, json={"jql": "project = OPS"}).json() == {"count": 1}
    assert on_datacenter.post(path, json={"jql": "project = OPS"}).status_code == 404
    assert on_datacenter.get("/rest/api/2/search/jql", params={"jql": "project = OPS"}).status_code == 404


def test_data_center_pages_by_start_with_a_total(on_datacenter):
    for _ in range(3):
        new(on_datacenter)
    page = on_datacenter.get("/rest/api/2/search", params={"jql": "ORDER BY key", "startAt": 2, "maxResults": 2}).json()
    assert (page["total"], page["startAt"], [issue["key"] for issue in page["issues"]]) == (3, 2, ["OPS-3"])


def test_server_info_names_the_deployment_to_anybody(cloud, datacenter):
    assert httpx.get(f"{cloud.url}/rest/api/2/serverInfo").json()["deploymentType"] == "Cloud"
    assert httpx.get(f"{datacenter.url}/rest/api/2/serverInfo").json()["deploymentType"] == "Server"


def test_all_else_needs_the_right_account(cloud, datacenter):
    for url, headers in ((cloud.url, {"authorization": f"Bearer {TOKEN}"}), (datacenter.url, {})):
        assert httpx.get(f"{url}/rest/api/2/myself", headers=headers).status_code == 401


def test_issue_properties_are_kept(on_datacenter):
    path = f"/rest/api/2/issue/{new(on_datacenter)}/properties"
    assert on_datacenter.get(f"{path}/l2bot.state").status_code == 404
    assert on_datacenter.put(f"{path}/l2bot.state", json={"run": 1}).status_code == 201
    assert on_datacenter.put(f"{path}/l2bot.state", json={"run": 2}).status_code == 200
    assert on_datacenter.get(f"{path}/l2bot.state").json() == {"key": "l2bot.state", "value": {"run": 2}}
    assert on_datacenter.get(path).json() == {"keys": [{"key": "l2bot.state"}]}
    assert on_datacenter.delete(f"{path}/l2bot.state").status_code == 204


def test_service_management_shows_request_and_clock(on_cloud):
    key = new(on_cloud)
    assert on_cloud.get("/rest/servicedeskapi/info").json()["isLicensedForUse"] is True
    assert on_cloud.get(f"/rest/servicedeskapi/request/{key}").json()["issueKey"] == key
    (clock,) = on_cloud.get(f"/rest/servicedeskapi/request/{key}/sla").json()["values"]
    assert clock["ongoingCycle"]["breached"] is False
    assert 0 < clock["ongoingCycle"]["remainingTime"]["millis"] <= 4 * 3600 * 1000


def test_what_has_no_route_of_ours_is_jira820_s_answer(cloud, on_cloud):
    key = new(on_cloud)
    offered = on_cloud.get(f"/rest/api/3/issue/{key}/transitions").json()["transitions"]
    done = next(one["id"] for one in offered if one["to"]["name"] == "Done")
    assert on_cloud.post(f"/rest/api/3/issue/{key}/transitions", json={"transition": {"id": done}}).status_code == 204
    assert on_cloud.get(f"/rest/api/3/issue/{key}").json()["fields"]["status"]["name"] == "Done"
    assert {one["name"] for one in on_cloud.get("/rest/api/2/issuetype").json()} >= {"Incident", "Problem"}


def test_no_demo_issue_is_there(on_datacenter):
    assert on_datacenter.get("/rest/api/2/search", params={"jql": ""}).json()["total"] == 0
