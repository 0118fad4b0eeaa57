import { DETAILED_METRICS, MONITOR_METRICS, PROXY_METRICS } from '../lib/contract/metrics';

/**
 * US dollars in us-east-1: list prices as of November 2026, without a free tier. They are parameters: put your region's
 * here and run `npm run docs`. Sources: the pages aws.amazon.com/SERVICE/pricing of fargate, lambda, cloudwatch,
 * dynamodb, eventbridge, sqs, config, vpc, elasticloadbalancing, route53, step-functions and s3.
 */
export const PRICES = {
  fargateVcpuHour: 0.04048,
  fargateGibHour: 0.004445,
  /** The same on arm64 (AWS Graviton). */
  fargateArmVcpuHour: 0.03238,
  fargateArmGibHour: 0.00356,
  lambdaMillionRequests: 0.2,
  /** On arm64. */
  lambdaGbSecond: 0.0000133334,
  schedulerMillionRuns: 1,
  /** On demand: a write of up to 1 KB. */
  dynamoMillionWrites: 0.625,
  /** On demand: a consistent read of up to 4 KB. */
  dynamoMillionReads: 0.125,
  metric: 0.3,
  alarm: 0.1,
  logGb: 0.5,
  dashboard: 3,
  kmsKey: 1,
  canaryRun: 0.0012,
  natGatewayHour: 0.045,
  networkLoadBalancerHour: 0.0225,
  /** Of the first 25 of an account. */
  hostedZone: 0.5,
  dnsMillionQueries: 0.4,
  /** Of a custom bus, and of a rule that sends to a bus of another account or region. */
  eventsMillion: 1,
  /** What an archive takes in. */
  archiveGb: 0.1,
  queueMillionRequests: 0.4,
  /** A result of a rule of AWS Config, of the first 100,000. */
  configEvaluation: 0.001,
  /** Of a state machine of the type Standard. */
  stateTransitionsMillion: 25,
  objectPutsMillion: 5,
  objectGetsMillion: 0.4,
  objectGbMonth: 0.023,
} as const;

/** The quantities of a default stack. */
export const QUANTITIES = {
  hours: 730,
  /** One run a minute. */
  runs: 43_800,
  memoryGb: 0.25,
  tasksPerProxy: 2,
  vcpu: 0.25,
  gib: 0.5,
  metricsPerProxy: PROXY_METRICS.length,
  /** With `detailedMetrics`, beyond `metricsPerProxy`. */
  detailedMetrics: DETAILED_METRICS.length,
  metricsPerMonitor: MONITOR_METRICS.length,
  /** One metric of the alarm for critical incidents, two of the heartbeat alarm. */
  alarmMetricsPerMonitor: 3,
} as const;

/** Prices, each a number of US dollars. */
export type Prices = { readonly [name in keyof typeof PRICES]: number };

/** What a monitor checks, and what each run takes. */
interface FleetLoad {
  readonly proxies: number;
  /** Of the controller. */
  readonly runSeconds: number;
  /** Of the probe; the controller waits for it. */
  readonly probeSeconds: number;
  /** Of both. */
  readonly logBytesPerRun: number;
  /** Of the state of one proxy, which each run writes. */
  readonly stateBytes: number;
}

/** US dollars per month for a monitor of several proxies, without the tasks of the proxies. */
interface CheckerBill {
  /** The two functions, and the schedule. */
  readonly runs: number;
  /** Reads and writes of the states. */
  readonly states: number;
  readonly logs: number;
  readonly metrics: number;
  readonly alarms: number;
}

const KB = 1024;

/** What a monitor costs a month. */
export function checkerBill(load: FleetLoad, prices: Prices = PRICES): CheckerBill {
  const { proxies, runSeconds, probeSeconds, logBytesPerRun, stateBytes } = load;
  const { runs, memoryGb, metricsPerProxy, metricsPerMonitor, alarmMetricsPerMonitor } = QUANTITIES;
  const starts = (2 * prices.lambdaMillionRequests + prices.schedulerMillionRuns) / 1e6;
  const writes = proxies * Math.ceil(stateBytes / KB);
  const reads = Math.ceil((proxies * stateBytes) / (4 * KB));
  return {
    runs: runs * (starts + (runSeconds + probeSeconds) * memoryGb * prices.lambdaGbSecond),
    states: (runs * (writes * prices.dynamoMillionWrites + reads * prices.dynamoMillionReads)) / 1e6,
    logs: runs * (logBytesPerRun / 1e9) * prices.logGb,
    metrics: (proxies * metricsPerProxy + metricsPerMonitor) * prices.metric,
    alarms: alarmMetricsPerMonitor * prices.alarm,
  };
}

/** What the tasks of one proxy cost a month on Fargate. */
export function tasksBill(prices: Prices = PRICES): number {
  return billOf(prices.fargateVcpuHour, prices.fargateGibHour);
}

/** The same on arm64 (AWS Graviton). */
export function armTasksBill(prices: Prices = PRICES): number {
  return billOf(prices.fargateArmVcpuHour, prices.fargateArmGibHour);
}

function billOf(vcpuHour: number, gibHour: number): number {
  const { hours, tasksPerProxy, vcpu, gib } = QUANTITIES;
  return hours * tasksPerProxy * (vcpu * vcpuHour + gib * gibHour);
}

/** What a census asks, and what each monitor takes. */
interface CensusLoad {
  readonly monitors: number;
  /** Of each monitor. */
  readonly proxies: number;
  /** Of the controller of a monitor, and of its probes. */
  readonly askSeconds: number;
  readonly probeSeconds: number;
  /** Of the document and the page, for each proxy. */
  readonly bytesPerProxy: number;
}

/** US dollars for one census. */
interface CensusBill {
  /** The states, of which each monitor has two. */
  readonly transitions: number;
  /** The functions in the account of the hub. */
  readonly functions: number;
  /** The controllers and the probes, in the accounts of the monitors. */
  readonly controllers: number;
  /** Four objects of each monitor are written, and one is read. */
  readonly objects: number;
  /** For each month that the documents are kept. */
  readonly storageMonth: number;
}

/** States besides those of the monitors. */
const OTHER_STATES = 5;

/** Memory of the functions of a census, GB. */
export const CENSUS_MEMORY_GB = { list: 0.5, collect: 0.5, conclude: 1 } as const;

/** The document of ten thousand monitors takes half a minute: so many a second. */
const CONCLUDED_A_SECOND = 300;

/** What a census costs. */
export function censusBill(load: CensusLoad, prices: Prices = PRICES): CensusBill {
  const { monitors, proxies, askSeconds, probeSeconds, bytesPerProxy } = load;
  const concludeSeconds = monitors / CONCLUDED_A_SECOND;
  const gbSeconds =
    monitors * askSeconds * CENSUS_MEMORY_GB.collect +
    concludeSeconds * (CENSUS_MEMORY_GB.conclude + CENSUS_MEMORY_GB.list);
  const request = prices.lambdaMillionRequests / 1e6;
  return {
    transitions: ((2 * monitors + OTHER_STATES) * prices.stateTransitionsMillion) / 1e6,
    functions: gbSeconds * prices.lambdaGbSecond + (monitors + 2) * request,
    controllers: monitors * ((askSeconds + probeSeconds) * QUANTITIES.memoryGb * prices.lambdaGbSecond + 2 * request),
    objects: (monitors * (4 * prices.objectPutsMillion + prices.objectGetsMillion)) / 1e6,
    storageMonth: ((monitors * proxies * bytesPerProxy) / 1e9) * prices.objectGbMonth,
  };
}

/** A document of a census is read in so many seconds, eight at the same time. */
const SECONDS_OF_A_DOCUMENT = 0.02;

/** US dollars for the documents of a month, which are made of so many censuses. */
export function monthBill(monitors: number, censuses: number, prices: Prices = PRICES): number {
  const seconds = censuses * SECONDS_OF_A_DOCUMENT;
  const request = prices.lambdaMillionRequests / 1e6;
  // Four objects of each monitor are written, its censuses are listed, and their documents and one summary are read.
  const objects = 5 * prices.objectPutsMillion + (censuses + 1) * prices.objectGetsMillion;
  return (
    monitors *
    ((2 * prices.stateTransitionsMillion + objects) / 1e6 +
      seconds * CENSUS_MEMORY_GB.collect * prices.lambdaGbSecond +
      request)
  );
}
