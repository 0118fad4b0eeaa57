import { defineVerdict } from './definition';

/** Repairs changed nothing: there are no more of them. */
export const failedRepair = defineVerdict('failed-repair', {
  explanation: {
    what: 'two repairs have not ended an incident, and there will be no other',
    why: 'new tasks have the same fault: the configuration, the image or DNS is its cause, or the finding itself is wrong',
    remedy: 'find the cause of the incident that is named; the repairs begin again when it was over for an hour',
  },
  remediation: ({ proxy }) => `find the cause of the open incident of ${proxy}: new tasks do not cure it`,
  over: ({ proxy }) => `what repairs of ${proxy} did not cure is over`,
  evaluate: ({ failedRepairs, observation: { record } }) =>
    failedRepairs.map(({ kinds, upstream, attempts }) => ({
      upstream,
      graceChecks: 1,
      message: `${attempts} redeployments of ${record.proxy} did not end ${kinds.join(', ')}${upstream === undefined ? '' : ` of ${upstream}`}: there will be no other`,
    })),
});
