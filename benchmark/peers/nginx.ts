import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ServerProcess } from '../../testbed/server-process';
import { inFolder, type Peer } from './folder';

/** How NGINX is run. */
interface NginxSettings {
  /** What its `http` section has besides the places of its files. */
  readonly http: string;
  /** A master process with one worker, as in the official image, in a process group of its own. @default false - one process */
  readonly master?: boolean;
}

/** Starts NGINX. It writes no access log. */
export function startNginx(command: readonly string[], { http, master = false }: NginxSettings): Peer {
  return inFolder((folder) => {
    const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (what) => `  ${what}_temp_path ${folder}/${what};`,
    );
    const [file, log] = ['nginx.conf', 'error.log'].map((name) => path.join(folder, name)) as [string, string];
    writeFileSync(
      file,
      `daemon off;
${master ? 'worker_processes 1' : 'master_process off'};
pid ${folder}/pid;
error_log ${log};
events { worker_connections 1024; }
http {
  access_log off;
${places.join('\n')}
${http}
}
`,
    );
    return new ServerProcess([...command, '-p', folder, '-e', log, '-c', file], {}, { ownGroup: master });
  });
}
