import { get } from 'node:http';
import { ELB_NAME, elbNameFor, LoadBalancer, nodeAddress } from '../../testbed/load-balancer';
import { CLIENT_HEADER, NodeProcess } from '../../testbed/node-process';
import type { NodeHost } from '../../testbed/nodes';
import { request } from '../../testbed/request';

test('1.6 gets a name that every machine resolves', () => {
  expect(['1.6', '1.7', '3.2'].map((branch) => elbNameFor({ branch }))).toEqual(['localhost', ELB_NAME, ELB_NAME]);
});

test('a thousand nodes have addresses of their own', () => {
  const addresses = Array.from({ length: 1000 }, (_, node) => nodeAddress(node));
  expect([addresses[0], addresses[254], addresses[255], addresses.at(-1)]).toEqual([
    '127.0.0.1',
    '127.0.0.255',
    '127.0.1.0',
    '127.0.3.232',
  ]);
  expect(new Set(addresses).size).toBe(1000);
});

test('a node that is killed does not answer until it is restarted', async () => {
  const loadBalancer = await LoadBalancer.start(['old', 'new']);
  const answers = () => Promise.all(loadBalancer.addresses.map((address) => request(address, loadBalancer.port)));
  try {
    expect(await answers()).toEqual(['old', 'new']);
    await loadBalancer.nodes.kill(nodeAddress(0));
    expect(await answers()).toEqual([undefined, 'new']);
    await loadBalancer.restart(0);
    expect(await answers()).toEqual(['old', 'new']);
  } finally {
    await loadBalancer.close();
  }
});

test('nodes in a process of their own count what each client did', async () => {
  const nodes = new NodeProcess();
  const loadBalancer = await LoadBalancer.start(['ok', 'ok'], { nodes });
  const [host, other] = loadBalancer.addresses as [string, string];
  const ask = (client: string) =>
    new Promise<void>((done) => {
      const headers = { [CLIENT_HEADER]: client };
      get({ host, port: loadBalancer.port, agent: false, headers }, (response) => response.resume().on('end', done));
    });
  try {
    await ask('a');
    await ask('a');
    await ask('b');
    const report = await nodes.report(Date.now());
    expect(report.a?.addresses[host]?.count).toBe(2);
    expect(report.b?.addresses[host]?.count).toBe(1);
    await nodes.retire(other);
    expect(await request(other, loadBalancer.port)).toBeUndefined();
    await expect(nodes.start('ok', host, loadBalancer.port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  } finally {
    await loadBalancer.close();
  }
});

test('nodes that cannot start: one line with the addresses that they need', async () => {
  const nothing = async () => {};
  const nodes: NodeHost = {
    start: () => Promise.reject(new Error('listen EADDRNOTAVAIL')),
    retire: nothing,
    kill: nothing,
    close: nothing,
  };
  await expect(LoadBalancer.start(['old', 'new'], { nodes })).rejects.toThrow(
    new Error('the nodes of the load balancer need 127.0.0.1 to 127.0.0.2 on loopback: listen EADDRNOTAVAIL'),
  );
});
