import { checkProxy, type Probes, type RunningTasks } from '../../lambda/controller/check';
import { NO_STATE } from '../../lambda/controller/domain/state';
import type { ProbeAnswer, ProcessAnswer } from '../../lib/contract/probe';
import { ELB, HEALTHY, RECORD, START, upstream } from './observations';

const { dns: DNS, ...BALANCER } = upstream(['10.0.0.1', '10.0.0.2'], { interfaces: ['10.0.0.1', '10.0.0.2'] });
const RUNTIME: ProcessAnswer = { runtime: HEALTHY };

/** Probes that answer each process the same, and each name by its own answer or else the load balancer's. */
class RecordingProbes implements Probes {
  public asked?: Parameters<Probes['ask']>[0];

  public constructor(
    private readonly running: RunningTasks,
    private readonly differs: {
      readonly balancer?: Partial<Awaited<ReturnType<Probes['balancer']>>>;
      readonly names?: Readonly<Record<string, readonly string[]>>;
      readonly processes?: Readonly<Record<string, ProcessAnswer>>;
    } = {},
  ) {}

  public async balancer() {
    return { ...BALANCER, ...this.differs.balancer };
  }

  public async tasks() {
    return this.running;
  }

  public async ask(questions: Parameters<Probes['ask']>[0]): Promise<ProbeAnswer> {
    this.asked = questions;
    const { names = {}, processes = {} } = this.differs;
    return {
      names: questions.names.map(({ name }) => ({ ...DNS, addresses: names[name] ?? DNS.addresses })),
      processes: questions.processes.map(({ endpoint }) => processes[endpoint] ?? RUNTIME),
    };
  }
}

const check = (probes: Probes, record = RECORD) => checkProxy(record, NO_STATE, probes, START);

test('each answer goes to its own task, and a task without an address has the reason instead', async () => {
  const tasks = [{ id: 'a', endpoint: 'a:9990' }, { id: 'b' }, { id: 'c', endpoint: 'c:9990' }];
  const probes = new RecordingProbes({ tasks }, { processes: { 'c:9990': { unreachable: 'connection refused' } } });
  const { observation } = await check(probes);
  expect(observation.tasks).toEqual([
    { task: tasks[0], runtime: HEALTHY },
    {
      task: tasks[1],
      unreachable: 'AWS names no address of it, nor of its instance',
    },
    { task: tasks[2], unreachable: 'connection refused' },
  ]);
});

test('names of zones are asked too, and their addresses are those of the load balancer', async () => {
  const probes = new RecordingProbes(
    { tasks: [] },
    {
      balancer: { interfaces: undefined, readable: false, zones: ['eu-west-1a', 'eu-west-1b'] },
      names: { [ELB]: ['10.0.0.2'], [`eu-west-1a.${ELB}`]: ['10.0.0.1'], [`eu-west-1b.${ELB}`]: [] },
    },
  );
  const { observation } = await check(probes);
  expect(probes.asked!.names).toEqual([{ name: ELB }, { name: `eu-west-1a.${ELB}` }, { name: `eu-west-1b.${ELB}` }]);
  expect(observation.upstreams[0]!.live).toEqual(['10.0.0.1', '10.0.0.2']);
});

test('answers stay with their upstreams when one has zones and the next one does not', async () => {
  const upstreams = [RECORD.upstreams[0]!, { backend: 'other', dnsName: 'other.test', port: 80 }];
  const probes = new RecordingProbes(
    { tasks: [] },
    { balancer: { interfaces: undefined, readable: false }, names: { 'other.test': ['10.0.0.7'] } },
  );
  const { observation } = await check(
    {
      balancer: async ({ dnsName }) => ({ ...(await probes.balancer()), zones: dnsName === ELB ? ['eu-west-1a'] : [] }),
      tasks: () => probes.tasks(),
      ask: (questions) => probes.ask(questions),
    },
    { ...RECORD, upstreams },
  );
  expect(observation.upstreams.map(({ live }) => live)).toEqual([['10.0.0.1', '10.0.0.2'], ['10.0.0.7']]);
});

test('a probe gets the name servers, the TLS material and the views of the record', async () => {
  const probes = new RecordingProbes({ tasks: [{ id: 'a', endpoint: '[fd00::1]:9990' }] });
  await check(probes, {
    ...RECORD,
    nameservers: ['10.0.0.2:53'],
    runtimeApiTls: { secretArn: 'arn:secret' },
    viewPort: 8404,
    upstreams: [{ backend: 'upstream', dnsName: ELB, port: 80 }],
  });
  expect(probes.asked).toEqual({
    names: [{ name: ELB, nameservers: ['10.0.0.2:53'] }],
    processes: [
      {
        endpoint: '[fd00::1]:9990',
        tls: 'arn:secret',
        views: { [ELB]: { endpoint: '[fd00::1]:8404', path: '/resolved/upstream' } },
      },
    ],
  });
});

test.each<[what: string, revisions: (string | undefined)[], kinds: string[]]>([
  ['a deployment is in progress: the former branch may run', ['orders:1', 'orders:2'], []],
  ['all tasks are of one revision', ['orders:2', 'orders:2'], ['version-mismatch', 'version-mismatch']],
  ['revisions are not known', [undefined, undefined], ['version-mismatch', 'version-mismatch']],
])('while %s', async (_what, revisions, kinds) => {
  const tasks = revisions.map((revision, i) => ({ id: `task-${i}`, endpoint: `10.1.0.${i}:9990`, revision }));
  const old: ProcessAnswer = { runtime: { ...HEALTHY, version: '2.8.5' } };
  const processes = { '10.1.0.0:9990': old, '10.1.0.1:9990': old };
  const { verdicts } = await check(new RecordingProbes({ tasks }, { processes }));
  expect(verdicts.map(({ kind }) => kind)).toEqual(kinds);
});

test.each<[desired: number | undefined, kinds: string[]]>([
  [undefined, ['no-running-task']],
  [2, ['no-running-task']],
  [0, []],
])('a service without tasks that is to have %s', async (desiredCount, kinds) => {
  const { verdicts } = await check(new RecordingProbes({ tasks: [], desiredCount }));
  expect(verdicts.map(({ kind }) => kind)).toEqual(kinds);
});

test('a check fails when the tasks cannot be listed', async () => {
  const probes = new RecordingProbes({ tasks: [] });
  const failing: Probes = {
    balancer: () => probes.balancer(),
    tasks: () => Promise.reject(new Error('ClusterNotFoundException')),
    ask: (questions) => probes.ask(questions),
  };
  await expect(check(failing)).rejects.toThrow('ClusterNotFoundException');
});
