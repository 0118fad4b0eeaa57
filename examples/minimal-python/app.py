from aws_cdk import App, Stack
from aws_cdk.aws_ec2 import Vpc
from cdk_haproxy_elb import ElbUpstream, HaproxyElbProxy, HaproxyVersion

app = App()
stack = Stack(app, "Minimal")
vpc = Vpc(stack, "Vpc", max_azs=2, nat_gateways=1)

HaproxyElbProxy(
    stack,
    "Proxy",
    vpc=vpc,
    version=HaproxyVersion.V3_2,
    upstream=ElbUpstream.from_dns_name(
        "internal-orders-1234567890.eu-west-1.elb.amazonaws.com", port=80
    ),
)

app.synth()
