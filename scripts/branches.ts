/** Prints the supported HAProxy branches as JSON: the matrix of the nightly workflow. */
import { BRANCHES } from '../lib/haproxy/version/branches';

console.log(JSON.stringify(BRANCHES.filter(({ unreleased }) => !unreleased).map(({ branch }) => branch)));
