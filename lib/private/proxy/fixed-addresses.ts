/** Options for the addresses of a load balancer alone, in props and in a spec file. */
const FOR_LOAD_BALANCERS = [
  'resolutionMode',
  'slots',
  'locality',
  'identity',
  'securityGroups',
  'securityGroupIds',
] as const;

/** What is wrong with the options of fixed addresses, after what has them. Types allow none of these options. */
export function faultOfFixed(options: object): string | undefined {
  const given: Partial<Record<(typeof FOR_LOAD_BALANCERS)[number], unknown>> = options;
  const unread = FOR_LOAD_BALANCERS.find((name) => given[name] !== undefined);
  return unread && `is fixed addresses, and ${unread} is for load balancers: leave it out`;
}
