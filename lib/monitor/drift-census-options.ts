/** The monitors of one name, in some accounts and regions. */
export interface CensusTargets {
  /** `monitorName` of the monitors. */
  readonly monitorName: string;

  /**
   * The regions.
   *
   * @default - the region of the census
   */
  readonly regions?: string[];

  /**
   * Ids of the accounts.
   *
   * @default - those of `organizationalUnits` alone
   */
  readonly accounts?: string[];

  /**
   * Ids of organizational units, such as `ou-ab12-cdefghij`, or of the root of the organization: their accounts when a
   * census starts, also those of the units below them, without closed ones. The account of the census must be that of the
   * organization's management, or a delegated administrator that may list accounts. An account without the monitor is
   * one that was not seen.
   *
   * @default - those of `accounts` alone
   */
  readonly organizationalUnits?: string[];
}
