"""The AWS emulator ministack, with what it lacks for this project. Ends with its standard input.

Argument: the Docker network in which tasks run. Each function here is one difference between ministack and AWS.
"""

import json
import os
import sys
import threading
import time
import uuid

import container_health
import docker
import ministack.services.cloudformation.provisioners as provisioners
import ministack.services.cloudwatch as cloudwatch
import ministack.services.ecs as ecs
import ministack.services.lambda_svc as functions
from ministack.app import main
from ministack.core.responses import get_account_id, get_region, request_scope

[network] = sys.argv[1:]
sys.argv[1:] = []
resource_types = provisioners._RESOURCE_HANDLERS


def pascal_or_camel(of, name):
    """CloudFormation's definitions keep their capitals."""
    return of.get(name, of.get(name[0].upper() + name[1:]))


# --- CloudFormation: resource types that it does not know -----------------------------------------------------------

ec2 = provisioners._ec2


def rules_of(group_id, direction):
    if group_id not in ec2._security_groups:
        raise ValueError(f"The security group '{group_id}' does not exist")
    return ec2._security_groups[group_id].setdefault(direction, [])


def security_group_rule(direction):
    def create(logical_id, properties, stack):
        rules = rules_of(properties["GroupId"], direction)
        for rule in provisioners._ec2_sg_permissions([properties]):
            if rule in rules:
                raise ValueError("the specified rule already exists")
            rules.append(rule)
        return f"sgr-{uuid.uuid4().hex[:17]}", {}

    def delete(physical_id, properties):
        if properties["GroupId"] in ec2._security_groups:
            rules = rules_of(properties["GroupId"], direction)
            for rule in provisioners._ec2_sg_permissions([properties]):
                if rule in rules:
                    rules.remove(rule)

    return {"create": create, "delete": delete}


def without_effect(logical_id, properties, stack):
    physical_id = f"{logical_id}-{uuid.uuid4().hex[:8]}"
    return physical_id, {"Id": physical_id, "QueryDefinitionId": physical_id}


resource_types["AWS::EC2::SecurityGroupIngress"] = security_group_rule("IpPermissions")
resource_types["AWS::EC2::SecurityGroupEgress"] = security_group_rule("IpPermissionsEgress")
for resource_type in [
    "AWS::Logs::QueryDefinition",
    "AWS::ECS::ClusterCapacityProviderAssociations",
    "AWS::Events::Archive",
    "AWS::Events::EventBusPolicy",
]:
    resource_types.setdefault(
        resource_type,
        {
            "create": without_effect,
            "update": lambda physical_id, old, new, stack: (physical_id, {}),
            "delete": lambda physical_id, properties: None,
        },
    )

alarms = resource_types["AWS::CloudWatch::Alarm"]


def unless_math(operation, otherwise):
    """It refuses alarms with metric math."""

    def handle(*arguments):
        of_math = any(isinstance(argument, dict) and "Metrics" in argument for argument in arguments)
        return otherwise(*arguments) if of_math else operation(*arguments)

    return handle


resource_types["AWS::CloudWatch::Alarm"] = {
    **alarms,
    "create": unless_math(alarms["create"], lambda logical_id, properties, stack: (f"{logical_id}-math", {})),
    "update": unless_math(alarms["update"], lambda physical_id, *rest: (physical_id, {})),
    "delete": unless_math(alarms["delete"], lambda *arguments: None),
}

# --- ECS: what a task definition says about its containers ----------------------------------------------------------

build_run_kwargs = ecs._build_run_kwargs
resolve_container_secrets = ecs._resolve_container_secrets
SECOND = 10**9


def run_as_defined(container, *args, **kwargs):
    run = build_run_kwargs(container, *args, **kwargs)
    health = {
        key[0].lower() + key[1:]: value for key, value in (pascal_or_camel(container, "healthCheck") or {}).items()
    }
    capabilities = pascal_or_camel(pascal_or_camel(container, "linuxParameters") or {}, "capabilities") or {}
    run.pop("extra_hosts", None)
    run.update(
        network=network,
        entrypoint=pascal_or_camel(container, "entryPoint"),
        user=pascal_or_camel(container, "user"),
        read_only=bool(pascal_or_camel(container, "readonlyRootFilesystem")),
        cap_drop=pascal_or_camel(capabilities, "drop"),
        ulimits=[
            docker.types.Ulimit(
                name=pascal_or_camel(limit, "name"),
                soft=int(pascal_or_camel(limit, "softLimit")),
                hard=int(pascal_or_camel(limit, "hardLimit")),
            )
            for limit in pascal_or_camel(container, "ulimits") or []
        ],
    )
    if health:
        run["healthcheck"] = {
            "test": health["command"],
            "interval": int(health.get("interval", 30)) * SECOND,
            "timeout": int(health.get("timeout", 5)) * SECOND,
            "retries": int(health.get("retries", 3)),
            "start_period": int(health.get("startPeriod", 0)) * SECOND,
        }
    stop_timeout = pascal_or_camel(container, "stopTimeout")
    if stop_timeout:
        run["labels"] = {**run["labels"], container_health.STOP_TIMEOUT_LABEL: str(stop_timeout)}
    return run


def secrets_of_either_case(container):
    secrets = [
        {"name": pascal_or_camel(secret, "name"), "valueFrom": pascal_or_camel(secret, "valueFrom")}
        for secret in container.get("secrets", [])
    ]
    return resolve_container_secrets({**container, "secrets": secrets})


ecs._build_run_kwargs = run_as_defined
ecs._resolve_container_secrets = secrets_of_either_case

# --- CloudWatch: metrics out of log lines, and alarms by period, dimensions and missing data --------------------------

emit_lambda_logs = functions._emit_lambda_logs
scopes = set()


def keep_embedded_metrics(function, request_id, log_text, *args, **kwargs):
    emit_lambda_logs(function, request_id, log_text, *args, **kwargs)
    scopes.add((get_account_id(), get_region()))
    for line in (log_text or "").splitlines():
        if not line.startswith("{") or '"CloudWatchMetrics"' not in line:
            continue
        entry = json.loads(line)
        for block in entry["_aws"]["CloudWatchMetrics"]:
            for names in block["Dimensions"]:
                dimensions = {name: entry[name] for name in names}
                for metric in block["Metrics"]:
                    values = entry[metric["Name"]]
                    for value in values if isinstance(values, list) else [values]:
                        cloudwatch._store_datum(
                            block["Namespace"],
                            metric["Name"],
                            dimensions,
                            entry["_aws"]["Timestamp"] / 1000,
                            metric.get("Unit", "None"),
                            value,
                            None,
                            None,
                            None,
                        )


STATISTICS = {"Maximum": max, "Minimum": min, "Sum": sum, "Average": lambda values: sum(values) / len(values)}
COMPARISONS = {
    "GreaterThanOrEqualToThreshold": lambda value, threshold: value >= threshold,
    "GreaterThanThreshold": lambda value, threshold: value > threshold,
    "LessThanThreshold": lambda value, threshold: value < threshold,
    "LessThanOrEqualToThreshold": lambda value, threshold: value <= threshold,
}
MISSING = {"breaching": True, "notBreaching": False}


def breaches(alarm):
    """For each of the alarm's periods, the last one first, whether it breaches; None: no data that count."""
    period = int(alarm.get("Period", 60))
    wanted = alarm.get("Dimensions") or {}
    if isinstance(wanted, list):
        wanted = {dimension["Name"]: dimension["Value"] for dimension in wanted}
    points = [
        point
        for (namespace, name, _), stored in cloudwatch._metrics.items()
        if namespace == alarm["Namespace"] and name == alarm["MetricName"]
        for point in stored
        if point["Dimensions"] == wanted
    ]
    end = int(time.time() // period) * period
    for i in range(int(alarm.get("EvaluationPeriods", 1))):
        values = [
            point["Value"] for point in points if end - (i + 1) * period <= point["Timestamp"] < end - i * period
        ]
        if values:
            value = STATISTICS[alarm.get("Statistic", "Average")](values)
            yield COMPARISONS[alarm["ComparisonOperator"]](value, float(alarm["Threshold"]))
        else:
            yield MISSING.get(alarm.get("TreatMissingData"))


def evaluate_alarm(alarm):
    if not alarm.get("MetricName"):
        return
    periods = list(breaches(alarm))
    old = alarm["StateValue"]
    if all(period is None for period in periods):
        new = old if alarm.get("TreatMissingData") == "ignore" else "INSUFFICIENT_DATA"
    else:
        needed = int(alarm.get("DatapointsToAlarm") or alarm.get("EvaluationPeriods", 1))
        new = "ALARM" if periods.count(True) >= needed else "OK"
    if new != old:
        reason = f"periods: {periods}"
        alarm.update(StateValue=new, StateReason=reason, StateUpdatedTimestamp=int(time.time()))
        cloudwatch._record_history(alarm["AlarmName"], old, new, reason)
        cloudwatch._dispatch_alarm_actions(alarm, old, new, reason)


def evaluate_alarms():
    while True:
        time.sleep(5)
        for account, region in list(scopes):
            with request_scope(account, region):
                cloudwatch._evaluate_all_alarms()


functions._emit_lambda_logs = keep_embedded_metrics
cloudwatch._evaluate_alarm = evaluate_alarm
threading.Thread(target=evaluate_alarms, daemon=True).start()


def end_with_parent():
    sys.stdin.read()
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()
main()
