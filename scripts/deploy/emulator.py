"""The AWS emulator moto on a port of 127.0.0.1, with what it lacks for tasks on Fargate. Ends with its standard input.

Arguments: the port, and the first three numbers of the addresses that tasks get.
"""

import itertools
import os
import sys
import threading

from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ecs import models as ecs
from moto.moto_api import state_manager
from moto.server import main

port, network = sys.argv[1:]
backend = ecs.EC2ContainerServiceBackend
hosts = itertools.count(1)

# A task goes on to its end each time that it is described.
state_manager.set_transition("ecs::task", {"progression": "manual", "times": sys.maxsize})
# A task definition out of a template loses its network mode.
ecs.TaskDefinition.network_mode = property(lambda definition: "awsvpc", lambda definition, value: None)
# RunTask fails, because a network interface has no name.
NetworkInterface.private_dns_name = ""
# RunTask gives a task any private address: only one of this machine can be reached.
ecs.random_private_ip = lambda: f"{network}.{next(hosts)}"
# RunTask asks each container for memory of its own, which on Fargate the task has.
backend._calculate_task_resource_requirements = staticmethod(
    lambda task_definition: {"CPU": 0, "MEMORY": 0, "PORTS": [], "PORTS_UDP": []}
)
# ListTasks takes no notice of the service.
every_task = backend.list_tasks


def list_tasks(self, cluster, instance, family, started_by, service, status):
    tasks = every_task(self, cluster, instance, family, started_by, service, status)
    return [task for task in tasks if service is None or task.group == f"service:{service}"]


backend.list_tasks = list_tasks


def keep_cluster(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
    """An update replaces a cluster without a name, and loses its services."""
    return original_resource


ecs.Cluster.update_from_cloudformation_json = classmethod(keep_cluster)


def revise(cls, original_resource, new_resource_name, cloudformation_json, account_id, region_name):
    """An update garbles the containers, and does not reach the services that refer to the task definition."""
    new = cls.create_from_cloudformation_json(new_resource_name, cloudformation_json, account_id, region_name)
    for service in ecs.ecs_backends[account_id][region_name].services.values():
        if service.task_definition == original_resource.arn:
            service.task_definition = new.arn
    return new


ecs.TaskDefinition.update_from_cloudformation_json = classmethod(revise)


def end_with_parent():
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()
main(["-H", "127.0.0.1", "-p", port])
