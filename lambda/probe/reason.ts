/** What the codes of failed connections mean. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'no route to the host',
  ETIMEDOUT: 'connection timed out',
  ENOTFOUND: 'no such host',
  ENOENT: 'no such socket',
  EACCES: 'permission denied',
};

/** Why a connection failed, in one line. OpenSSL gives its reason among other words. */
export function connectionReason(error: NodeJS.ErrnoException & { readonly reason?: unknown }): string {
  const { code = '', message, reason } = error;
  return REASONS[code] ?? oneLine(typeof reason === 'string' ? reason : message);
}

/** A message as one line of at most 300 characters that a log and a terminal can take. */
export function oneLine(message: string): string {
  return message.slice(0, 300).replace(/[^\x20-\x7e]/g, '?');
}
