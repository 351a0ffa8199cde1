from bot.probes.kubernetes.containers import containers
from bot.probes.kubernetes.images import answer_text, judge, waiting_for_image, working_tags
from bot.probes.kubernetes.pullerrors import parse_image
from tests.podworlds import ago, container, critical, event, node, pod, prober, runs, waits

PROBE = "kubernetes.pod.image"
IMAGE = "registry.example/shop/checkout:2.0"
NOT_FOUND = f'failed to resolve reference "{IMAGE}": {IMAGE}: not found'


def test_bare_back_off_message_gives_way_to_the_event():
    (one,) = containers(pod("p", waits("ImagePullBackOff", f'Back-off pulling image "{IMAGE}"')))
    events = [
        event("p", "Failed", "Error: ErrImagePull"),
        event("p", "Failed", f'Failed to pull image "{IMAGE}": {NOT_FOUND}'),
    ]
    assert NOT_FOUND in answer_text(one, events)
    assert "Back-off" not in answer_text(one, events)


def test_waiting_message_that_tells_the_reason_is_enough():
    message = f'Back-off pulling image "{IMAGE}": ErrImagePull: {NOT_FOUND}'
    (one,) = containers(pod("p", waits("ImagePullBackOff", message)))
    assert answer_text(one, []) == message


def test_without_any_text_the_reason_remains():
    (one,) = containers(pod("p", waits("ErrImagePull")))
    assert answer_text(one, []) == "ErrImagePull"
    assert judge(pod("p", waits("ErrImagePull")), one, []).cause == "image-pull-failed"


def test_versions_that_other_pods_run_are_offered():
    old = pod("q", runs(imageID="x"), spec={"containers": [container(image="registry.example/shop/checkout:1.9")]})
    assert working_tags(parse_image(IMAGE), [old, pod("r", waits("ErrImagePull"))]) == ("1.9",)


def test_pod_that_is_being_deleted_or_merely_created_waits_for_no_image():
    gone = pod("p", waits("ErrImagePull"))
    gone["metadata"]["deletionTimestamp"] = ago(minutes=1)
    assert waiting_for_image(gone) is None
    assert waiting_for_image(pod("p", waits("ContainerCreating"))) is None


def test_missing_tag_names_registry_repository_and_tag(cluster, tmp_path):
    found = prober(cluster, tmp_path)([pod("p", waits("ErrImagePull", NOT_FOUND))], PROBE)
    assert critical(found) == {"Pod/p": "image-tag-not-found"}
    assert (found[0].facts["registry"], found[0].facts["repository"], found[0].facts["tag"]) == (
        "registry.example", "shop/checkout", "2.0",
    )  # fmt: skip


def test_architecture_of_the_node_is_said(cluster, tmp_path):
    message = "no match for platform in manifest: not found"
    world = [pod("p", waits("ErrImagePull", message)), node("node-a", {"kubernetes.io/arch": "arm64"})]
    found = prober(cluster, tmp_path)(world, PROBE)
    assert "node node-a is arm64" in found[0].summary


def test_images_that_have_arrived_are_counted(cluster, tmp_path):
    found = prober(cluster, tmp_path)([pod("p", runs())], PROBE, workload="checkout")
    assert [each.status for each in found] == ["ok"]
