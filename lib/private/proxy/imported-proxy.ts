import { Token } from 'aws-cdk-lib';
import { Connections, Port } from 'aws-cdk-lib/aws-ec2';
import type { Construct } from 'constructs';
import { checkPort } from '../../haproxy/address';
import { InputError } from '../../haproxy/errors';
import { DriftMonitor } from '../../monitor/drift-monitor';
import type { IDriftMonitor } from '../../monitor/drift-monitor-interface';
import { MonitoredProxyBase } from '../../monitor/monitored-proxy-base';
import type { HaproxyElbProxyAttributes, IHaproxyElbProxy } from '../../proxy/haproxy-elb-proxy-interface';
import { checkName } from '../checks';

/** A proxy of another app. */
export class ImportedHaproxyElbProxy extends MonitoredProxyBase implements IHaproxyElbProxy {
  public readonly proxyName: string;
  public readonly monitor: IDriftMonitor;
  public readonly dnsName?: string;
  private readonly known?: Connections;

  public constructor(scope: Construct, id: string, attributes: HaproxyElbProxyAttributes) {
    super(scope, id);
    const { proxyName, monitorName, dnsName, securityGroups, port } = attributes;
    checkName(proxyName);
    this.proxyName = proxyName;
    this.monitor = DriftMonitor.fromName(this, 'Monitor', monitorName);
    this.dnsName = dnsName;
    if (port !== undefined && !Token.isUnresolved(port)) {
      checkPort(port, 'port');
    }
    if (port !== undefined && securityGroups !== undefined && securityGroups.length > 0) {
      this.known = new Connections({ securityGroups, defaultPort: Port.tcp(port) });
    }
  }

  /** Without a security group a rule would be no rule, silently. */
  public get connections(): Connections {
    if (this.known === undefined) {
      throw new InputError(
        `the connections of ${this.node.path} are not known: give securityGroups and port to HaproxyElbProxy.fromHaproxyElbProxyAttributes`,
      );
    }
    return this.known;
  }
}
