"""What tickets speak of and no runbook is for: the matcher weighs it too, so that it knows when it does not know.

Content rather than code. Without these a ticket about a mailbox or a queue would go to whichever runbook is least far
away. A topic that carries the id of a runbook steps aside as soon as the catalogue has that runbook.
"""

from __future__ import annotations

from bot.pipeline.outside_aws import AWS
from bot.pipeline.outside_kubernetes import KUBERNETES
from bot.pipeline.topics import topic

DESK = (
    topic(
        "a workplace device",
        "new laptop for a colleague | monitor keyboard and mouse broken | printer jams or does not print |"
        " headset camera microphone not detected | meeting room screen | docking station cable adapter | phone"
        " tablet ordered, allocate to a person | hardware queue purchase order | replacement device at the desk"
        " | laptop is slow, freezes",
    ),
    topic(
        "mail and office programs",
        "mailbox is full, enlarge the mailbox | outlook does not open | shared calendar | distribution list,"
        " mailing list | shared mailbox access | teams meeting does not work | excel word powerpoint sharepoint"
        " | confluence space user | phishing or spam mail | unsubscribe me from the mails | shared folder drive"
        " letter",
    ),
    topic(
        "an account, a password or access",
        "password reset | account locked, cannot log in to the computer | access request for a user | grant"
        " rights to a group | new starter or joiner needs accounts | leaver, remove the user | access card"
        " badge for the office | single sign-on, user not assigned to a role | multi-factor authentication"
        " token phone | VPN client does not connect from home | edit rights on the team site | add my SSH key |"
        " add me to the project | onboard a user | wifi office network",
    ),
    topic(
        "a business application",
        "timesheet timecard project code | finance tool invoice purchase order | report for the month is"
        " missing columns | expense claim payroll | create account codes for the client | entity in the ERP |"
        " licence for a program | survey form attached | employee training approval | holiday leave approval |"
        " Jira project board permission",
    ),
    topic(
        "a question, a wish or a plan",
        "how do I find out | question about best practice | feature request, would be nice to have | idea for"
        " improvement | documentation guide link wrong | planned maintenance, for your information | change"
        " request for approval | please schedule, move to another time | scale up before the event, request not"
        " an incident | decommission, retire the server | new environment, new namespace, new bucket, please"
        " create | capacity planning quota increase next quarter | upgrade to the next version, roadmap |"
        " resolved, closing the loop | thank you, great job | terraform module option variable | planning item,"
        " decide who is notified | report wanted, list of all users | raise the limit of the quota | rotate the"
        " token, planned | add a dashboard graph",
    ),
)
NETWORK = (
    topic(
        "looking up a name",
        "some users get the old address | name resolves differently in the office | stale DNS record",
        covered_by="network/dns-lookup",
    ),
)
TOPICS = (*DESK, *KUBERNETES, *AWS, *NETWORK)
