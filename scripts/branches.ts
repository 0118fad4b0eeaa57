/** Prints the supported HAProxy branches as JSON: the matrix of the nightly workflow. */
import { BRANCHES } from '../lib/haproxy/version/branches';

console.log(JSON.stringify(BRANCHES.map(({ branch }) => branch)));
