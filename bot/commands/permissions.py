"""`secondline permissions`: exactly what the runbooks need, as an IAM policy or a ClusterRole."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from bot.commands.output import people_first, settings


class Target(StrEnum):
    """Whose permissions to print."""

    AWS = "aws"
    KUBERNETES = "kubernetes"


def permissions(
    context: typer.Context,
    system: Annotated[Target, typer.Argument(help="aws: an IAM policy; kubernetes: a ClusterRole with its binding.")],
) -> None:
    """Print exactly what the runbooks need: read-only, nothing spare."""
    with people_first():
        from bot.catalogue.permissions import cluster_role, iam_policy
        from bot.parts import Parts, probe_specs
        from bot.probes.kubernetes.directory import PERMISSIONS

        chosen = settings(context)
        catalogue, specs = Parts(chosen).catalogue, probe_specs()
        if system is Target.AWS:
            sys.stdout.write(iam_policy(catalogue, specs))
            return
        secret_names = chosen.kubernetes.read_secret_names
        sys.stdout.write(cluster_role(catalogue, specs, PERMISSIONS, secret_names=secret_names))
