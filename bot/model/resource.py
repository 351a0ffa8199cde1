"""A thing that tickets are about: printable, parsable, hashable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from bot.model.errors import InputError


@dataclass(frozen=True, slots=True, order=True)
class Resource:
    """One object of one system.

    Printed as `system://scope/place/Kind/name`, for example
    `kubernetes://blue/shop/Pod/checkout-7d9f-x2x1x` or `aws://123456789012/eu-west-2/rds.DBInstance/orders`.
    `scope` is the cluster or account, `place` the namespace or region (empty for what has none).
    """

    system: str
    scope: str
    place: str
    kind: str
    name: str

    def __str__(self) -> str:
        """Print the parsable form."""
        return f"{self.system}://{self.scope}/{self.place}/{self.kind}/{self.name}"

    @property
    def label(self) -> str:
        """Name it for people: `Pod checkout-x in shop`, `rds.DBInstance orders in eu-west-2`."""
        where = f" in {self.place}" if self.place else ""
        return f"{self.kind} {self.name}{where}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the printed form back; raise InputError when it is not one."""
        system, separator, rest = text.partition("://")
        parts = rest.split("/", 3)
        if not separator or len(parts) != 4:
            raise InputError(f"not a resource: {text!r} (expected system://scope/place/Kind/name)")
        return cls(system, parts[0], parts[1], parts[2], parts[3])
