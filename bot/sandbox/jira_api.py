"""The HTTP side of the local Jira: jira820's own application, and in front of it what it lacks.

Exact search, comment and issue properties, update verbs and Service Management on both flavours; on Cloud also the
enhanced search page by page, 410 for the removed one, account ids and documents. All the rest is jira820's answer.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from bot.sandbox.jira_door import json_answer, nothing, refusal
from bot.sandbox.jira_jql import JqlError, moment, stamp
from bot.sandbox.jira_world import BOT, JiraWorld

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Receive, Scope, Send

Changed = Callable[[str, str], None]
PAGE_AT_MOST = 100
REMOVED = "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."


class JiraApi:
    """The endpoints. `changed(event, key)` is called after each write, `jira:issue_updated` and its like."""

    def __init__(self, world: JiraWorld, changed: Changed) -> None:
        """Serve `world`."""
        self._world, self._changed = world, changed

    def application(self) -> Starlette:
        """Build the ASGI application; what has no route of ours goes on to jira820's."""
        from jira820 import make_app
        from starlette.applications import Starlette
        from starlette.routing import Mount, Route

        issue = "/rest/api/{v}/issue/{key}"
        comment = issue + "/comment/{id}"
        desk = "/rest/servicedeskapi"
        routes = [
            ("/rest/api/{v}/serverInfo", self._server_info, ["GET"]),
            ("/rest/api/{v}/myself", self._myself, ["GET"]),
            ("/rest/api/{v}/mypermissions", self._my_permissions, ["GET"]),
            ("/rest/api/{v}/search", self._search, ["GET", "POST"]),
            ("/rest/api/{v}/search/jql", self._enhanced_search, ["GET", "POST"]),
            ("/rest/api/{v}/search/approximate-count", self._count, ["POST"]),
            ("/rest/api/{v}/issue", self._create, ["POST"]),
            (issue, self._issue, ["GET"]),
            (issue, self._edit, ["PUT"]),
            (issue + "/comment", self._comments, ["GET"]),
            (issue + "/comment", self._add_comment, ["POST"]),
            (comment, self._one_comment, ["GET"]),
            (comment, self._edit_comment, ["PUT"]),
            (issue + "/properties", self._property_keys, ["GET"]),
            (issue + "/properties/{name}", self._property, ["GET", "PUT", "DELETE"]),
            (desk + "/info", self._desk_info, ["GET"]),
            (desk + "/request/{key}", self._request, ["GET"]),
            (desk + "/request/{key}/sla", self._sla, ["GET"]),
        ]
        ours = [Route(path, _guarded(endpoint), methods=methods) for path, endpoint, methods in routes]
        return Starlette(routes=[*ours, Mount("/", app=self._rest(make_app(self._world.store)))])

    def _rest(self, app: ASGIApp) -> ASGIApp:
        """Pass on to jira820 as version 2, and note the exact time of what it changed."""

        async def passed_on(scope: Scope, receive: Receive, send: Send) -> None:
            path = scope["path"].replace("/rest/api/3/", "/rest/api/2/").replace("/rest/api/latest/", "/rest/api/2/")
            await app({**scope, "path": path, "raw_path": path.encode(), "root_path": ""}, receive, send)
            parts = path.strip("/").split("/")
            if scope.get("method") != "GET" and parts[:4] == ["rest", "api", "2", "issue"] and len(parts) > 4:
                self._world.touch(parts[4])
                self._changed("jira:issue_updated", parts[4])

        return passed_on

    # --- the server -------------------------------------------------------------------------------------------

    async def _server_info(self, request: Request) -> Any:
        cloud = self._world.cloud
        return {
            "baseUrl": _base(request), "version": "1001.0.0-SNAPSHOT" if cloud else "9.12.8",
            "versionNumbers": [1001, 0, 0] if cloud else [9, 12, 8],
            "deploymentType": "Cloud" if cloud else "Server", "buildNumber": 100283,
            "serverTime": stamp(self._world.now().astimezone(self._world.zone)), "serverTitle": "Jira",
        }  # fmt: skip

    async def _myself(self, request: Request) -> Any:
        return self._world.person(BOT)

    async def _my_permissions(self, request: Request) -> Any:
        names = request.query_params.get("permissions", "BROWSE_PROJECTS,ADD_COMMENTS,EDIT_ISSUES").split(",")
        return {"permissions": {name: {"key": name, "havePermission": True} for name in names}}

    # --- search -----------------------------------------------------------------------------------------------

    async def _search(self, request: Request) -> Any:
        if self._world.cloud:
            return refusal(410, REMOVED)
        asked = await _asked(request)
        keys = self._world.search(asked.get("jql", ""))
        start, size = int(asked.get("startAt", 0)), min(int(asked.get("maxResults", 50)), PAGE_AT_MOST)
        issues = [self._shown(request, key, asked) for key in keys[start : start + size]]
        return {"startAt": start, "maxResults": size, "total": len(keys), "issues": issues}

    async def _enhanced_search(self, request: Request) -> Any:
        if not self._world.cloud:
            return refusal(404, "null for uri: search/jql")
        asked = await _asked(request)
        if "updated" not in asked.get("jql", "") and "=" not in asked.get("jql", ""):
            return refusal(400, "Unbounded JQL queries are not allowed here. Please add a search restriction.")
        try:
            start = int(base64.urlsafe_b64decode(asked.get("nextPageToken") or "MA=="))
        except ValueError:
            return refusal(400, "The nextPageToken is not valid.")
        keys = self._world.search(asked.get("jql", ""), asked.get("reconcileIssues") or ())
        size = min(int(asked.get("maxResults", 50)), PAGE_AT_MOST)
        issues = [self._shown(request, key, asked) for key in keys[start : start + size]]
        last = start + size >= len(keys)
        token = {} if last else {"nextPageToken": base64.urlsafe_b64encode(str(start + size).encode()).decode()}
        return {"issues": issues, "isLast": last, **token}

    async def _count(self, request: Request) -> Any:
        if not self._world.cloud:
            return refusal(404, "null for uri: search/approximate-count")
        return {"count": len(self._world.search((await _asked(request)).get("jql", "")))}

    def _shown(self, request: Request, key: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        fields = asked.get("fields") or ("id" if self._world.cloud else "")
        joined = ",".join(fields) if isinstance(fields, list) else fields
        return self._world.shown(key, _base(request), joined, "", request.path_params["v"])

    # --- issues -----------------------------------------------------------------------------------------------

    async def _create(self, request: Request) -> Any:
        key = self._world.create((await request.json()).get("fields", {}))
        self._changed("jira:issue_created", key)
        shown = self._world.shown(key, _base(request))
        return json_answer({"id": shown["id"], "key": key, "self": shown["self"]}, 201)

    async def _issue(self, request: Request) -> Any:
        asked = request.query_params
        key, version = request.path_params["key"], request.path_params["v"]
        return self._world.shown(key, _base(request), asked.get("fields", ""), asked.get("expand", ""), version)

    async def _edit(self, request: Request) -> Any:
        body, key = await request.json(), request.path_params["key"]
        self._world.edit(key, body.get("fields", {}), body.get("update", {}))
        self._changed("jira:issue_updated", key)
        return nothing()

    async def _property_keys(self, request: Request) -> Any:
        with self._world.lock:
            return {"keys": [{"key": name} for name in self._world.properties(request.path_params["key"])]}

    async def _property(self, request: Request) -> Any:
        name = request.path_params["name"]
        value = await request.json() if request.method == "PUT" else None
        with self._world.lock:
            properties = self._world.properties(request.path_params["key"])
            known = name in properties
            if request.method == "PUT":
                properties[name] = value
                return nothing(200 if known else 201)
            if not known:
                return refusal(404, f"The property with key '{name}' does not exist.")
            if request.method == "DELETE":
                del properties[name]
                return nothing()
            return {"key": name, "value": properties[name]}

    # --- comments ---------------------------------------------------------------------------------------------

    async def _comments(self, request: Request) -> Any:
        asked, key = request.query_params, request.path_params["key"]
        ids = self._world.comment_ids(key)
        ordered = ids[::-1] if asked.get("orderBy") == "-created" else ids
        start, size = int(asked.get("startAt", 0)), min(int(asked.get("maxResults", 50)), PAGE_AT_MOST)
        shown = [self._shown_comment(request, one) for one in ordered[start : start + size]]
        return {"startAt": start, "maxResults": size, "total": len(ids), "comments": shown}

    async def _add_comment(self, request: Request) -> Any:
        body, key = await request.json(), request.path_params["key"]
        added = self._world.comment(key, body.get("body"), body.get("properties", ()))
        self._changed("comment_created", key)
        return json_answer(self._shown_comment(request, added), 201)

    async def _one_comment(self, request: Request) -> Any:
        return self._shown_comment(request, request.path_params["id"])

    async def _edit_comment(self, request: Request) -> Any:
        body, key, comment = await request.json(), request.path_params["key"], request.path_params["id"]
        self._world.recomment(key, comment, body.get("body"), body.get("properties", ()))
        self._changed("comment_updated", key)
        return self._shown_comment(request, comment)

    def _shown_comment(self, request: Request, comment: str) -> dict[str, Any]:
        expand, version = request.query_params.get("expand", ""), request.path_params["v"]
        return self._world.shown_comment(request.path_params["key"], comment, expand, version)

    # --- Service Management -----------------------------------------------------------------------------------

    async def _desk_info(self, request: Request) -> Any:
        return {"version": "5.12.8", "platformVersion": "9.12.8", "isLicensedForUse": True}

    async def _request(self, request: Request) -> Any:
        shown = self._world.shown(request.path_params["key"], _base(request))
        fields = shown["fields"]
        return {
            "issueId": shown["id"], "issueKey": shown["key"], "serviceDeskId": "1", "requestTypeId": "10",
            "reporter": fields["reporter"],
            "currentStatus": {"status": fields["status"]["name"], "statusCategory": "NEW"},
            "requestFieldValues": [{"fieldId": "summary", "label": "Summary", "value": fields["summary"]}],
        }  # fmt: skip

    async def _sla(self, request: Request) -> Any:
        fields = self._world.shown(request.path_params["key"], _base(request))["fields"]
        goal, now = timedelta(hours=4), self._world.now()
        created = moment(fields["created"])
        left = created + goal - now
        cycle = {
            "breached": left < timedelta(0), "paused": False,
            "breachTime": {"iso8601": stamp(created + goal)},
            "goalDuration": {"millis": int(goal.total_seconds() * 1000), "friendly": "4h"},
            "remainingTime": {"millis": int(left.total_seconds() * 1000)},
        }  # fmt: skip
        clock = {"id": "1", "name": "Time to first response", "completedCycles": [], "ongoingCycle": cycle}
        return {"size": 1, "start": 0, "limit": 50, "isLastPage": True, "values": [clock]}


def _guarded(endpoint: Callable[[Request], Awaitable[Any]]) -> Callable[[Request], Awaitable[Response]]:
    """Turn what an endpoint gives or raises into a response."""

    async def answer(request: Request) -> Response:
        from jira820 import JiraError
        from starlette.responses import Response

        try:
            found = await endpoint(request)
        except JqlError as error:
            return refusal(400, str(error))
        except JiraError as error:
            return json_answer(error.body(), error.status_code)
        return found if isinstance(found, Response) else json_answer(found)

    return answer


async def _asked(request: Request) -> dict[str, Any]:
    if request.method == "POST":
        return dict(await request.json())
    asked: dict[str, Any] = dict(request.query_params)
    if "fields" in asked:
        asked["fields"] = ",".join(request.query_params.getlist("fields"))
    return asked


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")
