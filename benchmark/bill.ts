/**
 * US dollars in us-east-1: list prices as of November 2026, without a free tier. They are parameters: put your region's
 * here and run `npm run docs`. Sources: the pages aws.amazon.com/SERVICE/pricing of fargate, lambda, cloudwatch,
 * eventbridge, vpc, privatelink, elasticloadbalancing and route53.
 */
export const PRICES = {
  fargateVcpuHour: 0.04048,
  fargateGibHour: 0.004445,
  lambdaMillionRequests: 0.2,
  /** On arm64. */
  lambdaGbSecond: 0.0000133334,
  schedulerMillionRuns: 1,
  metric: 0.3,
  alarm: 0.1,
  logGb: 0.5,
  dashboard: 3,
  canaryRun: 0.0012,
  natGatewayHour: 0.045,
  /** In each Availability Zone. */
  interfaceEndpointHour: 0.01,
  networkLoadBalancerHour: 0.0225,
  /** Of the first 25 of an account. */
  hostedZone: 0.5,
  dnsMillionQueries: 0.4,
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
  metricsPerProxy: 7,
  metricsPerMonitor: 7,
  alarmsPerMonitor: 2,
  endpoints: 4,
  zones: 2,
} as const;

/** Prices, each a number of US dollars. */
export type Prices = { readonly [name in keyof typeof PRICES]: number };

/** What a monitor checks, and what each run takes. */
interface FleetLoad {
  readonly proxies: number;
  readonly runSeconds: number;
  readonly logBytesPerRun: number;
}

/** US dollars per month for a monitor of several proxies, without the tasks of the proxies. */
interface CheckerBill {
  /** The function and what starts it. */
  readonly runs: number;
  readonly logs: number;
  readonly metrics: number;
  readonly alarms: number;
}

/** What a monitor costs a month. */
export function checkerBill({ proxies, runSeconds, logBytesPerRun }: FleetLoad, prices: Prices = PRICES): CheckerBill {
  const { runs, memoryGb, metricsPerProxy, metricsPerMonitor, alarmsPerMonitor } = QUANTITIES;
  const start = (prices.lambdaMillionRequests + prices.schedulerMillionRuns) / 1e6;
  return {
    runs: runs * (start + runSeconds * memoryGb * prices.lambdaGbSecond),
    logs: runs * (logBytesPerRun / 1e9) * prices.logGb,
    metrics: (proxies * metricsPerProxy + metricsPerMonitor) * prices.metric,
    alarms: alarmsPerMonitor * prices.alarm,
  };
}

/** What the tasks of one proxy cost a month on Fargate. */
export function tasksBill(prices: Prices = PRICES): number {
  const { hours, tasksPerProxy, vcpu, gib } = QUANTITIES;
  return hours * tasksPerProxy * (vcpu * prices.fargateVcpuHour + gib * prices.fargateGibHour);
}
