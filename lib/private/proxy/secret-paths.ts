/** Files of the task that come from secrets. The command line, which is without the CDK, reads these names. */
export const SECRET_PATHS = {
  listener: '/dev/shm/listen.pem',
  trustStore: '/dev/shm/client-ca.pem',
  revocationList: '/dev/shm/client-crl.pem',
  runtimeApi: '/dev/shm/runtime-api.pem',
  runtimeApiCa: '/dev/shm/runtime-api-ca.pem',
} as const;

/** The file of an additional certificate. @param i 0 for the first one */
export const additionalPath = (i: number): string => `/dev/shm/listen-${i + 2}.pem`;
