"""What a registry's answer means, and the parts of an image's name. Pure: words in, words out."""

from __future__ import annotations

import re
from typing import NamedTuple

_ECR = re.compile(r"^(?P<account>\d{12})\.dkr\.ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$")


class Image(NamedTuple):
    """The parts of a reference: `tag` is `latest` when neither tag nor digest is given."""

    registry: str
    repository: str
    tag: str
    digest: str = ""

    @property
    def version(self) -> str:
        """Give the digest, else the tag."""
        return self.digest or self.tag

    @property
    def ecr(self) -> tuple[str, str] | None:
        """Give account and region when the registry is ECR."""
        found = _ECR.match(self.registry)
        return (found["account"], found["region"]) if found else None


def parse_image(reference: str) -> Image:
    """Split a reference as container runtimes do: `nginx` is docker.io/library/nginx:latest."""
    name, _, digest = reference.partition("@")
    first, slash, rest = name.partition("/")
    has_registry = bool(slash) and ("." in first or ":" in first or first == "localhost")
    registry, path = (first, rest) if has_registry else ("docker.io", name)
    head, slash, last = path.rpartition("/")
    last, _, tag = last.partition(":")
    repository = f"{head}{slash}{last}"
    if registry == "docker.io" and "/" not in repository:
        repository = f"library/{repository}"
    return Image(registry, repository, tag or ("" if digest else "latest"), digest)


class Answer(NamedTuple):
    """What a pull's failure is: `what` completes "image X cannot be pulled: ..."."""

    cause: str
    what: str
    remedy: str


def _row(pattern: str, cause: str, what: str, remedy: str) -> tuple[re.Pattern[str], Answer]:
    return re.compile(pattern, re.IGNORECASE | re.DOTALL), Answer(cause, what, remedy)


_ASK_REGISTRY = "See from a node whether the registry's name and port are reachable, and whether the registry is up."
_ROWS = (
    _row(
        r"couldn't parse image|invalid reference format|InvalidImageName|repository name must be lowercase",
        "image-name-invalid",
        "the name is not a valid image reference",
        "Correct the image in the pod template (lower case, one tag, no blanks, no scheme).",
    ),
    _row(
        r"ErrImageNeverPull|is not present with pull policy of Never",
        "image-never-pulled",
        "the pull policy is Never and the node does not have the image",
        "Set imagePullPolicy to IfNotPresent, or load the image onto the nodes.",
    ),
    _row(
        r"toomanyrequests|429 Too Many|rate limit|pull rate|ThrottlingException",
        "registry-rate-limited",
        "the registry's rate limit is used up",
        "Pull with credentials or through a mirror (ECR pull-through cache); it works again when the window is over.",
    ),
    _row(
        r"authorization token has expired|token (?:has |is )?expired|ExpiredToken|credentials? (?:has|have) expired",
        "pull-credentials-expired",
        "the credentials for the registry have expired",
        "Renew the pull secret (an ECR token lives 12 hours), or let the node's role or a credential provider pull.",
    ),
    _row(
        r"no identity-based policy allows the ecr:|not authorized to perform: ecr:GetAuthorizationToken",
        "ecr-role-not-allowed",
        "the node's IAM role may not pull from ECR",
        "Attach AmazonEC2ContainerRegistryPullOnly (or ReadOnly) to the role of the node or of the Fargate pod.",
    ),
    _row(
        r"no resource-based policy allows|not authorized to perform: ecr:|ecr\..{0,200}: 403 Forbidden|"
        r"explicit deny in a resource-based policy",
        "ecr-policy-denies",
        "the ECR repository policy does not allow this account or role",
        "Let the repository policy allow ecr:BatchGetImage and ecr:GetDownloadUrlForLayer to the node's account.",
    ),
    _row(
        r"no match for platform|no matching manifest for|does not match the (?:specified|detected) platform",
        "image-wrong-architecture",
        "the image does not exist for the node's processor architecture",
        "Build and push the image for that architecture, or pin the pod to matching nodes.",
    ),
    _row(
        r"repository .{0,200}(?:not found|does not exist in the registry)|name unknown|NAME_UNKNOWN|"
        r"RepositoryNotFound|repository name not known",
        "image-repository-not-found",
        "the registry has no such repository",
        "Correct the repository in the image's name, or create it and push the image.",
    ),
    _row(
        r"pull access denied|repository does not exist or may require|insufficient_scope",
        "image-repository-not-found",
        "the registry has no such repository, or hides it from whoever may not read it",
        "Check the spelling of the repository first; if it is right, give the pod a pull secret that may read it.",
    ),
    _row(
        r"unauthorized|401|no basic auth credentials|authentication required|denied:|403|authorization failed|"
        r"failed to fetch (?:anonymous|oauth) token|access forbidden|incorrect username or password",
        "image-pull-unauthorised",
        "the registry refuses whoever asks",
        "Give the pod (or its service account) an imagePullSecret that may read the repository.",
    ),
    _row(
        r"manifest unknown|MANIFEST_UNKNOWN|manifest for .{0,200} not found|: not found\b|tag .{0,100}does not exist|"
        r"requested image not found|failed to resolve reference .{0,300}not found",
        "image-tag-not-found",
        "the repository has no such tag",
        "Correct the tag, or push the image that the workload asks for; then roll out again.",
    ),
    _row(
        r"no such host|server misbehaving|name resolution|could not resolve",
        "registry-unresolved",
        "the registry's name does not resolve on the node",
        "Check the registry's name, then the node's own DNS (not the cluster's).",
    ),
    _row(
        r"x509:|certificate|server gave HTTP response to HTTPS client|tls: ",
        "registry-tls-failed",
        "the node does not trust the registry's certificate, or the registry does not speak TLS",
        "Give the nodes the registry's CA, or correct its certificate.",
    ),
    _row(
        r"no space left on device",
        "node-disk-full",
        "the node's disk is full",
        "Free the node's disk (unused images, logs) or give it a larger one.",
    ),
    _row(
        r"i/o timeout|deadline exceeded|handshake timeout|timed out|timeout",
        "registry-timeout",
        "the registry does not answer in time",
        _ASK_REGISTRY,
    ),
    _row(
        r"connection refused|no route to host|network is unreachable|connection reset|unexpected EOF|\b50[0234]\b",
        "registry-unreachable",
        "the registry cannot be reached or fails",
        _ASK_REGISTRY,
    ),
)
_OTHER = Answer(
    "image-pull-failed",
    "the reason is not one that is known here",
    "Read the kubelet's message; try the same pull from a node.",
)


def classify(text: str) -> Answer:
    """Say what the kubelet's or registry's text means; an unknown text is said to be unknown."""
    return next((answer for pattern, answer in _ROWS if pattern.search(text)), _OTHER)
