"""Words that are no names where a sentence only happens to have them there, and those of them that may be names.

Content rather than code: people call what they run `api` and `reports`, and write of "reports" without meaning one.
"""

from __future__ import annotations

NOT_NAMES = frozenset(
    """
    a account active after again alert all already always an and another any anything api app apps are as at
    attached available be been before behind being between blocks both bound broken bucket but by calls came can
    can't cannot change changed changes check claim claims cluster completes config configmap connection
    container containers could crashed crashing created creates cron cronjob cronjobs database dead deleted
    deletes deploy deployment deployments desk did disappeared discovery do does doing done down dropped drops
    during each end ended endpoint endpoints ends error errors ever every everything exists expired external
    failed failing fails failure few finished finishes first for from function get gets getting gives gone got
    had half hang hanging hangs has have he health healthy her here his how i if image images immediately in
    incident inside instance internal into is isn issue it its itself job jobs just keeps kind lately level like
    listed lives log logs longer look looks lost lots made makes many match matches may maybe me mesh missed
    more most moved much my name named namespace need needs never new no nobody node nodes none nor not nothing
    now of off on once one only open or other others our out outside over overnight owner paused pending please
    pod pods points problem process prod production pvc pvcs quota reach reached reaching ready refused reports
    requests resolve resolves responding responds restart restarting restarts returned returns rollout route
    routes run running runs said says secret secrets see seems seen sends sent service services set several she
    should shows since skipped slow so some sometimes staging start started starts state status stayed stays
    still stop stopped stops storage stuck such suddenly suspended svc takes team temporarily temporary
    terminated terminating than that the their them then there these they this those ticket timed timeout times
    to today too took traffic tried tries twice type unavailable under unhealthy unreachable until up url us
    used using volume volumes wait waiting waits want wants was we weird went were what when which while who why
    wide will with without work worked working works would wrong yesterday you your
    comes exceeded localhost update updates updated upgrade upgraded sets
    add-on all-hands anti-affinity auto-scaling back-end back-off batch-job blue-green
    bug-fix build-in built-in call-out circuit-breaker client-side cluster-ip cluster-wide co-worker cold-start
    config-map container-level copy-paste crash-loop cron-job cross-account cut-over data-base day-to-day dead-letter
    deploy-time double-check down-time e-mail end-of-day end-to-end end-user fall-back fail-over first-come
    first-time follow-up front-end full-time go-live half-open hand-over hard-coded health-check health-checks
    heads-up high-priority hot-fix in-cluster in-flight in-house in-memory in-place init-container intra-cluster
    kick-off last-minute load-balancer load-test log-in log-on long-running look-up low-priority mid-day
    multi-attach name-space near-miss network-policy no-one node-level node-pool non-prod non-production off-hours
    on-call on-premise on-prem one-off one-time out-of-date out-of-hours out-of-memory out-of-sync per-pod
    pod-level point-in-time post-mortem pre-prod pre-production pre-release pull-secret push-button quick-fix
    re-deploy re-deployed re-run re-start read-only read-write real-time roll-back roll-out rolling-update
    rolled-back root-cause run-time scale-up scale-down self-signed self-service server-side service-account
    set-up short-term side-car side-effect sign-in sign-on single-sign-on site-to-site so-called spin-up
    stand-by start-up state-of-the-art step-by-step stop-gap storage-class super-user tear-down third-party
    time-out time-outs top-level to-do two-factor un-ready up-to-date user-facing vice-versa warm-up web-site
    week-end well-known work-around working-hours world-wide x-ray year-end month-end half-day half-hour
    """.split()
)
# Those of them that people do give to what they run: names where they are called one, or where such a workload exists.
ORDINARY = frozenset(
    """
    account alert api app apps bucket change changes check claim claims config connection cron database desk
    discovery endpoint endpoints errors external function health image images incident internal issue level logs
    match matches mesh name open owner points problem process prod production quota reports requests resolve route
    routes secrets staging start state status storage team ticket traffic update updates upgrade
    url volume volumes
    """.split()
).union(word for word in NOT_NAMES if "-" in word)
# The few of those that, standing after the word for a kind, are its name: "namespace quota" and the like are not.
PLAIN_NAMES = frozenset(
    "api apps alert claims cron database desk discovery external internal mesh prod production reports staging".split()
)
