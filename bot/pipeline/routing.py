"""Who takes what over, where they are reached, and by when they must answer: `config/routing.yaml`, typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.model.errors import CatalogueError
from bot.model.ticket import Priority

DEFAULT_RESPOND_WITHIN = {
    Priority.P1: timedelta(minutes=15),
    Priority.P2: timedelta(minutes=60),
    Priority.P3: timedelta(hours=8),
    Priority.P4: timedelta(hours=24),
}


class Team(BaseModel):
    """A team, and where it is reached."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slack_channel: str = Field("", description="Channel id where hand-overs are posted")
    webhook: str = Field("", description="Name of a webhook that is called for a hand-over")
    about: str = Field("", description="What the team does, for people")


class Routing(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    default_team: str = Field(..., description="Who gets what no runbook's rule names")
    teams: Mapping[str, Team] = Field(..., description="Every team by name")
    no_runbook: str = Field(
        "No runbook fits this. It stays with the service desk.", description="The line said when nothing fits"
    )
    respond_within_minutes: Mapping[Priority, int] = Field(
        default_factory=dict, description="Minutes within which a team must respond, by priority"
    )

    def team(self, name: str) -> tuple[str, Team]:
        """Give the team of that name, else the default one."""
        chosen = name if name in self.teams else self.default_team
        return chosen, self.teams[chosen]

    def respond_within(self, priority: Priority) -> timedelta:
        """Give the time within which a team must respond."""
        minutes = self.respond_within_minutes.get(priority)
        return timedelta(minutes=minutes) if minutes else DEFAULT_RESPOND_WITHIN[priority]


@dataclass(frozen=True, slots=True)
class Places:
    """Where cards go besides the place that a ticket came from."""

    ticket_channel: str = ""
    """Slack channel id for the threads of Jira tickets; none when empty."""
    label_tickets: bool = True
    destinations: frozenset[str] = field(default_factory=frozenset)
    """Names of the destinations that are switched on."""


def load_routing(file: Path) -> Routing:
    """Read routing.yaml. Raises CatalogueError with file and line."""
    try:
        routing = Routing.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")) or {})
    except OSError as error:
        raise CatalogueError(f"cannot be read: {error.strerror}", file=str(file)) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise CatalogueError("not valid YAML", file=str(file), line=mark.line + 1 if mark else 0) from error
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise CatalogueError(f"{key}: {first['msg']}", file=str(file)) from error
    if routing.default_team not in routing.teams:
        raise CatalogueError(f"default_team: there is no team {routing.default_team!r}", file=str(file))
    return routing
