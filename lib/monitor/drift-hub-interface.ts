import type { IConstruct } from 'constructs';

/** A hub of incidents, of this app or imported. */
export interface IDriftHub extends IConstruct {
  /** ARN of the hub's event bus: the one value that other apps need. */
  readonly busArn: string;
}
