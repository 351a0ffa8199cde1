BINDING = "kubernetes.claim.binding"


def claim(phase: str = "Pending", **spec) -> dict:
    metadata = {"name": "data", "namespace": "shop", "creationTimestamp": "2026-01-01T00:00:00Z"}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": metadata,
        "spec": {"storageClassName": "fast", **spec},
        "status": {"phase": phase},
    }


def pod(phase: str = "Pending", mounts: str = "data") -> dict:
    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": mounts}}, {"name": "tmp", "emptyDir": {}}]
    metadata = {"name": "db-0", "namespace": "shop"}
    status = {"phase": phase, "conditions": []}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"volumes": volumes}, "status": status}


def test_chain_leads_from_pod_over_claim_to_class(ask):
    missing, unbound = ask([claim(), pod()], BINDING, namespace="shop", pod="db-0")
    assert (missing.cause, unbound.cause) == ("storage-class-missing", "claim-unbound")
    links = {(each.source.kind, each.target.kind) for finding in (missing, unbound) for each in finding.relations}
    assert links == {("PersistentVolumeClaim", "StorageClass"), ("Pod", "PersistentVolumeClaim")}


def test_missing_claim_counts_only_while_its_pod_waits(ask):
    waits = ask([pod(mounts="gone")], BINDING, namespace="shop", pod="db-0")
    runs = ask([pod("Running", mounts="gone")], BINDING, namespace="shop", pod="db-0")
    assert [each.cause for each in waits] == ["claim-missing"]
    assert runs == ()


def test_denied_classes_are_not_missing_classes(ask):
    denied = [{"verb": "list", "resource": "storageclasses", "status": 403}]
    findings = ask([claim(), pod()], BINDING, denied, namespace="shop", claim="data")
    assert [each.cause for each in findings if each.cause] == []
    assert [each.permission for each in findings] == ["list storageclasses.storage.k8s.io"]


def test_volume_on_another_node(ask):
    bound = claim("Bound", volumeName="pvc-1")
    event = {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": "db-0.1", "namespace": "shop"},
        "involvedObject": {"kind": "Pod", "name": "db-0", "namespace": "shop"},
        "reason": "FailedAttachVolume",
        "message": "Multi-Attach error for volume",
        "lastTimestamp": "2026-11-24T10:00:00Z",
    }
    (finding,) = ask([bound, pod(), event], "kubernetes.claim.attaching", namespace="shop", claim="data")
    assert (finding.cause, finding.resource.name) == ("multi-attach", "data")


def test_provisioner_is_not_silent_when_events_may_not_be_read(ask):
    fast = {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "fast"},
        "provisioner": "ebs.csi.aws.com",
        "volumeBindingMode": "Immediate",
    }
    denied = [{"verb": "list", "resource": "events", "status": 403}]
    heard = ask([claim(), fast], BINDING, namespace="shop", claim="data")
    unheard = ask([claim(), fast], BINDING, denied, namespace="shop", claim="data")
    assert heard[0].cause == "csi-driver-missing"
    assert [each.permission for each in unheard] == ["list events"]
