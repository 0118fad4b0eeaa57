import Ajv, { type ValidateFunction } from 'ajv';
import { METRICS } from '../../lib/contract/metrics';

const name = { type: 'string', minLength: 1, maxLength: 1024 };

/**
 * The JSON schema of an embedded-metric document, as AWS publishes it.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
const SCHEMA = {
  type: 'object',
  required: ['_aws'],
  properties: {
    _aws: {
      type: 'object',
      required: ['Timestamp', 'CloudWatchMetrics'],
      properties: {
        Timestamp: { type: 'integer' },
        CloudWatchMetrics: {
          type: 'array',
          items: {
            type: 'object',
            required: ['Namespace', 'Dimensions', 'Metrics'],
            properties: {
              Namespace: name,
              Dimensions: {
                type: 'array',
                minItems: 1,
                items: {
                  type: 'array',
                  minItems: 1,
                  maxItems: 30,
                  items: { type: 'string', minLength: 1, maxLength: 250 },
                },
              },
              Metrics: {
                type: 'array',
                items: {
                  type: 'object',
                  required: ['Name'],
                  properties: {
                    Name: name,
                    Unit: { enum: ['Count', 'Percent', 'Seconds'] },
                    StorageResolution: { enum: [1, 60] },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
};

const isEmbeddedMetric: ValidateFunction = new Ajv().compile(SCHEMA);

/** A document that CloudWatch makes metrics of: the values of its dimensions, and its figures by name. */
interface Figures {
  readonly monitor: string;
  /** @default - the figures are those of all proxies of the monitor */
  readonly proxy?: string;
  /** A metric may have several values. */
  readonly figures: Record<string, number | number[]>;
}

/** Reads an embedded-metric document as CloudWatch does. It fails on one of which CloudWatch would make nothing. */
// biome-ignore lint/suspicious/noExplicitAny: a log line has no type.
export function figuresOf(line: any): Figures {
  if (!isEmbeddedMetric(line)) {
    throw new Error(`not an embedded-metric document: ${JSON.stringify(isEmbeddedMetric.errors)}`);
  }
  // biome-ignore lint/suspicious/noExplicitAny: just validated.
  const document = line as any;
  expect(document._aws.CloudWatchMetrics).toHaveLength(1);
  const [{ Namespace, Dimensions, Metrics }] = document._aws.CloudWatchMetrics;
  expect(Namespace).toBe(METRICS.namespace);
  const { monitorDimension, proxyDimension } = METRICS;
  expect(Dimensions).toEqual([proxyDimension in document ? [monitorDimension, proxyDimension] : [monitorDimension]]);
  const figures: Record<string, number | number[]> = {};
  for (const { Name } of Metrics) {
    expect([document[Name]].flat().every(Number.isFinite)).toBe(true);
    figures[Name] = document[Name];
  }
  // CloudWatch takes no dimension whose value is not a text.
  expect(document[monitorDimension]).toEqual(expect.any(String));
  const proxy = document[proxyDimension];
  return { monitor: document[monitorDimension], ...(proxy !== undefined && { proxy: String(proxy) }), figures };
}
