/**
 * `npm run grpc`: 10,000 gRPC calls through each HAProxy that speaks HTTP/2 to servers, while the nodes of its load
 * balancer are replaced. Prints the figures.
 */
import { HaproxyVersion } from '../lib/haproxy/version/version';
import { usableBinaries } from '../testbed/binaries/usable';
import { replaceUnderGrpc } from '../testbed/grpc/replacement';

const CALLS = 10_000;
const REPLACEMENTS = 8;
/** The nodes have addresses of 127.0.60.0/24 and the next networks. */
const FIRST_NETWORK = 60;

async function main(): Promise<void> {
  const { binaries, unavailable } = await usableBinaries();
  for (const { what, reason } of unavailable) {
    console.log(`not available: ${what}: ${reason}`);
  }
  for (const [i, binary] of binaries.entries()) {
    if (!HaproxyVersion.of(binary.branch)._capabilities.http2Upstream) {
      console.log(`${binary.version}: no HTTP/2 to servers`);
      continue;
    }
    const report = await replaceUnderGrpc(binary, FIRST_NETWORK + i, REPLACEMENTS, CALLS / REPLACEMENTS);
    const { version, replaced, calls, failed, streams, endedWithNode, endedOtherwise } = report;
    console.log(
      `${version}: ${replaced} nodes replaced, ${failed.length} of ${calls} calls failed, of ${streams} streams ${endedWithNode} ended with their node and ${endedOtherwise.length} otherwise`,
    );
    for (const reason of new Set([...failed, ...endedOtherwise])) {
      console.log(`  ${reason}`);
    }
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
