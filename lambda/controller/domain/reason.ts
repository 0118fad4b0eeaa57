import { isObject, isText } from './guards';

/**
 * Why something failed, in one line: name and message of an error of AWS, the reason that OpenSSL gives among other
 * words, else the message.
 */
export function reasonOf(error: unknown): string {
  // Not by `instanceof`: an error may come from another realm.
  if (!isObject(error) || !isText(error.message)) {
    return String(error);
  }
  const { name, message, reason } = error;
  if (name !== 'Error') {
    return `${name}: ${message}`;
  }
  return isText(reason) ? reason : message;
}
