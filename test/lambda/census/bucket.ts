import type { Store } from '../../../lambda/census/collect';
import { hashOf } from '../../../lambda/census/gather';

/** A bucket that checks checksums, as S3 does. */
export class Bucket implements Store {
  public readonly objects = new Map<string, string>();
  public readonly put: Store['put'] = async (key, body, _type, sha256) => {
    if (hashOf(body) !== sha256) {
      throw new Error('BadDigest');
    }
    this.objects.set(key, body);
  };
  public readonly get: Store['get'] = async (key) => this.objects.get(key);
  public readonly folders: Store['folders'] = async (prefix) => {
    const below = [...this.objects.keys()].filter((key) => key.startsWith(prefix));
    const names = below.map((key) => key.slice(prefix.length).split('/'));
    return [...new Set(names.flatMap(([name, ...rest]) => (rest.length > 0 ? [name!] : [])))].sort();
  };
}
