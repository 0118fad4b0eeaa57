import type { Duration } from 'aws-cdk-lib';

/** A struct with each `Duration` named and told as the configuration model does: `interval` becomes `intervalMillis`. */
export type Millis<T> = {
  [K in keyof T as NonNullable<T[K]> extends Duration ? `${K & string}Millis` : K]: NonNullable<T[K]> extends Duration
    ? number | Extract<T[K], undefined>
    : T[K];
};

/** Tells the durations of a struct in milliseconds. */
export function millisOf<T extends object>(struct: T): Millis<T> {
  return Object.fromEntries(
    Object.entries(struct).map(([name, value]) =>
      isDuration(value) ? [`${name}Millis`, value.toMilliseconds()] : [name, value],
    ),
  ) as Millis<T>;
}

function isDuration(value: unknown): value is Duration {
  return typeof (value as Partial<Duration> | undefined)?.toMilliseconds === 'function';
}
