"""What the doctor says of AWS: whose credentials these are, and what the runbooks need."""

from __future__ import annotations

from collections.abc import Sequence

from bot.model.check import Check, CheckState
from bot.model.errors import OutsideError, Unavailable
from bot.probes.aws.client import Clients
from bot.settings import AwsSettings

SYSTEM = "aws"


def check_aws(settings: AwsSettings, operations: Sequence[str]) -> tuple[Check, ...]:
    """Check region and credentials (sts:GetCallerIdentity), and try one harmless read.

    Rights are not tried one by one: many operations need a resource to be asked about. The exact policy is printed by
    `secondline permissions aws`.
    """
    clients = Clients(settings)
    try:
        region = clients.region()
        who = clients.send("sts:GetCallerIdentity", region, {})
    except Unavailable as error:
        state = CheckState.OFF if "region" in error.message or "credentials" in error.message else CheckState.FAILED
        return (Check(SYSTEM, "credentials", state, error.message, "see docs/settings.md, group aws"),)
    except OutsideError as error:
        return (Check(SYSTEM, "credentials", CheckState.FAILED, error.message, "renew the credentials"),)
    remedy = "secondline permissions aws > policy.json   (attach it to this identity, and nothing more)"
    identity = Check(SYSTEM, "credentials", CheckState.OK, f"{who.get('Arn', 'unknown')} in {region}")
    policy = Check(SYSTEM, "rights", CheckState.OK, f"{len(operations)} operations are needed; compare: {remedy}")
    return identity, policy
