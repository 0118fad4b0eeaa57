/**
 * Replaces the SDK's default provider chain in the bundle: Lambda passes credentials in the environment only.
 */
import { fromEnv } from '@aws-sdk/credential-provider-env';

/** What the SDK's clients call to get credentials. */
export const defaultProvider = () => fromEnv();
