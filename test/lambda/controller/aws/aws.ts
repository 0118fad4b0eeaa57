import { AwsAccount, AwsEndpoints, type AwsHandlers } from '../../../../testbed/aws';

/**
 * AWS endpoints for modules that make their clients when they are imported: what they answer can be changed, where they
 * listen cannot. The module under test must be imported after this has started.
 */
export class SwitchableAws {
  public static async start(): Promise<SwitchableAws> {
    const aws = new SwitchableAws();
    const names = Object.keys({ ...new AwsAccount().handlers }) as (keyof AwsHandlers)[];
    const answers = names.map((name) => [
      name,
      (input: never) => {
        const handler = aws.handlers[name] as ((input: never) => unknown) | undefined;
        if (handler === undefined) {
          throw new Error(`this test has no handler for ${name}`);
        }
        return handler(input);
      },
    ]);
    aws.#endpoints = await AwsEndpoints.start(Object.fromEntries(answers));
    Object.assign(process.env, aws.#endpoints.environment);
    return aws;
  }

  #endpoints!: AwsEndpoints;

  private constructor() {}

  /** The answers from now on. */
  public handlers: AwsHandlers = {};

  /** Operations and inputs of the calls since the last time that this was asked. */
  public takeCalls(): [operation: string, input: unknown][] {
    return this.#endpoints.calls.splice(0).map(({ operation, input }) => [operation, input]);
  }

  public close(): Promise<void> {
    return this.#endpoints.close();
  }
}
