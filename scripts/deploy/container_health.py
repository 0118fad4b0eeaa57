"""What ECS does with the health of containers and with stop timeouts, which the emulator ministack lacks.

ministack has rolling deployments: `minimumHealthyPercent`, `maximumPercent`, a circuit breaker with its threshold, and
rollback. But it takes each task that has run for a second as healthy, and kills containers 5 s after the stop signal.
Here a task is healthy when Docker says so of its container, by the health check of the task definition. A task that
becomes unhealthy is stopped, replaced, and counted by the circuit breaker.
"""

import threading
import time

import ministack.services.ecs as ecs
from ministack.core.responses import request_scope

schedule_completion = ecs._schedule_service_deployment_completion
STOP_TIMEOUT_LABEL = "stop-timeout"
# The default of ECS.
STOP_TIMEOUT = 30


def health_of(task, docker_client):
    """The health of the task's one container: HEALTHY, UNHEALTHY, STARTING; None while there is no answer."""
    for container_id in list(task.get("_docker_ids") or []):
        try:
            state = docker_client.api.inspect_container(container_id)["State"]
        except Exception:
            return None
        return state.get("Health", {}).get("Status", "healthy").upper()
    return None


def stop_unhealthy(task, docker_client):
    """As the scheduler of ECS does: "Task failed container health checks"."""
    ecs._mark_task_stopped(
        task["taskArn"], task, "Task failed container health checks", "ServiceSchedulerInitiated"
    )
    ecs._record_service_task_failure(task)
    ecs._cleanup_task_resources(task, docker_client)


def complete_by_health(cluster_name, svc_key, account_id, region, healthy_task=None):
    """`healthy_task` is one that has started."""
    schedule_completion(cluster_name, svc_key, account_id, region)
    if healthy_task is None:
        return

    def follow():
        docker_client = ecs._get_docker()
        with request_scope(account_id, region):
            while ecs._task_is_active(healthy_task["taskArn"], healthy_task):
                health = health_of(healthy_task, docker_client)
                if health in ("HEALTHY", "UNHEALTHY") and health != healthy_task["healthStatus"]:
                    healthy_task["healthStatus"] = health
                    if health == "UNHEALTHY":
                        stop_unhealthy(healthy_task, docker_client)
                        return
                    schedule_completion(cluster_name, svc_key, account_id, region, healthy_task=healthy_task)
                time.sleep(0.5)

    threading.Thread(target=follow, daemon=True).start()


def stop_in_time(docker_client, container_or_id):
    """Stops a container within the definition's stop timeout. Others do not wait for it."""

    def stop():
        try:
            container = (
                docker_client.containers.get(container_or_id) if isinstance(container_or_id, str) else container_or_id
            )
            container.stop(timeout=int(container.labels.get(STOP_TIMEOUT_LABEL, STOP_TIMEOUT)))
            container.remove(v=True)
        except Exception:
            ecs.logger.exception("a container does not stop")

    if docker_client and container_or_id is not None:
        threading.Thread(target=stop, daemon=True).start()


ecs._schedule_service_deployment_completion = complete_by_health
ecs._remove_docker_container = stop_in_time
